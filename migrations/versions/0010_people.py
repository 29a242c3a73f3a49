"""Staff: one-time codes, invitations, links for a new password, and requests to a second manager."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

# SQLite numbers rows by itself only where the type is exactly INTEGER.
ROW = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.String()
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("staff", sa.Column("last_sign_in_at", MOMENT, nullable=True))
    op.execute(
        "UPDATE staff SET last_sign_in_at = (SELECT max(at) FROM ledger"
        " WHERE action = 'staff.signed-in' AND subject = 'staff:' || staff.id)"
    )
    op.add_column("staff_sessions", sa.Column("with_code", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("staff_sessions", sa.Column("origin", TEXT, nullable=False, server_default=""))
    op.add_column("sign_in_failures", sa.Column("road_key", TEXT, nullable=False, server_default=""))
    op.create_index("ix_sign_in_failures_road_key", "sign_in_failures", ["road_key"])
    _codes()
    _links()
    _requests()


def _codes() -> None:
    op.create_table(
        "half_open_sittings",
        sa.Column("fingerprint", TEXT, nullable=False),
        _person(),
        _moment("created_at"),
        _moment("expires_at"),
        sa.PrimaryKeyConstraint("fingerprint", name="pk_half_open_sittings"),
        _foreign("half_open_sittings", "staff_id"),
    )
    op.create_index("ix_half_open_sittings_staff_id", "half_open_sittings", ["staff_id"])
    op.create_table(
        "staff_one_time_codes",
        sa.Column("staff_id", ROW, autoincrement=False, nullable=False),
        sa.Column("sealed", TEXT),
        sa.Column("pending", TEXT),
        _moment("confirmed_at", optional=True),
        sa.Column("last_step", ROW),
        sa.PrimaryKeyConstraint("staff_id", name="pk_staff_one_time_codes"),
        _foreign("staff_one_time_codes", "staff_id"),
    )
    op.create_table(
        "staff_recovery_codes",
        *_numbered("staff_recovery_codes"),
        _person(),
        sa.Column("fingerprint", TEXT, nullable=False),
        _moment("used_at", optional=True),
        _foreign("staff_recovery_codes", "staff_id"),
    )
    op.create_index("ix_staff_recovery_codes_staff_id", "staff_recovery_codes", ["staff_id"])


def _links() -> None:
    op.create_table(
        "staff_invitations",
        *_numbered("staff_invitations"),
        sa.Column("address", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("token_hash", TEXT),
        _moment("created_at"),
        *(_moment(name, optional=True) for name in ("expires_at", "accepted_at", "cancelled_at")),
        sa.UniqueConstraint("token_hash", name="uq_staff_invitations_token_hash"),
    )
    op.create_index("ix_staff_invitations_address", "staff_invitations", ["address"])
    op.create_table(
        "staff_password_links",
        *_numbered("staff_password_links"),
        sa.Column("token_hash", TEXT, nullable=False),
        _person(),
        _moment("created_at"),
        _moment("expires_at"),
        _moment("used_at", optional=True),
        sa.UniqueConstraint("token_hash", name="uq_staff_password_links_token_hash"),
        _foreign("staff_password_links", "staff_id"),
    )
    op.create_index("ix_staff_password_links_staff_id", "staff_password_links", ["staff_id"])


def _requests() -> None:
    op.create_table(
        "staff_requests",
        *_numbered("staff_requests"),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("staff_id", ROW),
        sa.Column("invitation_id", ROW),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("role_before", TEXT),
        sa.Column("asked_by", ROW, nullable=False),
        _moment("asked_at"),
        sa.Column("decided_by", ROW),
        _moment("decided_at", optional=True),
        sa.Column("outcome", TEXT),
        *(_foreign("staff_requests", name) for name in ("staff_id", "asked_by", "decided_by")),
        sa.ForeignKeyConstraint(["invitation_id"], ["staff_invitations.id"], name="fk_staff_requests_invitation_id"),
    )
    op.create_index("ix_staff_requests_staff_id", "staff_requests", ["staff_id"])
    op.create_index("ix_staff_requests_invitation_id", "staff_requests", ["invitation_id"])


def _numbered(table: str) -> tuple[sa.Column[int], sa.PrimaryKeyConstraint]:
    return sa.Column("id", ROW, nullable=False), sa.PrimaryKeyConstraint("id", name=f"pk_{table}")


def _person() -> sa.Column[int]:
    return sa.Column("staff_id", ROW, nullable=False)


def _moment(name: str, *, optional: bool = False) -> "sa.Column[object]":
    return sa.Column(name, MOMENT, nullable=optional)


def _foreign(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["staff.id"], name=f"fk_{table}_{column}")
