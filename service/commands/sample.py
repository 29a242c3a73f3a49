"""`hansho sample`: the sample town, to look around in."""

import click

from foundation.settings import Mode
from service.commands.whole_house import pass_home
from service.home import Home
from service.sample import load_sample


@click.command("sample")
@pass_home
def sample(home: Home) -> None:
    """Fill an empty practice service with the sample town's staff, residents and bulletins; once only."""
    if home.settings.mode is not Mode.PRACTICE:
        raise click.ClickException("the sample town is for practice mode only")
    for line in load_sample(home):
        click.echo(line)
