"""What the console's pages ask for is found along an index: who stopped lately, and the bounces of a bulletin. The sums
of tallies of batches that ended long ago are kept; the timetable fills them."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_COUNTS = ("sent", "failed", "suppressed", "expired", "deferred", "bounced", "audience")
_STOPPED = sa.text("stopped_at IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_subscribers_stopped_at",
        "subscribers",
        ["stopped_at"],
        sqlite_where=_STOPPED,
        postgresql_where=_STOPPED,
    )
    op.create_index("ix_bounce_facts_batch", "bounce_facts", ["batch"])
    op.create_table(
        "tally_sums",
        sa.Column("batch", sa.String(), nullable=False),
        *(sa.Column(name, sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False) for name in _COUNTS),
        sa.PrimaryKeyConstraint("batch", name="pk_tally_sums"),
    )
