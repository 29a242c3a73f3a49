"""Residents pause, take their leaving back for a day, and may say why they left, which is kept as counts only."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

# SQLite numbers rows by itself only where the type is exactly INTEGER.
ROW = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
_PAUSED = sa.text("paused_until IS NOT NULL")


def upgrade() -> None:
    for name in ("paused_until", "undo_until"):
        op.add_column("subscribers", sa.Column(name, MOMENT, nullable=True))
    op.add_column("subscribers", sa.Column("may_say_why", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(
        "ix_subscribers_paused_until", "subscribers", ["paused_until"], sqlite_where=_PAUSED, postgresql_where=_PAUSED
    )
    op.create_table(
        "leaving_reasons",
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("number", ROW, nullable=False),
        sa.PrimaryKeyConstraint("month", "why", name="pk_leaving_reasons"),
    )
