"""The commands: `hansho …`, one file a group."""

import os
from pathlib import Path

import click
from dotenv import dotenv_values
from sqlalchemy.exc import DBAPIError, ProgrammingError

from foundation.catalogue import CatalogueBroken
from foundation.clock import SystemClock
from foundation.database import OUTAGES
from foundation.setting_values import SettingInvalid
from foundation.settings import load
from foundation.templating import TemplateBroken
from service.commands.bulletins import bulletins
from service.commands.check import check
from service.commands.classify import classify
from service.commands.copy_database import copy_database
from service.commands.deliver_mail import deliver_mail
from service.commands.desk import Desk
from service.commands.dkim import dkim_record
from service.commands.house import migrate_command, sample, settings_command
from service.commands.ledger import ledger
from service.commands.serve import serve
from service.commands.staff import staff
from service.commands.subscribers import subscribers
from subscribers.town import TownInvalid


@click.group()
@click.version_option(package_name="hansho")
@click.pass_context
def hansho(context: click.Context) -> None:
    """半鐘: a safety mail service that a city office runs itself."""
    if context.invoked_subcommand != "classify":
        context.obj = Desk(load(_environment()), SystemClock())


for command in (
    serve,
    migrate_command,
    copy_database,
    settings_command,
    check,
    dkim_record,
    sample,
    staff,
    subscribers,
    bulletins,
    ledger,
    classify,
    deliver_mail,
):
    hansho.add_command(command)


def run(arguments: list[str]) -> int:
    """The exit status; errors are one line on standard error."""
    try:
        result = hansho.main(args=arguments, prog_name="hansho", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as problem:
        click.echo(problem.format_message())
        return 2
    except click.UsageError as problem:
        return _say(problem.format_message(), 2)
    except (SettingInvalid, TownInvalid, TemplateBroken, CatalogueBroken) as problem:
        return _say(str(problem), 2)
    except click.Abort:
        return _say("stopped", 1)
    except click.ClickException as problem:
        return _say(problem.format_message(), problem.exit_code)
    except (*OUTAGES, ProgrammingError) as problem:
        return _say(_database_words(problem), 1)
    except OSError as problem:
        return _say(f"{problem.filename or ''}: {problem.strerror or problem}".lstrip(": "), 1)
    return result if isinstance(result, int) else 0


def _say(text: str, status: int) -> int:
    click.echo(f"hansho: {' '.join(text.split())}", err=True)
    return status


def _database_words(problem: DBAPIError) -> str:
    words = " ".join(str(problem.orig).split())
    if "no such table" in words or "does not exist" in words:
        return "the database is not ready: run hansho migrate"
    return f"the database does not answer: {words[:200]}"


def _environment() -> dict[str, str]:
    """`.env` in the working folder, overruled by the environment."""
    kept = {name: value for name, value in dotenv_values(Path(".env")).items() if value is not None}
    ours = {name: value for name, value in {**kept, **os.environ}.items() if name.startswith("HANSHO_")}
    return dict(sorted(ours.items()))
