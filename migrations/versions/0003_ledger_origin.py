"""From where each deed of the ledger was done."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("ledger", sa.Column("origin", sa.String(), nullable=False, server_default=""))
