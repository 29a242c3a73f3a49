"""The schema: every table known, and the database brought to the newest migration."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

import admin.api_tokens
import admin.draft_presence
import admin.invitations
import admin.kept_forms
import admin.one_time_codes
import admin.password_links
import admin.recovery_codes
import admin.sign_in
import admin.staff
import admin.staff_requests
import admin.tries
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
    admin.staff,
    admin.sign_in,
    admin.api_tokens,
    admin.draft_presence,
    admin.kept_forms,
    admin.tries,
    admin.one_time_codes,
    admin.recovery_codes,
    admin.invitations,
    admin.password_links,
    admin.staff_requests,
    service.lease,
)
METADATA = Base.metadata


def migrate(database: Database) -> None:
    """To the newest; doing it again does nothing."""
    with database.engine.connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def is_newest(database: Database) -> bool:
    """Whether the database stands at the newest migration; raises what the database raises."""
    with database.engine.connect() as connection:
        here = MigrationContext.configure(connection).get_current_revision()
    return here == ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
