"""The call that a bulletin is written from: who called, when, and their consent to publish."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("bulletins", sa.Column("caller", sa.String(), nullable=True))
    op.add_column("bulletins", sa.Column("called_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("bulletins", sa.Column("consent", sa.String(), nullable=True))
