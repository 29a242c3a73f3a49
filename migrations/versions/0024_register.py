"""The register of liaisons: consent, moves, links, candidates."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

# SQLite numbers rows by itself only where the type is exactly INTEGER.
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.String()
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("liaisons", sa.Column("address", TEXT, nullable=False, server_default=""))
    for name in ("consent_way", "consent_version"):
        op.add_column("liaisons", sa.Column(name, TEXT))
    _moves()
    _links()
    _candidates()


def _moves() -> None:
    op.create_table(
        "liaison_moves",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("liaison_id", NUMBER, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("areas", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_liaison_moves"),
        sa.ForeignKeyConstraint(
            ["liaison_id"], ["liaisons.id"], name="fk_liaison_moves_liaison_id_liaisons", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_liaison_moves_liaison", "liaison_moves", ["liaison_id", "id"])


def _links() -> None:
    op.create_table(
        "liaison_links",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("liaison_id", NUMBER, nullable=False),
        sa.Column("token_hash", TEXT, nullable=False),
        sa.Column("purpose", TEXT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_liaison_links"),
        sa.ForeignKeyConstraint(
            ["liaison_id"], ["liaisons.id"], name="fk_liaison_links_liaison_id_liaisons", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("token_hash", name="uq_liaison_links_token_hash"),
    )
    op.create_index("ix_liaison_links_liaison_id", "liaison_links", ["liaison_id"])


def _candidates() -> None:
    op.create_table(
        "liaison_candidates",
        sa.Column("id", NUMBER, nullable=False),
        *(
            sa.Column(name, TEXT, nullable=False)
            for name in ("state", "name", "organisation", "why", "reach", "section")
        ),
        sa.Column("sent_by_id", NUMBER, nullable=False),
        sa.Column("sent_by_name", TEXT, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("decided_at", MOMENT),
        sa.Column("decided_by_id", NUMBER),
        sa.Column("decided_by_name", TEXT),
        sa.Column("aside_because", TEXT),
        sa.Column("liaison_id", NUMBER),
        sa.PrimaryKeyConstraint("id", name="pk_liaison_candidates"),
    )
    op.create_index("ix_liaison_candidates_sent_by_id", "liaison_candidates", ["sent_by_id"])
    op.create_index("ix_liaison_candidates_state", "liaison_candidates", ["state", "id"])
