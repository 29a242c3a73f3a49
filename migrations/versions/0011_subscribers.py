"""How many subscribers there are and want what, and how many came and went on each day: counts only."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

# SQLite numbers rows by itself only where the type is exactly INTEGER.
ROW = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "headcounts",
        sa.Column("id", ROW, nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("standing", "topics", "areas")),
        sa.Column("number", ROW, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_headcounts"),
    )
    op.create_index("ix_headcounts_head", "headcounts", ["standing", "topics", "areas", "number"])
    op.create_table(
        "countings",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("reached", ROW, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_countings"),
    )
    op.create_table(
        "growth",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("day", "event", "place")),
        sa.Column("number", ROW, nullable=False),
        sa.PrimaryKeyConstraint("day", "event", "place", name="pk_growth"),
    )
