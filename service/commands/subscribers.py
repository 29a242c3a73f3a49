"""`hansho subscribers …`: brings a list in, writes it out, looks up one address and stops it."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from foundation.addresses import Address, AddressInvalid
from service.commands.desk import Desk
from subscribers.leaving import stop as stop_address
from subscribers.lookup import Finding, find
from subscribers.register_file import FileInvalid, RegisterFile
from subscribers.register_transfer import Importer, Rejected
from subscribers.register_transfer import export as export_lines
from subscribers.tables import StopReason, SubscriberState

ACTOR = "command"
_COUNTS = {
    "added": "新しく登録",
    "added_stopped": "うち停止中として",
    "known": "登録済み（変更なし）",
    "stopped_here": "うち配信停止中（そのまま）",
    "rejected": "取り込めなかった行",
}


@click.group()
def subscribers() -> None:
    """Who receives."""


@subscribers.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE.csv")
@click.option("--dry-run", is_flag=True, help="Look at every line, keep nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a rejected line, then one with the counts.")
@click.pass_obj
def import_(desk: Desk, file: Path, *, dry_run: bool, as_json: bool) -> None:
    """Take over a list of addresses; nobody gets a mail from it.

    Addresses that are known here stay as they are, stopped ones too. UTF-8 or CP932, with a header line: address,
    and if you like topics, areas, language, state, place, registered_at, reason. Rejected lines go to standard error.
    Exit status 1 when no line at all could be taken.
    """

    def reject(line: Rejected) -> None:
        if as_json:
            click.echo(json.dumps(asdict(line), ensure_ascii=False))
        else:
            click.echo(f"{line.line}行目: {line.reason}", err=True)

    try:
        register = RegisterFile.open(file)
    except FileInvalid as fault:
        raise click.ClickException(f"{file}: {fault}") from fault
    importer = Importer(desk.database, desk.town, dry_run=dry_run, reject=reject)
    with click.progressbar(length=file.stat().st_size, label=file.name, file=sys.stderr) as bar:
        counts = importer.run(register, at=desk.clock.now(), progress=bar.update)
    if as_json:
        found = {**asdict(counts), "dry_run": dry_run, "ignored_columns": register.ignored}
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        _tell(register, asdict(counts), dry_run=dry_run)
    if counts.rejected and not counts.added + counts.known:
        raise click.ClickException("取り込める行が一つもありませんでした。")


@subscribers.command()
@click.option("--encoding", type=click.Choice(["utf-8", "cp932"]), default="utf-8", show_default=True)
@click.pass_obj
def export(desk: Desk, *, encoding: str) -> None:
    """Write all addresses and their choices as CSV to standard output; the ledger notes it."""
    out = sys.stdout.buffer
    for line in export_lines(desk.database, desk.town, at=desk.clock.now()):
        out.write(line.encode(encoding))
    out.flush()


@subscribers.command()
@click.argument("address")
@click.option("--json", "as_json", is_flag=True, help="The object of POST /subscribers/find, {} where there is none.")
@click.pass_obj
def show(desk: Desk, address: str, *, as_json: bool) -> None:
    """Look up one address."""
    finding = _find(desk, _parsed(address))
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
@click.pass_obj
def stop(desk: Desk, address: str, *, why: str) -> None:
    """Stop one address; what is still on its way to it is not sent."""
    finding = _find(desk, _parsed(address))
    if finding is None:
        raise click.ClickException("このアドレスは登録されていません。")
    if finding.state == SubscriberState.STOPPED:
        click.echo("このアドレスの配信は、すでに停止しています。")
        return
    with desk.database.write() as session:
        stop_address(session, finding.id, StopReason.STAFF, by=ACTOR, at=desk.clock.now(), evidence=why)
    click.echo("配信を停止しました。")


def _tell(register: RegisterFile, counts: dict[str, int], *, dry_run: bool) -> None:
    if register.ignored:
        click.echo(f"取り込まない列: {'、'.join(register.ignored)}", err=True)
    if dry_run:
        click.echo("確認だけです。何も取り込んでいません。")
    for name, label in _COUNTS.items():
        click.echo(f"{label}: {counts[name]:,}件")


def _parsed(text: str) -> Address:
    try:
        return Address.parse(text)
    except AddressInvalid as fault:
        raise click.BadParameter(str(fault), param_hint="ADDRESS") from fault


def _find(desk: Desk, address: Address) -> Finding | None:
    with desk.database.read() as session:
        return find(session, address.text, watch=desk.watch, at=desk.clock.now())
