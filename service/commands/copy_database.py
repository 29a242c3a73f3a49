"""`hansho copy-database`: takes all data over from another database, as when a town moves to PostgreSQL."""

import json

import click
from sqlalchemy.exc import DBAPIError

from foundation.database import Database
from foundation.setting_values import database_url
from service.database_copy import CopyRefused, copy
from service.entrance import Entrance

ACTOR = "command"


@click.command("copy-database")
@click.option("--from", "url", required=True, metavar="URL", help="The old database, as HANSHO_DATABASE_URL names one.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object: each table and its rows.")
@click.pass_obj
def copy_database(entrance: Entrance, *, url: str, as_json: bool) -> None:
    """Copy everything from another database into the one of HANSHO_DATABASE_URL.

    That one must be migrated and empty, and no service may run on either. All or nothing: the rows are counted on both
    sides, and the ledger's chain is followed through, before anything is kept. The old database is not changed; it must
    not be started again, or it would send what was not sent yet.
    """
    source = Database(_checked(url))
    counts: dict[str, int] = {}

    def tell(table: str, rows: int) -> None:
        counts[table] = rows
        click.echo(f"{rows:>12,}  {table}", err=as_json)

    try:
        copy(source, entrance.database, at=entrance.clock.now(), actor=ACTOR, tell=tell)
    except CopyRefused as problem:
        raise click.ClickException(f"nothing was copied: {problem}") from None
    except DBAPIError as problem:
        words = " ".join(str(problem.orig).split())[:200]
        raise click.ClickException(f"nothing was copied: {words}") from None
    finally:
        source.close()
    if as_json:
        click.echo(json.dumps(counts))
    else:
        click.echo("All of it was copied and compared. Put the old database away: it must not be started again.")


def _checked(url: str) -> str:
    try:
        return database_url(url.strip()) or _none()
    except ValueError as reason:
        raise click.BadParameter(str(reason), param_hint="--from") from None


def _none() -> str:
    raise ValueError("allowed: sqlite:///path or postgresql+psycopg://user:pw@host/name")
