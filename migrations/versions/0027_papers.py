"""Papers that are handed out on rounds."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"

# SQLite numbers rows by itself only where the type is exactly INTEGER.
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
_WORDS = ("look", "area", "first_day", "last_day", "masthead", "issue", "lead", "items", "contact", "code")


def upgrade() -> None:
    op.create_table(
        "papers",
        sa.Column("id", NUMBER, nullable=False),
        *_texts(*_WORDS),
        sa.Column("revision", NUMBER, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by_id", NUMBER, nullable=False),
        *_texts("made_by_name"),
        sa.Column("changed_at", MOMENT, nullable=False),
        *_texts("changed_by_name", "once_key"),
        sa.PrimaryKeyConstraint("id", name="pk_papers"),
        sa.UniqueConstraint("once_key", name="uq_papers_once_key"),
        sqlite_autoincrement=True,
    )


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]
