"""Versions of notice templates that the office wrote, and with which one a bulletin was written."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

# SQLite numbers rows by itself only where the type is exactly INTEGER.
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.String()
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "notice_versions",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("version", NUMBER, nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("toml", "subject", "body")),
        sa.Column("author_id", NUMBER, nullable=False),
        sa.Column("author_name", TEXT, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", "version", name="pk_notice_versions"),
    )
    op.create_table(
        "notice_decisions",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("version", NUMBER, nullable=True),
        sa.Column("verdict", TEXT, nullable=False),
        sa.Column("staff_id", NUMBER, nullable=False),
        sa.Column("staff_name", TEXT, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notice_decisions"),
        sa.UniqueConstraint("name", "version", name="uq_notice_decisions_name_version"),
        sa.ForeignKeyConstraint(
            ["name", "version"],
            ["notice_versions.name", "notice_versions.version"],
            name="fk_notice_decisions_name_version",
        ),
        sqlite_autoincrement=True,
    )
    op.add_column("bulletins", sa.Column("notice_version", NUMBER, nullable=False, server_default="0"))
