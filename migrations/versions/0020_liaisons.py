"""The network of liaisons and their circles; who gets the town's own bulletins."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

# SQLite numbers rows by itself only where the type is exactly INTEGER.
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.String()
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("subscribers", sa.Column("in_city_list", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.create_table(
        "liaisons",
        sa.Column("id", NUMBER, nullable=False),
        *(
            sa.Column(name, TEXT, nullable=False)
            for name in ("state", "name", "organisation", "post", "other_posts", "way", "phone", "fax", "postal")
        ),
        sa.Column("subscriber_id", NUMBER),
        sa.Column("officer_id", NUMBER),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("asked_by_id", NUMBER, nullable=False),
        sa.Column("asked_by_name", TEXT, nullable=False),
        *(sa.Column(name, TEXT) for name in ("asked_again_because", "consent_words")),
        *(
            sa.Column(name, MOMENT)
            for name in ("consented_at", "declined_at", "active_at", "resting_until", "ended_at")
        ),
        sa.Column("reviewed_year", NUMBER),
        sa.PrimaryKeyConstraint("id", name="pk_liaisons"),
        sa.ForeignKeyConstraint(["subscriber_id"], ["subscribers.id"], name="fk_liaisons_subscriber_id_subscribers"),
        sa.UniqueConstraint("subscriber_id", name="uq_liaisons_subscriber_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_liaisons_state", "liaisons", ["state", "id"])
    op.create_table(
        "liaison_areas",
        sa.Column("liaison_id", NUMBER, nullable=False),
        sa.Column("area", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("liaison_id", "area", name="pk_liaison_areas"),
        sa.ForeignKeyConstraint(
            ["liaison_id"], ["liaisons.id"], name="fk_liaison_areas_liaison_id_liaisons", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "circles",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("liaison_id", NUMBER, nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_circles"),
        sa.ForeignKeyConstraint(["liaison_id"], ["liaisons.id"], name="fk_circles_liaison_id_liaisons"),
        sa.UniqueConstraint("liaison_id", name="uq_circles_liaison_id"),
        sa.UniqueConstraint("code", name="uq_circles_code"),
    )
    op.create_table(
        "circle_members",
        sa.Column("circle_id", NUMBER, nullable=False),
        sa.Column("subscriber_id", NUMBER, nullable=False),
        sa.Column("joined_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("circle_id", "subscriber_id", name="pk_circle_members"),
        sa.ForeignKeyConstraint(
            ["circle_id"], ["circles.id"], name="fk_circle_members_circle_id_circles", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscribers.id"],
            name="fk_circle_members_subscriber_id_subscribers",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_circle_members_subscriber", "circle_members", ["subscriber_id"])
