"""`hansho classify`: reads mails as the post-room would, for whoever wants to know why an address was stopped."""

import json
from pathlib import Path
from typing import Any

import click

from mailer.bounce_report.kind import Kind
from mailer.bounce_report.reading import Reading, read_mail


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def classify(files: tuple[Path, ...], *, as_json: bool) -> None:
    """Tell what a mail is, and what a bounce says about an address.

    A damaged mail is read as far as it goes. Exit status 1 if a file could not be opened.
    """
    unread = False
    for path in files:
        try:
            raw = path.read_bytes()
        except OSError as error:
            click.echo(f"{path}: {error.strerror or type(error).__name__}", err=True)
            unread = True
            continue
        reading = read_mail(raw)
        if as_json:
            click.echo(json.dumps({**as_object(path, reading), "each": each_of(raw, reading)}, ensure_ascii=False))
        else:
            click.echo(as_line(path, reading))
    if unread:
        raise SystemExit(1)


def as_object(path: Path, reading: Reading) -> dict[str, Any]:
    """The object of the contract, and some things more."""
    return {
        "file": _shown(path),
        "kind": reading.kind.value,
        "class": reading.bounce_class.value if reading.bounce_class else None,
        "counted": reading.counted,
        "recipients": list(reading.recipients),
        "status": reading.status,
        "evidence": reading.evidence,
        "feedback_type": reading.feedback_type,
        "delayed": reading.delayed,
    }


def each_of(raw: bytes, reading: Reading) -> list[dict[str, Any]]:
    """Of a report about several recipients, what it says of each; the service asks for its own one alone."""
    several = [(each, read_mail(raw, about=each)) for each in reading.recipients]
    return [
        {
            "recipient": recipient,
            "class": one.bounce_class.value if one.bounce_class else None,
            "counted": one.counted,
            "status": one.status,
            "evidence": one.evidence,
        }
        for recipient, one in (several if len(several) > 1 else ())
    ]


def as_line(path: Path, reading: Reading) -> str:
    """For people: the file, the kind, and of a bounce the class, the recipients and the evidence."""
    said = [reading.kind.value]
    if reading.kind is Kind.BOUNCE:
        said.append("delayed, tried again" if reading.delayed else str(reading.bounce_class))
        said.append("counted" if reading.counted else "not counted")
    if reading.feedback_type:
        said.append(reading.feedback_type)
    said += [text for text in (" ".join(reading.recipients), reading.status or "", reading.evidence) if text]
    return f"{_shown(path)}: {' · '.join(said)}"


def _shown(path: Path) -> str:
    # A file name that is no UTF-8 holds surrogates, which no terminal and no JSON reader takes.
    return str(path).encode("utf-8", "replace").decode("utf-8")
