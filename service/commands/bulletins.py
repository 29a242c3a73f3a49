"""Commands about bulletins: list and show."""

import json

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.bulletin_object import bulletin_object
from bulletins.drafting import UnknownBulletin, find
from bulletins.progress import progress
from bulletins.tables import Bulletin
from service.commands.desk import Desk


@click.group("bulletins")
def bulletins() -> None:
    """What was written and sent."""


@bulletins.command("list")
@click.option("--json", "as_json", is_flag=True, help="one JSON object a line")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000))
@click.pass_obj
def list_bulletins(desk: Desk, *, as_json: bool, limit: int) -> None:
    """The newest bulletins."""
    with desk.database.read() as session:
        for bulletin in session.scalars(select(Bulletin).order_by(Bulletin.id.desc()).limit(limit)):
            found = _object(desk, session, bulletin)
            if as_json:
                click.echo(json.dumps(found, ensure_ascii=False))
            else:
                click.echo(f"{bulletin.id}\t{bulletin.state}\t{found['starts_at'] or '-'}\t{bulletin.subject}")


@bulletins.command("show")
@click.argument("number", metavar="ID", type=int)
@click.option("--json", "as_json", is_flag=True, help="as one JSON object")
@click.pass_obj
def show(desk: Desk, number: int, *, as_json: bool) -> None:
    """One bulletin and how far it has come."""
    with desk.database.read() as session:
        try:
            bulletin = find(session, number)
        except UnknownBulletin:
            raise click.ClickException(f"no bulletin {number}") from None
        found = _object(desk, session, bulletin)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    for name, value in found.items():
        click.echo(f"{name}: {value}")


def _object(desk: Desk, session: Session, bulletin: Bulletin) -> dict[str, object]:
    editions = desk.home.others.editions(session, bulletin)
    return bulletin_object(bulletin, progress(session, bulletin), editions, zone=desk.town.zone)
