"""The schema: every table known, and the database brought to the newest migration."""

from datetime import datetime
from enum import Enum
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

import admin.frame.kept_forms
import admin.people.api_tokens
import admin.people.invitations
import admin.people.one_time_codes
import admin.people.password_links
import admin.people.recovery_codes
import admin.people.sign_in
import admin.people.staff
import admin.people.staff_requests
import admin.people.tries
import admin.writing.draft_presence
import bulletins.approval_codes
import bulletins.notice_versions
import bulletins.other_languages
import bulletins.search_index
import bulletins.tables
import foundation.ledger
import liaisons.candidates
import liaisons.forward_tables
import liaisons.life
import liaisons.links
import liaisons.material_tables
import liaisons.meeting_tables
import liaisons.paper_tables
import liaisons.tables
import liaisons.voice_tables
import mailer.answer_caps
import mailer.bounce_facts
import mailer.domain_paces
import mailer.domain_pauses
import mailer.inbound
import mailer.outbox_tables
import service.lease
import subscribers.growth
import subscribers.headcount
import subscribers.leaving_reasons
import subscribers.newcomers
import subscribers.placements
import subscribers.places
import subscribers.register_imports
import subscribers.tables
from foundation.database import Base, Database
from mailer import roll

MIGRATIONS = Path(__file__).parent.parent / "migrations"

# Importing these is what makes their tables known; the tuple keeps the linter and the reader from thinking otherwise.
ROOMS_WITH_TABLES = (
    foundation.ledger,
    mailer.outbox_tables,
    mailer.inbound,
    mailer.answer_caps,
    mailer.bounce_facts,
    mailer.domain_paces,
    mailer.domain_pauses,
    subscribers.tables,
    subscribers.headcount,
    subscribers.growth,
    subscribers.leaving_reasons,
    subscribers.places,
    subscribers.placements,
    bulletins.other_languages,
    subscribers.newcomers,
    subscribers.register_imports,
    bulletins.notice_versions,
    bulletins.tables,
    bulletins.search_index,
    bulletins.approval_codes,
    liaisons.tables,
    liaisons.material_tables,
    liaisons.voice_tables,
    liaisons.meeting_tables,
    liaisons.paper_tables,
    liaisons.life,
    liaisons.links,
    liaisons.candidates,
    liaisons.forward_tables,
    admin.people.staff,
    admin.people.sign_in,
    admin.people.api_tokens,
    admin.writing.draft_presence,
    admin.frame.kept_forms,
    admin.people.tries,
    admin.people.one_time_codes,
    admin.people.recovery_codes,
    admin.people.invitations,
    admin.people.password_links,
    admin.people.staff_requests,
    service.lease,
)
METADATA = Base.metadata


_ONE_AT_A_TIME = 0x68616E73686F  # the key of the advisory lock on PostgreSQL, an arbitrary number of ours


class Standing(Enum):
    """Where a database stands, seen from this program; the value is what to do about it."""

    NEWEST = "stands at the newest migration"
    OLDER = "is not at the newest migration: run hansho migrate"
    NEWER = (
        "was migrated by a newer version of Hansho: start that version, or go back to the backup from before "
        "its upgrade"
    )


class NewerDatabase(Exception):
    """The database was migrated by a newer version: this one would not understand it."""

    def __init__(self) -> None:
        super().__init__(f"the database {Standing.NEWER.value}")


class ServiceRuns(Exception):
    """A sender of the older version is at work, and would write into tables that it does not know."""

    def __init__(self, senders: int) -> None:
        super().__init__(
            f"{senders} sender{'s' * (senders > 1)} at work on this database: stop the service on all hosts first (one "
            "that was killed is counted for a minute more); nothing was changed"
        )


def migrate(database: Database) -> tuple[str | None, str | None]:
    """To the newest, all or nothing: from which migration to which. Doing it again does nothing; two at once take
    turns. Raises NewerDatabase."""
    with database.engine.connect() as connection:
        _take_turn(connection)
        before = _revision(connection)
        if _standing(before) is Standing.NEWER:
            raise NewerDatabase
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        after = _revision(connection)
        connection.commit()
    return before, after


def refuse_beside_senders(database: Database, *, at: datetime) -> None:
    """Where there is something to migrate; raises ServiceRuns while a sender lives."""
    with database.engine.connect() as connection:
        before = _revision(connection)
        if before is None or _standing(before) is not Standing.OLDER:
            return
        with Session(connection) as session:
            senders = roll.living(session, at=at)
    if senders:
        raise ServiceRuns(senders)


def standing(database: Database) -> Standing:
    """Raises what the database raises."""
    with database.engine.connect() as connection:
        return _standing(_revision(connection))


def is_newest(database: Database) -> bool:
    """Whether the database stands at the newest migration; raises what the database raises."""
    return standing(database) is Standing.NEWEST


def _take_turn(connection: Connection) -> None:
    """Whoever else migrates waits until this transaction ends; SQLite has one writer anyway."""
    if connection.dialect.name == "sqlite":
        connection.execution_options(writes=True)
    else:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _standing(revision: str | None) -> Standing:
    scripts = ScriptDirectory.from_config(_config())
    if revision == scripts.get_current_head():
        return Standing.NEWEST
    known = {each.revision for each in scripts.walk_revisions()}
    return Standing.OLDER if revision is None or revision in known else Standing.NEWER


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
