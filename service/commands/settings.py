"""`hansho settings`: what is in force."""

import json

import click

from foundation.settings import shown
from service.entrance import Entrance


@click.command("settings")
@click.option("--json", "as_json", is_flag=True, help="as one JSON object")
@click.pass_obj
def settings_command(entrance: Entrance, *, as_json: bool) -> None:
    """Show what is in force, without secrets."""
    values = shown(entrance.settings)
    if as_json:
        click.echo(json.dumps(values, ensure_ascii=False))
        return
    for name, value in values.items():
        click.echo(f"{name}={value}")
