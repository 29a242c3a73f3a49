"""The ledger of places, and what was hung or handed out there."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

# SQLite numbers rows by itself only where the type is exactly INTEGER.
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.String()
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "places",
        *(sa.Column(name, TEXT, nullable=False) for name in ("key", "label", "kind", "note")),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_places"),
    )
    op.create_table(
        "placements",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("place", TEXT, nullable=False),
        sa.Column("sheet", TEXT, nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("day", TEXT, nullable=False),
        sa.Column("occasion", TEXT, nullable=False),
        sa.Column("note", TEXT, nullable=False),
        sa.Column("staff_id", NUMBER, nullable=False),
        sa.Column("staff_name", TEXT, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("once_key", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_placements"),
        sa.UniqueConstraint("once_key", name="uq_placements_once_key"),
    )
    op.create_index("ix_placements_place", "placements", ["place"])
    op.create_index("ix_placements_day", "placements", ["day"])
