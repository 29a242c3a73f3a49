"""What the office keeps and plans for liaisons: materials with their versions, meetings and who was invited."""

from typing import Any

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
    _meetings()


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


def _meetings() -> None:
    op.create_table(
        "meetings",
        sa.Column("id", NUMBER, nullable=False),
        *_texts("state"),
        sa.Column("revision", NUMBER, nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT),
        *_texts("place", "joint_with", "agenda", "notes"),
        sa.Column("headcount", NUMBER),
        sa.Column("made_by_id", NUMBER, nullable=False),
        *_texts("made_by_name"),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("asked_at", MOMENT),
        sa.Column("asked_by_id", NUMBER),
        sa.Column("asked_by_name", TEXT),
        sa.Column("asked_let_in_by", NUMBER),
        sa.Column("told", TEXT),
        sa.Column("told_at", MOMENT),
        sa.Column("sequence", NUMBER, nullable=False),
        sa.Column("sendings", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_meetings"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_meetings_starts_at", "meetings", ["starts_at"])
    _of_a_meeting("meeting_areas", sa.Column("area", TEXT, nullable=False))
    liaison = sa.Column("liaison_id", NUMBER, nullable=False)
    known = sa.ForeignKeyConstraint(["liaison_id"], ["liaisons.id"], name="fk_meeting_invited_liaison_id_liaisons")
    _of_a_meeting("meeting_invited", liaison, known)


def _of_a_meeting(table: str, column: sa.Column[Any], *more: sa.ForeignKeyConstraint) -> None:
    op.create_table(
        table,
        sa.Column("meeting_id", NUMBER, nullable=False),
        column,
        sa.PrimaryKeyConstraint("meeting_id", column.name, name=f"pk_{table}"),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=f"fk_{table}_meeting_id_meetings", ondelete="CASCADE"
        ),
        *more,
    )
