"""`hansho subscribers import`: an older system's list, its headings confirmed, comes in and can be broken off."""

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import click

from service.commands.whole_house import pass_home
from service.home import Home
from subscribers.register_file import FileInvalid, RegisterFile, Told
from subscribers.register_imports import Overtaken, Wish
from subscribers.register_transfer import Findings, Importer, Rejected

_COUNTS = {
    "added": "新しく登録",
    "added_stopped": "　うち停止中として",
    "known": "登録済み",
    "stopped_here": "　うちここで配信停止中（そのまま）",
    "stopped_there": "　うち名簿では停止（ここでは有効のまま）",
    "stopped_now": "　うち名簿のとおり停止（以前のシステムでやめた人）",
    "rejected": "取り込めなかった行",
    "repeated": "　うち同じアドレスの繰り返し",
}


class Pairs(click.ParamType[Mapping[str, str]]):
    """`防犯=crime,気象=weather`: a word of the list with what it means here; an empty meaning takes it out."""

    name = "WORD=OURS,…"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> Mapping[str, str]:
        pairs = [pair.rpartition("=") for pair in value.split(",") if pair.strip()]
        if not all(sign and word.strip() for word, sign, _ in pairs):
            self.fail("名前=取り込み先 を、コンマでつないで書いてください。", param, ctx)
        return {word.strip(): ours.strip() for word, _, ours in pairs}


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE.csv")
@click.option("--dry-run", is_flag=True, help="Look at every line, keep nothing.")
@click.option("--yes", is_flag=True, help="Do not ask whether the headings are understood.")
@click.option("--columns", type=Pairs(), default="", help="Headings with our columns: メアド=address,備考=")
@click.option("--topics", type=Pairs(), default="", help="Its words for topics with ours: 防犯=crime+prevention")
@click.option("--areas", type=Pairs(), default="", help="Its words for areas with ours.")
@click.option("--states", type=Pairs(), default="", help="Its codes for states: 1=有効,9=停止")
@click.option("--courtesy", is_flag=True, help="Write 移行のお知らせ to those who come in active, a few at first.")
@click.option("--gentle", is_flag=True, help="First bulletins to them that are not urgent go in waves, a few at first.")
@click.option("--stops", is_flag=True, help="Stop who came by an earlier import and has left the older system since.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a rejected line, then one with the counts.")
@pass_home
def import_list(home: Home, /, file: Path, *, dry_run: bool, yes: bool, as_json: bool, **words: object) -> None:
    """Take over a list of addresses; no bulletin goes to anybody from it.

    Addresses that are known here stay as they are, stopped ones too. UTF-8 or CP932, with a header line: the headings
    of other systems are guessed and shown. Rejected lines go to standard error. Broken off, it goes on where it was
    when it is run again with the same file. Exit status 1 when no line at all could be taken.
    """
    wish = _wish(words)
    try:
        register = RegisterFile.open(file, home.town, wish.told)
        _confirm(register, ask=not (yes or dry_run or as_json))
        with click.progressbar(length=file.stat().st_size, label=file.name, file=sys.stderr) as bar:
            importer = Importer(
                home.database,
                home.town,
                home.clock,
                wish=wish,
                reject=lambda line: _reject(line, as_json=as_json),
                progress=bar.update,
                courtesy=home.courtesy,
            )
            found = importer.look(register) if dry_run else importer.run(register)
    except (FileInvalid, Overtaken) as fault:
        raise click.ClickException(f"{file}: {str(fault) or fault.__doc__}") from fault
    if as_json:
        told = {**asdict(found.counts), "dry_run": dry_run, "ignored_columns": register.ignored}
        click.echo(json.dumps({**told, "unknown_words": dict(found.words)}, ensure_ascii=False))
    else:
        _tell(found, wish, dry_run=dry_run)
    if found.counts.rejected and not found.counts.added + found.counts.known:
        raise click.ClickException("取り込める行が一つもありませんでした。")


def _wish(words: Mapping[str, object]) -> Wish:
    maps = {name: dict(given) for name, given in words.items() if isinstance(given, Mapping)}
    return Wish(Told(**maps), **{name: bool(words[name]) for name in ("courtesy", "gentle", "stops")})


def _confirm(register: RegisterFile, *, ask: bool) -> None:
    """Nobody is asked where every heading is ours, or where nobody sits before the screen."""
    taken = [each for each in register.meanings if each.is_taken]
    is_guessed = any(not each.column or each.heading.lower() != each.column for each in taken)
    if is_guessed:
        click.echo(f"文字コード: {register.encoding}", err=True)
        for each in register.meanings:
            click.echo(f"  {each.heading or '（空の見出し）'} → {each.words}", err=True)
    elif register.ignored:
        click.echo(f"取り込まない列: {'、'.join(register.ignored)}", err=True)
    if is_guessed and ask and sys.stdin.isatty() and not click.confirm("この読み方で取り込みますか", err=True):
        raise click.ClickException("取り込みませんでした。--columns で、見出しごとの取り込み先を指定できます。")


def _reject(line: Rejected, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"line": line.line, "reason": line.reason}, ensure_ascii=False))
    else:
        click.echo(f"{line.line}行目: {line.reason}", err=True)


def _tell(found: Findings, wish: Wish, *, dry_run: bool) -> None:
    if dry_run:
        click.echo("確認だけです。何も取り込んでいません。")
    counts = asdict(found.counts)
    for name, label in _COUNTS.items():
        click.echo(f"{label}: {counts[name]:,}件")
    for kind, number in found.kinds.most_common():
        click.echo(f"  {kind}: {number:,}行")
    for word, number in found.words.most_common(20):
        click.echo(f"  この市にないことば「{word}」: {number:,}行")
    if found.words:
        click.echo("  読み替えは --topics・--areas・--states で指定できます（例：--topics 防犯=犯罪情報）。")
    if wish.courtesy:
        letters = found.counts.added - found.counts.added_stopped
        click.echo(f"移行のお知らせ: {letters:,}通（ドメインごとに60通から、5分おきに増やして送ります）")
