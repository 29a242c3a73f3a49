"""`hansho restored`: the first thing to do with a database that was put back from a backup."""

import json
import sys
from dataclasses import asdict

import click

from service.entrance import Entrance
from service.restored import hold_back
from service.schema import ServiceRuns

ACTOR = "command"


@click.command("restored")
@click.option("--yes", is_flag=True, help="Do not ask at the terminal.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def restored(entrance: Entrance, *, yes: bool, as_json: bool) -> None:
    """Tell that this database came from a backup: nothing in it is sent by itself.

    Before the service is started on it. What was under way is halted, what waited for its start goes back to those who
    wrote it; all other letters that were not sent yet are dropped; mails not yet worked off are set aside for a person.
    New numbers begin far behind the old ones, so that links in mails sent since the backup never lead to somebody else.
    """
    if not yes and sys.stdin.isatty():
        click.confirm(
            "Letters that were not sent yet will be dropped. Was this database put back?", abort=True, err=True
        )
    try:
        with entrance.database.write() as session:
            held = hold_back(session, ACTOR, at=entrance.clock.now())
    except ServiceRuns as problem:
        raise click.ClickException(str(problem)) from None
    if as_json:
        click.echo(json.dumps(asdict(held)))
        return
    numbers = ", ".join(map(str, held.bulletins)) or "none"
    click.echo(f"bulletins halted or given back, to be looked at in the console: {numbers}")
    click.echo(f"other letters that will not be sent: {held.letters:,}")
    click.echo(f"mails set aside for a person: {held.mails:,}")
