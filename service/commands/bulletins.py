"""Commands about bulletins: list and show."""

import json

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.api.bulletin_object import bulletin_object
from bulletins.drafting import UnknownBulletin, find
from bulletins.progress import progress
from bulletins.tables import Bulletin
from service.commands.whole_house import pass_home
from service.home import Home


@click.group("bulletins")
def bulletins() -> None:
    """What was written and sent."""


@bulletins.command("list")
@click.option("--json", "as_json", is_flag=True, help="one JSON object a line")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000))
@pass_home
def list_bulletins(home: Home, *, as_json: bool, limit: int) -> None:
    """The newest bulletins."""
    with home.database.read() as session:
        for bulletin in session.scalars(select(Bulletin).order_by(Bulletin.id.desc()).limit(limit)):
            found = _object(home, session, bulletin)
            if as_json:
                click.echo(json.dumps(found, ensure_ascii=False))
            else:
                click.echo(f"{bulletin.id}\t{bulletin.state}\t{found['starts_at'] or '-'}\t{bulletin.subject}")


@bulletins.command("show")
@click.argument("number", metavar="ID", type=click.IntRange(1, 2**63 - 1))
@click.option("--json", "as_json", is_flag=True, help="as one JSON object")
@pass_home
def show(home: Home, number: int, *, as_json: bool) -> None:
    """One bulletin and how far it has come."""
    with home.database.read() as session:
        try:
            bulletin = find(session, number)
        except UnknownBulletin:
            raise click.ClickException(f"no bulletin {number}") from None
        found = _object(home, session, bulletin)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for name, value in found.items():
        click.echo(f"{name}: {value}")


def _object(home: Home, session: Session, bulletin: Bulletin) -> dict[str, object]:
    editions = home.others.editions(session, bulletin)
    return bulletin_object(bulletin, progress(session, bulletin), editions, zone=home.town.zone)
