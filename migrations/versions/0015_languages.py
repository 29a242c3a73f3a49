"""What a bulletin says in the residents' other languages, and what of it each submitted version said."""

import sqlalchemy as sa
from alembic import op

# As the other numbers: SQLite numbers rows only as INTEGER.
ROW = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "bulletin_editions",
        sa.Column("bulletin_id", ROW, nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("revision", ROW, nullable=False),
        sa.Column("writer_id", ROW, nullable=True),
        sa.Column("writer_name", sa.String(), nullable=True),
        sa.Column("letter_id", ROW, nullable=True),
        sa.ForeignKeyConstraint(
            ["bulletin_id"], ["bulletins.id"], name="fk_bulletin_editions_bulletin_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("bulletin_id", "language", name="pk_bulletin_editions"),
    )
    op.add_column("bulletin_versions", sa.Column("editions", sa.String(), server_default="{}", nullable=False))
