"""The life of a draft: quiet saves, copies, who has it open, and forms kept over a sign-in."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

ROW = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    number = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    # SQLite takes a foreign key with a new column, but not one by itself; Alembic only knows the second way.
    op.execute(
        f"ALTER TABLE bulletins ADD COLUMN copied_from_id {number} "
        "CONSTRAINT fk_bulletins_copied_from_id REFERENCES bulletins (id)"
    )
    op.add_column("bulletins", sa.Column("revision", ROW, nullable=False, server_default="1"))
    op.add_column("bulletins", sa.Column("quiet_by", ROW, nullable=True))
    op.add_column("bulletins", sa.Column("once_key", sa.String(), nullable=True))
    op.add_column("bulletins", sa.Column("page_key", sa.String(), nullable=True))
    op.add_column("bulletins", sa.Column("unchosen", sa.String(), nullable=False, server_default=""))
    op.create_index("ix_bulletins_once", "bulletins", ["drafter_id", "once_key"], unique=True)
    op.create_table(
        "draft_presences",
        sa.Column("bulletin_id", ROW, nullable=False),
        sa.Column("staff_id", ROW, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("bulletin_id", "staff_id", name="pk_draft_presences"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_draft_presences_staff_id"),
    )
    op.create_index("ix_draft_presences_seen_at", "draft_presences", ["seen_at"])
    op.create_table(
        "kept_forms",
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("staff_id", ROW, nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("kept_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name="pk_kept_forms"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_kept_forms_staff_id"),
    )
    op.create_index("ix_kept_forms_staff_id", "kept_forms", ["staff_id"])
    op.create_index("ix_kept_forms_kept_at", "kept_forms", ["kept_at"])
