"""Who alone let somebody in, and so approves nothing that this person submits."""

import sqlalchemy as sa
from alembic import op

# As the other numbers of staff: SQLite numbers rows only as INTEGER.
ROW = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    for table, column in (
        ("staff", "let_in_by"),
        ("staff_invitations", "alone_by"),
        ("bulletins", "submitter_let_in_by"),
    ):
        op.add_column(table, sa.Column(column, ROW, nullable=True))
