"""Imports of an older system's list, each with its cursor, and which of its addresses had no letter from us yet."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

# SQLite numbers rows by itself only where the type is exactly INTEGER.
ROW = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "subscriber_imports",
        sa.Column("id", ROW, nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("fingerprint", "state", "file", "told")),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in ("courtesy", "gentle", "stops")),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        *(sa.Column(name, ROW, nullable=False) for name in ("size", "octets", "line")),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("counts", "found")),
        sa.PrimaryKeyConstraint("id", name="pk_subscriber_imports"),
    )
    for column in ("fingerprint", "state"):
        op.create_index(f"ix_subscriber_imports_{column}", "subscriber_imports", [column])
    op.create_table(
        "newcomers",
        sa.Column("subscriber_id", ROW, autoincrement=False, nullable=False),
        sa.Column("import_id", ROW, nullable=False),
        sa.Column("rank", ROW, nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("subscriber_id", name="pk_newcomers"),
    )
    for column in ("import_id", "tried_at"):
        op.create_index(f"ix_newcomers_{column}", "newcomers", [column])
