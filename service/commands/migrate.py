"""`hansho migrate`: the tables as this version needs them."""

import click

from service.entrance import Entrance
from service.schema import NewerDatabase, ServiceRuns, migrate, refuse_beside_senders


@click.command("migrate")
@click.pass_obj
def migrate_command(entrance: Entrance) -> None:
    """Bring the database to the newest schema.

    All or nothing: broken off, it has changed nothing and is run again. Refused while a sender is at work on an older
    schema, and where a newer version has migrated already.
    """
    try:
        refuse_beside_senders(entrance.database, at=entrance.clock.now())
        before, after = migrate(entrance.database)
    except (NewerDatabase, ServiceRuns) as problem:
        raise click.ClickException(str(problem)) from None
    click.echo(f"the database stands at {after}" + ("" if before == after else f", before at {before or 'nothing'}"))
