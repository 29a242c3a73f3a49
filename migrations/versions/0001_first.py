"""The first tables: the ledger, the mail engine, and the lease of the timetable."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# SQLite numbers rows by itself only where the type is exactly INTEGER.
ROW = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NUMBER = ROW
TEXT = sa.String()
TRUTH = sa.Boolean()
MOMENT = sa.DateTime(timezone=True)
OCTETS = sa.LargeBinary()


def upgrade() -> None:
    _foundation()
    _mailer()
    _service()


def _needed(kind: sa.types.TypeEngine[Any], *names: str) -> Iterator[sa.Column[Any]]:
    return (sa.Column(name, kind, nullable=False) for name in names)


def _optional(kind: sa.types.TypeEngine[Any], *names: str) -> Iterator[sa.Column[Any]]:
    return (sa.Column(name, kind, nullable=True) for name in names)


def _numbered(table: str) -> tuple[sa.Column[Any], sa.PrimaryKeyConstraint]:
    return sa.Column("id", ROW, nullable=False), sa.PrimaryKeyConstraint("id", name=f"pk_{table}")


def _index_each(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(f"ix_{table}_{column}", table, [column])


def _where(condition: str) -> dict[str, Any]:
    """A partial index, on both kinds of database."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _foundation() -> None:
    op.create_table(
        "ledger",
        *_numbered("ledger"),
        *_needed(MOMENT, "at"),
        *_needed(TEXT, "actor", "action", "subject", "details", "link", "hash"),
        sa.UniqueConstraint("hash", name="uq_ledger_hash"),
        sqlite_autoincrement=True,
    )
    _index_each("ledger", "action", "subject")


def _mailer() -> None:
    op.create_table("answers", *_numbered("answers"), *_needed(TEXT, "who", "road"), *_needed(MOMENT, "at"))
    _index_each("answers", "at", "who")
    op.create_table(
        "batches",
        *_needed(TEXT, "batch", "state"),
        *_optional(TEXT, "once_key"),
        *_needed(TRUTH, "swept"),
        *_needed(MOMENT, "changed_at"),
        *_optional(MOMENT, "ended_at", "folded_at"),
        *_needed(NUMBER, "folded_sent", "folded_suppressed"),
        *_needed(TRUTH, "spared"),
        sa.PrimaryKeyConstraint("batch", name="pk_batches"),
    )
    _index_each("batches", "once_key", "state")
    op.create_table(
        "domain_paces",
        *_needed(TEXT, "place"),
        *_optional(MOMENT, "urgent_free_at", "reply_free_at", "bulk_free_at", "held_until"),
        *_needed(NUMBER, "complaints"),
        sa.PrimaryKeyConstraint("place", name="pk_domain_paces"),
    )
    op.create_table(
        "domain_pauses",
        *_numbered("domain_pauses"),
        *_needed(TEXT, "domain", "batch"),
        *_needed(MOMENT, "opened_at"),
        *_needed(NUMBER, "attempts", "refused"),
        *_optional(MOMENT, "resolved_at"),
        *_optional(TEXT, "resolved_by", "verdict"),
    )
    op.create_index("ix_domain_pauses_open", "domain_pauses", ["domain"], **_where("resolved_at IS NULL"))
    op.create_table(
        "inbound_mail",
        *_numbered("inbound_mail"),
        *_needed(MOMENT, "received_at"),
        *_needed(TEXT, "envelope_from", "recipient"),
        *_needed(OCTETS, "raw"),
        *_optional(TEXT, "same_key"),
        *_needed(TEXT, "state"),
        *_optional(MOMENT, "not_before"),
        *_optional(TEXT, "kind", "note"),
        sa.UniqueConstraint("same_key", name="uq_inbound_mail_same_key"),
    )
    _index_each("inbound_mail", "received_at")
    op.create_index("ix_inbound_new", "inbound_mail", ["id"], **_where("state = 'new'"))
    op.create_table(
        "letters",
        *_numbered("letters"),
        *_needed(TEXT, "batch", "subject", "body", "tail", "links"),
        *_needed(TRUTH, "unsubscribe"),
        *_optional(TEXT, "in_reply_to"),
        *_needed(MOMENT, "created_at"),
    )
    _index_each("letters", "batch")
    op.create_table(
        "senders",
        *_needed(TEXT, "name"),
        *_needed(NUMBER, "beats"),
        *_needed(MOMENT, "seen_at"),
        *_optional(TEXT, "trouble"),
        sa.PrimaryKeyConstraint("name", name="pk_senders"),
    )
    op.create_table(
        "tallies",
        *_needed(TEXT, "batch", "domain", "sender"),
        *_needed(NUMBER, "sent", "failed", "suppressed", "expired", "deferred", "bounced", "audience"),
        sa.PrimaryKeyConstraint("batch", "domain", "sender", name="pk_tallies"),
    )
    op.create_table(
        "outbox",
        *_numbered("outbox"),
        *_needed(NUMBER, "letter_id"),
        *_needed(TEXT, "batch", "once_key", "address", "domain"),
        *_optional(NUMBER, "recipient_ref"),
        *_needed(NUMBER, "lane"),
        *_needed(TEXT, "state"),
        *_needed(TRUTH, "unwanted", "parked", "paced"),
        *_needed(NUMBER, "attempts"),
        *_needed(MOMENT, "created_at", "due_at", "expires_at"),
        *_optional(TEXT, "lease_by"),
        *_optional(MOMENT, "lease_until", "handed_at", "ended_at"),
        *_optional(TEXT, "reply", "failing_as", "bounced_as"),
        sa.UniqueConstraint("once_key", "address", name="uq_outbox_once_key_address"),
        sqlite_autoincrement=True,
    )
    if op.get_bind().dialect.name == "postgresql":
        # Half of each page is left free for what a claim makes of its rows: no index has to be written then.
        op.execute("ALTER TABLE outbox SET (fillfactor = 45)")
    is_open = "state IN ('queued', 'deferred')"
    op.create_index("ix_outbox_due", "outbox", ["lane", "due_at", "id"], **_where(f"{is_open} AND NOT parked"))
    op.create_index("ix_outbox_parked", "outbox", ["batch", "domain"], **_where(f"{is_open} AND parked"))
    op.create_index("ix_outbox_open", "outbox", ["batch", "expires_at"], **_where("ended_at IS NULL"))
    op.create_index("ix_outbox_unwanted", "outbox", ["id"], **_where(f"unwanted AND {is_open}"))
    op.create_index("ix_outbox_odd", "outbox", ["batch", "state"], **_where("state NOT IN ('queued', 'sent')"))
    op.create_index("ix_outbox_reply_to", "outbox", ["address"], **_where("lane = 1"))
    op.create_index("ix_outbox_reply_letter", "outbox", ["letter_id"], **_where("lane = 1"))
    op.create_table(
        "bounce_facts",
        *_numbered("bounce_facts"),
        *_needed(ROW, "outbox_id"),
        *_needed(TEXT, "batch", "domain"),
        *_optional(NUMBER, "recipient_ref"),
        *_needed(TEXT, "bounce_class"),
        *_needed(TRUTH, "counted"),
        *_needed(MOMENT, "handed_at", "known_at"),
        *_optional(TEXT, "status"),
        *_needed(TEXT, "evidence", "source"),
        sa.UniqueConstraint("outbox_id", name="uq_bounce_facts_outbox_id"),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name="fk_bounce_facts_outbox_id"),
    )
    _index_each("bounce_facts", "known_at", "recipient_ref")


def _service() -> None:
    op.create_table(
        "leases",
        *_needed(TEXT, "name", "holder"),
        *_needed(MOMENT, "until"),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )
