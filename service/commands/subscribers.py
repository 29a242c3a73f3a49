"""`hansho subscribers …`: brings a list in, writes it out, looks up one address and stops it."""

import json
import sys

import click

from foundation.addresses import Address, AddressInvalid
from service.commands.register_import import import_list
from service.commands.whole_house import pass_home
from service.home import Home
from subscribers.leaving import stop as stop_address
from subscribers.lookup import Finding, find
from subscribers.register_export import export as export_lines
from subscribers.tables import StopReason, SubscriberState

ACTOR = "command"


@click.group()
def subscribers() -> None:
    """Who receives."""


subscribers.add_command(import_list)


@subscribers.command()
@click.option("--encoding", type=click.Choice(["utf-8", "cp932"]), default="utf-8", show_default=True)
@pass_home
def export(home: Home, *, encoding: str) -> None:
    """Write all addresses and their choices as CSV to standard output; the ledger notes it."""
    out = sys.stdout.buffer
    for line in export_lines(home.database, home.town, at=home.clock.now()):
        out.write(line.encode(encoding))
    out.flush()


@subscribers.command()
@click.argument("address")
@click.option("--json", "as_json", is_flag=True, help="The object of POST /subscribers/find, {} where there is none.")
@pass_home
def show(home: Home, address: str, *, as_json: bool) -> None:
    """Look up one address."""
    finding = _find(home, _parsed(address))
    if as_json:
        click.echo(json.dumps(finding.public() if finding else {}, ensure_ascii=False))
    elif finding is None:
        click.echo("このアドレスは登録されていません。")
    else:
        for name, value in finding.public().items():
            click.echo(f"{name}: {', '.join(value) if isinstance(value, list) else value}")


@subscribers.command()
@click.argument("address")
@click.option("--why", required=True, help="Kept with the address, for other members of staff.")
@pass_home
def stop(home: Home, address: str, *, why: str) -> None:
    """Stop one address; what is still on its way to it is not sent."""
    finding = _find(home, _parsed(address))
    if finding is None:
        raise click.ClickException("このアドレスは登録されていません。")
    if finding.state == SubscriberState.STOPPED:
        click.echo("このアドレスの配信は、すでに停止しています。")
        return
    with home.database.write() as session:
        stop_address(session, finding.id, StopReason.STAFF, by=ACTOR, at=home.clock.now(), evidence=why)
    click.echo("配信を停止しました。")


def _parsed(text: str) -> Address:
    try:
        return Address.parse(text)
    except AddressInvalid as fault:
        raise click.BadParameter(str(fault), param_hint="ADDRESS") from fault


def _find(home: Home, address: Address) -> Finding | None:
    with home.database.read() as session:
        return find(session, address.text, watch=home.watch, at=home.clock.now())
