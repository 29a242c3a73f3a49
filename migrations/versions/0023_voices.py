"""意見・要望, and the steps of each."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

# SQLite numbers rows by itself only where the type is exactly INTEGER.
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.String()
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "voices",
        sa.Column("id", NUMBER, nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("state", "road", "text")),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("writer_id", NUMBER),
        sa.Column("writer_name", TEXT, nullable=False),
        sa.Column("liaison_id", NUMBER),
        sa.Column("area", TEXT, nullable=False),
        *(sa.Column(name, TEXT) for name in ("mail", "phone")),
        sa.Column("differs", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("language", TEXT),
        sa.Column("about_id", NUMBER),
        sa.Column("section", TEXT, nullable=False),
        sa.Column("officer_id", NUMBER),
        *(sa.Column(name, TEXT, nullable=False) for name in ("officer_name", "due_on", "answer")),
        sa.Column("closed_at", MOMENT),
        *(sa.Column(name, TEXT) for name in ("told_by", "told_on")),
        sa.Column("led_to_id", NUMBER),
        sa.Column("led_to", TEXT, nullable=False),
        sa.Column("version", NUMBER, nullable=False),
        sa.Column("once_key", TEXT, nullable=False),
        sa.Column("erased_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_voices"),
        sa.ForeignKeyConstraint(["liaison_id"], ["liaisons.id"], name="fk_voices_liaison_id_liaisons"),
        sa.UniqueConstraint("once_key", name="uq_voices_once_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_voices_state", "voices", ["state", "due_on"])
    op.create_index("ix_voices_liaison", "voices", ["liaison_id", "id"])
    op.create_index("ix_voices_received_at", "voices", ["received_at"])
    op.create_table(
        "voice_steps",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("voice_id", NUMBER, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("staff_id", NUMBER),
        *(sa.Column(name, TEXT, nullable=False) for name in ("staff_name", "step", "note")),
        sa.Column("once_key", TEXT),
        sa.PrimaryKeyConstraint("id", name="pk_voice_steps"),
        sa.ForeignKeyConstraint(["voice_id"], ["voices.id"], name="fk_voice_steps_voice_id_voices", ondelete="CASCADE"),
        sa.UniqueConstraint("once_key", name="uq_voice_steps_once_key"),
    )
    op.create_index("ix_voice_steps_voice_id", "voice_steps", ["voice_id"])
