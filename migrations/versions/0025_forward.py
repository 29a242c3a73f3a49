"""The liaison edition, and what liaisons pass on."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.String()
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("bulletins", sa.Column("to_liaisons", TEXT, nullable=False, server_default="none"))
    op.add_column("publishing_orders", sa.Column("liaison_letter_id", NUMBER))
    op.add_column("publishing_orders", sa.Column("liaison_cursor", NUMBER, nullable=False, server_default="0"))
    op.add_column("publishing_orders", sa.Column("liaisons_closed_at", MOMENT))
    op.add_column("publishing_orders", sa.Column("everyone_at", MOMENT))
    # What is under way has no edition for liaisons.
    op.execute("UPDATE publishing_orders SET liaisons_closed_at = opened_at WHERE opened_at IS NOT NULL")
    _forward_orders()
    _forward_codes()
    op.create_table(
        "forward_years",
        sa.Column("year", NUMBER, nullable=False),
        sa.Column("who", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("year", "who", name="pk_forward_years"),
    )
    op.create_table(
        "silenced_members",
        sa.Column("subscriber_id", NUMBER, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("subscriber_id", name="pk_silenced_members"),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscribers.id"],
            name="fk_silenced_members_subscriber_id_subscribers",
            ondelete="CASCADE",
        ),
    )


def _forward_orders() -> None:
    op.create_table(
        "forward_orders",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("bulletin_id", NUMBER, nullable=False),
        sa.Column("circle_id", NUMBER, nullable=False),
        sa.Column("sentence", TEXT, nullable=False),
        sa.Column("line", TEXT, nullable=False),
        sa.Column("placed_at", MOMENT, nullable=False),
        sa.Column("opened_at", MOMENT),
        sa.Column("letters", TEXT, nullable=False),
        sa.Column("cursor", NUMBER, nullable=False),
        sa.Column("closed_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_forward_orders"),
        sa.ForeignKeyConstraint(["bulletin_id"], ["bulletins.id"], name="fk_forward_orders_bulletin_id_bulletins"),
        sa.UniqueConstraint("bulletin_id", "circle_id", name="uq_forward_orders_bulletin_id_circle_id"),
    )
    op.create_index("ix_forward_orders_open", "forward_orders", ["closed_at", "placed_at"])


def _forward_codes() -> None:
    op.create_table(
        "forward_codes",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("page_hash", TEXT, nullable=False),
        sa.Column("liaison_id", NUMBER, nullable=False),
        sa.Column("bulletin_id", NUMBER),
        sa.Column("hash", TEXT, nullable=False),
        sa.Column("sentence", TEXT, nullable=False),
        sa.Column("line", TEXT, nullable=False),
        sa.Column("wrong", NUMBER, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_forward_codes"),
        sa.ForeignKeyConstraint(
            ["liaison_id"], ["liaisons.id"], name="fk_forward_codes_liaison_id_liaisons", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["bulletin_id"], ["bulletins.id"], name="fk_forward_codes_bulletin_id_bulletins"),
        sa.UniqueConstraint("page_hash", name="uq_forward_codes_page_hash"),
    )
    op.create_index("ix_forward_codes_liaison_id", "forward_codes", ["liaison_id"])
