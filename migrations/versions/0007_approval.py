"""How a bulletin was approved, by whom it is seen afterwards, the start asked for; deputies; telephone codes."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

MOMENT = sa.DateTime(timezone=True)
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for column in (
        sa.Column("approved_by_road", sa.String()),
        sa.Column("approved_as_deputy", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("typist_id", BIG),
        sa.Column("typist_name", sa.String()),
        sa.Column("countersigned_at", MOMENT),
        sa.Column("countersigner_id", BIG),
        sa.Column("countersigner_name", sa.String()),
        sa.Column("wanted_start", MOMENT),
        sa.Column("confirmed_at", MOMENT),
        sa.Column("confirmer_id", BIG),
        sa.Column("confirmer_name", sa.String()),
    ):
        op.add_column("bulletins", column)
    op.add_column("publishing_orders", sa.Column("held", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("staff", sa.Column("deputy_rank", BIG))
    op.create_table(
        "approval_codes",
        sa.Column("id", BIG, nullable=False),
        sa.Column("bulletin_id", BIG, nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.Column("approver_id", BIG, nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("wrong", BIG, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["bulletin_id"], ["bulletins.id"], name="fk_approval_codes_bulletin_id"),
        sa.PrimaryKeyConstraint("id", name="pk_approval_codes"),
        sa.UniqueConstraint("bulletin_id", "approver_id", name="uq_approval_codes_bulletin_id_approver_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_approval_codes_expires_at", "approval_codes", ["expires_at"])
