"""`hansho migrate`: the tables as this version needs them."""

import click

from service.entrance import Entrance
from service.schema import migrate


@click.command("migrate")
@click.pass_obj
def migrate_command(entrance: Entrance) -> None:
    """Bring the database to the newest schema."""
    migrate(entrance.database)
