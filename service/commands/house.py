"""Commands about the service as a whole: migrate, settings, and the sample town's data."""

import json

import click

from foundation.settings import Mode, shown
from service.commands.whole_house import pass_home
from service.home import Home
from service.sample import load_sample
from service.schema import migrate


@click.command("migrate")
@pass_home
def migrate_command(home: Home) -> None:
    """Bring the database to the newest schema."""
    migrate(home.database)


@click.command("settings")
@click.option("--json", "as_json", is_flag=True, help="as one JSON object")
@pass_home
def settings_command(home: Home, *, as_json: bool) -> None:
    """Show what is in force, without secrets."""
    values = shown(home.settings)
    if as_json:
        click.echo(json.dumps(values, ensure_ascii=False))
        return
    for name, value in values.items():
        click.echo(f"{name}={value}")


@click.command("sample")
@pass_home
def sample(home: Home) -> None:
    """Fill an empty practice service with the sample town's staff, residents and bulletins; once only."""
    if home.settings.mode is not Mode.PRACTICE:
        raise click.ClickException("the sample town is for practice mode only")
    for line in load_sample(home):
        click.echo(line)
