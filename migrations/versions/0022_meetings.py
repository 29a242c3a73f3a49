"""What the office keeps for liaisons: materials with their versions."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

# SQLite numbers rows by itself only where the type is exactly INTEGER.
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.String()
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _materials()


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, TEXT, nullable=False) for name in names]


def _materials() -> None:
    op.create_table(
        "materials",
        *_texts("key"),
        sa.Column("version", NUMBER, nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("checked_at", MOMENT),
        *_texts("checked_by_name"),
        sa.PrimaryKeyConstraint("key", name="pk_materials"),
    )
    op.create_table(
        "material_versions",
        *_texts("key"),
        sa.Column("version", NUMBER, nullable=False),
        *_texts("title", "text", "topics", "notes"),
        sa.Column("staff_id", NUMBER, nullable=False),
        *_texts("staff_name"),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key", "version", name="pk_material_versions"),
    )
