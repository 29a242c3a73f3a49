"""An invitation may be one to a circle."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.add_column("invitations", sa.Column("circle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite")))
