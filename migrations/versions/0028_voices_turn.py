"""Voices are listed along an index, in their turn."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.create_index("ix_voices_turn", "voices", [sa.text("closed_at DESC"), "due_on", "id"])


def downgrade() -> None:
    op.drop_index("ix_voices_turn", "voices")
