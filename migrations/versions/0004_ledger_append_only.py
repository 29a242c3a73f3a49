"""The ledger refuses to be changed, and is searched by person and by day."""

from alembic import op

from foundation import append_only

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_index("ix_ledger_actor", "ledger", ["actor", "id"])
    op.create_index("ix_ledger_at", "ledger", ["at"])
    append_only.guard(op.get_bind(), "ledger")
