"""`hansho dkim-record`: what an administrator puts into DNS, so that receivers can check our signatures."""

import json

import click

from service.entrance import Entrance
from service.signing import signer_of


@click.command("dkim-record")
@click.option("--json", "as_json", is_flag=True, help="as one JSON object")
@click.pass_obj
def dkim_record(entrance: Entrance, *, as_json: bool) -> None:
    """Print the DNS record of the DKIM key: its name, and its text in strings of at most 255 octets."""
    signer = signer_of(entrance.settings)
    if signer is None:
        raise click.ClickException("letters are not signed here: HANSHO_DKIM_KEY and HANSHO_DKIM_SELECTOR are not set")
    strings = signer.key.record()
    if as_json:
        click.echo(json.dumps({"name": signer.record_name, "type": "TXT", "strings": strings}))
        return
    quoted = "\n".join(f'  "{string}"' for string in strings)
    click.echo(f"{signer.record_name}. IN TXT (\n{quoted}\n)")
