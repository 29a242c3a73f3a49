"""`hansho settings`: what is in force."""

import json

import click

from foundation.settings import shown
from service.commands.whole_house import pass_home
from service.home import Home


@click.command("settings")
@click.option("--json", "as_json", is_flag=True, help="as one JSON object")
@pass_home
def settings_command(home: Home, *, as_json: bool) -> None:
    """Show what is in force, without secrets."""
    # What is said to be in force must be so; a town that has no database yet can ask, too.
    _ = (home.hours, home.carriers, home.check_levels)
    values = shown(home.settings)
    if as_json:
        click.echo(json.dumps(values, ensure_ascii=False))
        return
    for name, value in values.items():
        click.echo(f"{name}={value}")
