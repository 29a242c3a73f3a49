"""The words of what has begun, for the archive's search, and which bulletins tell of a person."""

import unicodedata
from datetime import timedelta

import sqlalchemy as sa
from alembic import op

# As the other numbers: SQLite numbers rows only as INTEGER.
ROW = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
ABOUT_A_PERSON = ("missing-person", "missing-person-end")
CHUNK = 500

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column("bulletins", sa.Column("redact", sa.Boolean(), nullable=False, server_default=sa.false()))
    table = op.create_table(
        "archived_words",
        sa.Column("bulletin_id", ROW, autoincrement=False, nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["bulletin_id"], ["bulletins.id"], name="fk_archived_words_bulletin_id"),
        sa.PrimaryKeyConstraint("bulletin_id", name="pk_archived_words"),
    )
    _mark(op.get_bind())
    _fill(op.get_bind(), table)


def _mark(connection: sa.Connection) -> None:
    """Those about a person, and what follows one of them."""
    bulletins = sa.table(
        "bulletins", sa.column("id"), sa.column("notice"), sa.column("follows_id"), sa.column("redact")
    )
    about = sa.select(bulletins.c.id).where(bulletins.c.notice.in_(ABOUT_A_PERSON))
    marked = sa.or_(bulletins.c.notice.in_(ABOUT_A_PERSON), bulletins.c.follows_id.in_(about.scalar_subquery()))
    connection.execute(sa.update(bulletins).where(marked).values(redact=sa.true()))


def _fill(connection: sa.Connection, words: sa.Table) -> None:
    bulletins = sa.table(
        "bulletins",
        sa.column("id", ROW),
        sa.column("subject", sa.String()),
        sa.column("text", sa.String()),
        sa.column("started_at", MOMENT),
        sa.column("expires_seconds", ROW),
    )
    after = 0
    while True:
        some = sa.select(bulletins).where(bulletins.c.id > after, bulletins.c.started_at.is_not(None))
        rows = connection.execute(some.order_by(bulletins.c.id).limit(CHUNK)).all()
        if not rows:
            return
        after = rows[-1].id
        kept = [
            {
                "bulletin_id": row.id,
                "words": _words(row.subject, row.text),
                "expires_at": row.started_at + timedelta(seconds=row.expires_seconds),
            }
            for row in rows
        ]
        connection.execute(sa.insert(words), kept)


def _words(subject: str, text: str) -> str:
    """As `bulletins.search_index` writes them at this revision."""
    lines = (unicodedata.normalize("NFKC", line).casefold() for line in (subject, *text.splitlines()))
    return "\n".join("".join(sign for sign in line if _is_kept(sign)) for line in lines)


def _is_kept(sign: str) -> bool:
    return not sign.isspace() and unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn")
