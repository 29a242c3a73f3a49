"""What a bulletin corrects or retracts, whose recipients it addresses, and the way along a chain."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

ROW = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    # Without foreign keys: SQLite adds none to a table that stands, and to make it anew would break those that name it.
    for name in ("mends_id", "to_recipients_of"):
        op.add_column("bulletins", sa.Column(name, ROW, nullable=True))
    op.create_index("ix_bulletins_follows_id", "bulletins", ["follows_id"])
