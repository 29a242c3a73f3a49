"""What the console's pages ask for is found along an index: who stopped lately, and the bounces of a bulletin."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

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
