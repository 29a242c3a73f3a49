"""`hansho ledger …`: proves on the machine itself that nobody changed what was written down."""

import json
import re
from typing import Any

import click

from foundation import ledger as book
from service.entrance import Entrance

_SEEN = re.compile(r"(\d{1,18}):([0-9a-f]{64})")


class SeenLine(click.ParamType[tuple[int, str]]):
    """A line as `verify` printed it some day: its number and its hash."""

    name = "number:hash"

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> tuple[int, str]:
        found = _SEEN.fullmatch(str(value).strip().lower())
        if found is None:
            self.fail("write NUMBER:HASH, as `hansho ledger verify` printed it", parameter, context)
        return int(found[1]), found[2]


@click.group()
def ledger() -> None:
    """Who did what, chained by hash."""


@ledger.command()
@click.option("--seen", type=SeenLine(), multiple=True, help="A line noted earlier that must still be there.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def verify(entrance: Entrance, *, seen: tuple[tuple[int, str], ...], as_json: bool) -> None:
    """Follow the whole chain; exit 1 when it is broken.

    Lines cut off at the end leave a chain that fits: note the last line on paper now and then, and hand it in
    by --seen.
    """
    with entrance.database.read() as session:
        proof = book.verify(session, seen=dict(seen))
    if as_json:
        told = {"lines": proof.lines, "last": proof.last, "hash": proof.last_hash}
        click.echo(json.dumps({**told, "broken": proof.broken, "missing": proof.missing}))
    elif proof.holds:
        click.echo(f"sound: {proof.lines} lines, the last one is {proof.last}:{proof.last_hash}")
    if proof.broken is not None:
        raise click.ClickException(
            f"the ledger is broken at line {proof.broken}; the {proof.lines} before it are sound"
        )
    if proof.missing is not None:
        raise click.ClickException(f"line {proof.missing}, noted earlier, is not in the ledger any more")
