"""A year's registrations and stops are counted along an index, however long the ledger has grown."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_index("ix_ledger_action_at", "ledger", ["action", "at"])
    op.drop_index("ix_ledger_action", table_name="ledger")
