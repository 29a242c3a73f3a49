"""The first tables of people: residents, bulletins, staff."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

# SQLite numbers rows by itself only where the type is exactly INTEGER.
ROW = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NUMBER = ROW
TEXT = sa.String()
TRUTH = sa.Boolean()
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _subscribers()
    _bulletins()
    _admin()


def _needed(kind: sa.types.TypeEngine[Any], *names: str) -> Iterator[sa.Column[Any]]:
    return (sa.Column(name, kind, nullable=False) for name in names)


def _optional(kind: sa.types.TypeEngine[Any], *names: str) -> Iterator[sa.Column[Any]]:
    return (sa.Column(name, kind, nullable=True) for name in names)


def _numbered(table: str) -> tuple[sa.Column[Any], sa.PrimaryKeyConstraint]:
    return sa.Column("id", ROW, nullable=False), sa.PrimaryKeyConstraint("id", name=f"pk_{table}")


def _index_each(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(f"ix_{table}_{column}", table, [column])


def _subscribers() -> None:
    op.create_table(
        "invitations",
        *_numbered("invitations"),
        *_needed(TEXT, "token_hash", "address"),
        *_optional(TEXT, "place", "language"),
        *_needed(MOMENT, "created_at", "expires_at"),
        *_optional(MOMENT, "used_at"),
        sa.UniqueConstraint("token_hash", name="uq_invitations_token_hash"),
    )
    _index_each("invitations", "address", "expires_at")
    op.create_table(
        "subscribers",
        *_numbered("subscribers"),
        *_optional(TEXT, "address"),
        *_needed(TEXT, "domain", "state"),
        *_optional(TEXT, "reason"),
        *_needed(TRUTH, "every_topic", "every_area"),
        *_optional(TEXT, "language", "place"),
        *_needed(MOMENT, "since"),
        *_optional(MOMENT, "stopped_at"),
        *_needed(MOMENT, "watch_from"),
        *_optional(TEXT, "evidence"),
        sa.UniqueConstraint("address", name="uq_subscribers_address"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_subscribers_state", "subscribers", ["state", "id"])
    op.create_table(
        "choices",
        *_needed(ROW, "subscriber_id"),
        *_needed(TEXT, "kind", "value"),
        sa.PrimaryKeyConstraint("subscriber_id", "kind", "value", name="pk_choices"),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscribers.id"], name="fk_choices_subscriber_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_choices_value", "choices", ["kind", "value", "subscriber_id"])


def _bulletins() -> None:
    op.create_table(
        "bulletins",
        *_numbered("bulletins"),
        *_needed(TEXT, "state"),
        *_needed(NUMBER, "version"),
        *_needed(TEXT, "notice", "kind", "category", "statistic_class", "topics", "areas"),
        *_needed(TRUTH, "to_all"),
        *_needed(TEXT, "fields", "subject", "text"),
        *_needed(NUMBER, "expires_seconds"),
        *_optional(ROW, "follows_id"),
        *_needed(MOMENT, "created_at"),
        *_needed(NUMBER, "drafter_id"),
        *_needed(TEXT, "drafter_name"),
        *_optional(MOMENT, "submitted_at"),
        *_optional(NUMBER, "submitter_id"),
        *_optional(TEXT, "submitter_name", "return_reason"),
        *_optional(MOMENT, "approved_at"),
        *_optional(NUMBER, "approver_id"),
        *_optional(TEXT, "approver_name"),
        *_optional(NUMBER, "approved_version"),
        *_needed(TRUTH, "urgent"),
        *_optional(TEXT, "urgent_reason"),
        *_optional(MOMENT, "starts_at", "started_at", "finished_at"),
        sa.ForeignKeyConstraint(["follows_id"], ["bulletins.id"], name="fk_bulletins_follows_id"),
        sqlite_autoincrement=True,
    )
    _index_each("bulletins", "started_at")
    op.create_index("ix_bulletins_state", "bulletins", ["state", "id"])
    op.create_table(
        "bulletin_versions",
        *_needed(ROW, "bulletin_id"),
        *_needed(NUMBER, "version"),
        *_needed(TEXT, "subject", "text"),
        *_needed(NUMBER, "submitter_id"),
        *_needed(MOMENT, "at"),
        sa.PrimaryKeyConstraint("bulletin_id", "version", name="pk_bulletin_versions"),
        sa.ForeignKeyConstraint(["bulletin_id"], ["bulletins.id"], name="fk_bulletin_versions_bulletin_id"),
    )
    op.create_table(
        "publishing_orders",
        *_needed(ROW, "bulletin_id"),
        *_needed(TRUTH, "urgent"),
        *_needed(MOMENT, "starts_at"),
        *_optional(MOMENT, "opened_at"),
        *_optional(NUMBER, "letter_id"),
        *_optional(MOMENT, "expires_at"),
        *_needed(NUMBER, "cursor", "audience"),
        *_optional(MOMENT, "closed_at"),
        sa.PrimaryKeyConstraint("bulletin_id", name="pk_publishing_orders"),
        sa.ForeignKeyConstraint(["bulletin_id"], ["bulletins.id"], name="fk_publishing_orders_bulletin_id"),
    )
    op.create_index("ix_publishing_orders_open", "publishing_orders", ["closed_at", "starts_at"])


def _admin() -> None:
    op.create_table(
        "sign_in_failures", *_numbered("sign_in_failures"), *_needed(TEXT, "address_key"), *_needed(MOMENT, "at")
    )
    _index_each("sign_in_failures", "address_key", "at")
    op.create_table(
        "staff",
        *_numbered("staff"),
        *_needed(TEXT, "address", "name", "role"),
        *_optional(TEXT, "password_hash"),
        *_optional(MOMENT, "password_set_at"),
        *_needed(TRUTH, "active"),
        *_needed(MOMENT, "created_at"),
        sa.UniqueConstraint("address", name="uq_staff_address"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "staff_sessions",
        *_needed(TEXT, "fingerprint"),
        *_needed(ROW, "staff_id"),
        *_needed(MOMENT, "created_at", "seen_at", "expires_at"),
        sa.PrimaryKeyConstraint("fingerprint", name="pk_staff_sessions"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_staff_sessions_staff_id"),
    )
    _index_each("staff_sessions", "staff_id")
    op.create_table(
        "staff_tokens",
        *_numbered("staff_tokens"),
        *_needed(TEXT, "fingerprint"),
        *_needed(ROW, "staff_id"),
        *_needed(MOMENT, "created_at"),
        *_optional(MOMENT, "last_used_at", "revoked_at"),
        sa.UniqueConstraint("fingerprint", name="uq_staff_tokens_fingerprint"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_staff_tokens_staff_id"),
    )
    _index_each("staff_tokens", "staff_id")
