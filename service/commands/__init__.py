"""The commands: `hansho …`, one file a group."""

import os
from importlib import import_module
from pathlib import Path
from typing import cast

import click
from dotenv import dotenv_values
from sqlalchemy.exc import DBAPIError, ProgrammingError

from foundation.clock import SystemClock
from foundation.database import UNREADY, why
from foundation.settings import load
from service.entrance import Entrance
from service.misfits import MISFITS

WHERE = {
    "serve": "serve:serve",
    "migrate": "migrate:migrate_command",
    "copy-database": "copy_database:copy_database",
    "settings": "settings:settings_command",
    "check": "check:check",
    "dkim-record": "dkim:dkim_record",
    "sample": "sample:sample",
    "staff": "staff:staff",
    "subscribers": "subscribers:subscribers",
    "bulletins": "bulletins:bulletins",
    "ledger": "ledger:ledger",
    "restored": "restored:restored",
    "classify": "classify:classify",
    "deliver-mail": "deliver_mail:deliver_mail",
}


# What SQLite says of a table or a column that is not there yet; PostgreSQL has a class of errors for it.
_UNFIT_SCHEMA = ("no such table", "no such column", "has no column named")


class Commands(click.Group):
    """Reads only the file of the command that is called: most of the house is not needed to take in a mail, and a mail
    server starts this once a mail."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- as click asks
        return sorted(WHERE)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 -- as above
        if cmd_name not in WHERE:
            return None
        file, _, name = WHERE[cmd_name].partition(":")
        return cast(click.Command, getattr(import_module(f"service.commands.{file}"), name))


@click.group(cls=Commands)
@click.version_option(package_name="hansho")
@click.pass_context
def hansho(context: click.Context) -> None:
    """半鐘: a safety mail service that a city office runs itself."""
    if context.invoked_subcommand != "classify":
        context.obj = Entrance(load(_environment()), SystemClock())


def run(arguments: list[str]) -> int:
    """The exit status; errors are one line on standard error."""
    try:
        result = hansho.main(args=arguments, prog_name="hansho", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as problem:
        click.echo(problem.format_message())
        return 2
    except click.UsageError as problem:
        return _say(problem.format_message(), 2)
    except MISFITS as problem:
        return _say(str(problem), 2)
    except click.Abort:
        return _say("stopped", 1)
    except click.ClickException as problem:
        return _say(problem.format_message(), problem.exit_code)
    except UNREADY as problem:
        return _say(_database_words(problem), 1)
    except OSError as problem:
        return _say(f"{problem.filename or ''}: {problem.strerror or problem}".lstrip(": "), 1)
    return result if isinstance(result, int) else 0


def _say(text: str, status: int) -> int:
    click.echo(f"hansho: {' '.join(text.split())}", err=True)
    return status


def _database_words(problem: DBAPIError) -> str:
    words = why(problem)
    if isinstance(problem, ProgrammingError) or any(sign in words for sign in _UNFIT_SCHEMA):
        return "the database is not ready: run hansho migrate"
    return f"the database does not answer: {words}"


def _environment() -> dict[str, str]:
    """`.env` in the working folder, overruled by the environment."""
    kept = {name: value for name, value in dotenv_values(Path(".env")).items() if value is not None}
    ours = {name: value for name, value in {**kept, **os.environ}.items() if name.startswith("HANSHO_")}
    return dict(sorted(ours.items()))
