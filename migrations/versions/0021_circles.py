"""Those who are not on the town's list are found without reading all."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

UNLISTED = sa.text("NOT in_city_list")


def upgrade() -> None:
    op.create_index("ix_subscribers_unlisted", "subscribers", ["id"], sqlite_where=UNLISTED, postgresql_where=UNLISTED)
