"""Commands about the service as a whole: migrate, settings, and the sample town's data."""

import json

import click

from foundation.settings import Mode, shown
from service.commands.desk import Desk
from service.sample import load_sample
from service.schema import migrate


@click.command("migrate")
@click.pass_obj
def migrate_command(desk: Desk) -> None:
    """Bring the database to the newest schema."""
    migrate(desk.database)


@click.command("settings")
@click.option("--json", "as_json", is_flag=True, help="as one JSON object")
@click.pass_obj
def settings_command(desk: Desk, *, as_json: bool) -> None:
    """Show what is in force, without secrets."""
    values = shown(desk.settings)
    if as_json:
        click.echo(json.dumps(values, ensure_ascii=False))
        return
    for name, value in values.items():
        click.echo(f"{name}={value}")


@click.command("sample")
@click.pass_obj
def sample(desk: Desk) -> None:
    """Fill an empty practice service with the sample town's staff, residents and bulletins; once only."""
    if desk.settings.mode is not Mode.PRACTICE:
        raise click.ClickException("the sample town is for practice mode only")
    for line in load_sample(desk.home):
        click.echo(line)
