"""How well and how fast bounces are read, and whom we would answer: on the graded mails, where they lie beside us."""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from time import process_time

from bench.blank_shapes import ENTRY, BlankMail, shapes
from bench.findings import Findings, NotMeasured
from bench.graded import GRADED, NO_BOUNCE, Graded, graded, mails
from bench.plan import Plan
from bench.processes import module
from bench.table import Row
from bench.telling import say
from mailer.bounce_report.auto_reply import may_be_answered
from mailer.bounce_report.bounce_class import BounceClass
from mailer.bounce_report.kind import Kind
from mailer.bounce_report.reading import Mail, read_mail, read_message
from mailer.bounce_report.rules import shipped_rules
from mailer.mail_text import header_text, parse_mail

# Of whom we must never think that an address is gone when it is not. The publisher blurs addresses
# (`ntt.docomo.example.ne.jp`) and leaves hosts as they were: the name decides, wherever it stands in the report.
CARRIER = re.compile(
    r"docomo|ezweb|\bau\.com|kddi|\bdion\.|uqmobile|softbank|vodafone|disney\.ne\.jp|yahoo\.(?:\w+\.)?(?:co|ne)\.jp|gmail|google",
    re.IGNORECASE,
)
STILL_THERE = frozenset({"filtered", "full", "blocked", "content"})
ANYBODY = "taro@example.com"
OWN_DOMAINS = (ENTRY.rpartition("@")[2],)
PEOPLES = "not-bounces"


def measure(plan: Plan) -> Findings:
    """Shares of the graded recipients, counts that must be none, and mails a second of processor time. Raises
    NotMeasured where the mails are not there."""
    if not GRADED.is_dir():
        raise NotMeasured("the graded mails are not here")
    corpus = mails()
    everything = list(graded())
    bounces = [each for each in everything if each.reason not in NO_BOUNCE]
    print(agreement(bounces), file=sys.stderr)
    rows = [
        *_kinds(everything, bounces),
        *_gone(bounces, corpus),
        _by_command(bounces),
        *_blank(),
        Row("bounces: exceptions without the fence", (len(_raised(corpus)),), "mails", at_most=0),
        Row("bounces: machines' mails our responder would answer", (len(_answered(corpus)),), "mails", at_most=0),
        Row("bounces: read on one core", tuple(_rates(corpus, plan.runs)), "mails/s", at_least=500),
    ]
    return Findings(rows)


def agreement(bounces: list[Graded]) -> str:
    """Expected classes down, ours across."""
    found = Counter((each.expected, str(each.reading.bounce_class or "–")) for each in bounces)
    columns = [*(each.value for each in BounceClass), "–"]
    lines = [["", *columns]]
    lines += [[name, *(str(found[name, other] or "·") for other in columns)] for name in columns[:-1]]
    return "\n".join("".join(f"{text:>9}" for text in line) for line in lines)


def _kinds(everything: Sequence[Graded], bounces: Sequence[Graded]) -> list[Row]:
    by_reason = {reason: [each for each in everything if each.reason == reason] for reason in NO_BOUNCE}
    expected = (
        ("bounces: recognised as bounces", bounces, Kind.BOUNCE),
        ("bounces: complaints recognised as feedback", by_reason["feedback"], Kind.FEEDBACK),
        ("bounces: vacations recognised as auto-replies", by_reason["vacation"], Kind.AUTO_REPLY),
    )
    rows = []
    for name, those, kind in expected:
        missed = [each.file for each in those if each.reading.kind is not kind]
        _name(name, missed)
        rows.append(Row(name, (_share(len(those) - len(missed), len(those)),), "%", at_least=97))
    return rows


def _gone(bounces: Sequence[Graded], corpus: Mapping[str, bytes]) -> list[Row]:
    wrong = [each.file for each in bounces if each.hard != each.called_gone]
    said = [each for each in bounces if each.called_gone]
    right = sum(each.hard for each in said)
    alive = [each for each in bounces if each.expected in STILL_THERE and _of_a_carrier(each, corpus)]
    mistaken = [each.file for each in alive if each.called_gone]
    _name("bounces: gone or not, otherwise than graded", wrong)
    _name(f"bounces: of {len(alive)} that a carrier filtered, blocked or had no room for, called gone", mistaken)
    return [
        Row("bounces: gone or not as graded", (_share(len(bounces) - len(wrong), len(bounces)),), "%", at_least=96),
        Row("bounces: called gone, and graded so", (_share(right, len(said)),), "%"),
        Row("bounces: graded as gone, and called so", (_share(right, sum(each.hard for each in bounces)),), "%"),
        Row(
            "bounces: a carrier's filter, full box or block called gone", (len(mistaken),), f"of {len(alive)}", None, 0
        ),
    ]


def _by_command(bounces: Sequence[Graded]) -> Row:
    """The same by `hansho classify --json`, as others run it."""
    files = sorted({each.file for each in bounces})
    command = module("service", "classify", "--json", *(GRADED / file for file in files))
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300).stdout.splitlines()
    found: dict[tuple[str, str], str | None] = {}
    for file, line in zip(files, said, strict=True):
        told = json.loads(line)
        found[file, ""] = told["class"]
        found.update({(file, each["recipient"]): each["class"] for each in told["each"]})
    right = sum(
        each.hard == (found.get((each.file, each.recipient), found[each.file, ""]) == "gone") for each in bounces
    )
    return Row("bounces: the same by hansho classify", (_share(right, len(bounces)),), "%", at_least=96)


def _of_a_carrier(each: Graded, corpus: Mapping[str, bytes]) -> bool:
    return bool(CARRIER.search(f"{each.recipient} {corpus[each.file].decode('latin-1')}"))


def _blank() -> list[Row]:
    """Mails that are no bounces, and blank mails: of these none may be taken for a bounce, and each is answered."""
    others = [name for name, raw in mails(PEOPLES).items() if read_mail(raw).kind is Kind.BOUNCE]
    every = list(shapes())
    mistaken = [each for each in every if _kind(each) is Kind.BOUNCE]
    refused = [each for each in every if _refusal(each.raw, each.sender)]
    _name("bounces: of not-bounces, called bounces", others)
    for each in [*mistaken, *refused][:10]:
        say(f"{each}")
    return [
        Row("bounces: not-bounces called bounces", (len(others),), "mails", at_most=0),
        Row("bounces: blank mails called bounces", (len(mistaken),), f"of {len(every):,}", at_most=0),
        Row("bounces: blank mails refused an answer", (len(refused),), f"of {len(every):,}", at_most=0),
    ]


def _kind(blank: BlankMail) -> Kind:
    return read_mail(blank.raw, envelope_from=blank.sender, recipient=ENTRY).kind


def _raised(corpus: Mapping[str, bytes]) -> list[str]:
    raised = []
    for name, raw in corpus.items():
        try:
            read_message(Mail(parse_mail(raw)), shipped_rules())
        except Exception as problem:  # noqa: BLE001 -- any is one too many, and is told
            raised.append(f"{name}: {type(problem).__name__}")
    _name("bounces: raised", raised)
    return raised


def _answered(corpus: Mapping[str, bytes]) -> list[str]:
    """Bounces, complaints, vacations and damaged ones, under the sender that Return-Path tells and under anybody's."""
    answered = []
    for name, raw in corpus.items():
        stated = header_text(parse_mail(raw), "Return-Path").strip("<> ") or ANYBODY
        if not name.startswith(PEOPLES) and not (_refusal(raw, stated) and _refusal(raw, ANYBODY)):
            answered.append(name)
    _name("bounces: would be answered", answered)
    return answered


def _refusal(raw: bytes, sender: str) -> object:
    return may_be_answered(parse_mail(raw), envelope_from=sender, own_domains=OWN_DOMAINS)


def _rates(corpus: Mapping[str, bytes], runs: int) -> Iterator[float]:
    for _ in range(runs):
        begun = process_time()
        for raw in corpus.values():
            read_mail(raw)
        yield len(corpus) / (process_time() - begun)


def _share(part: int, whole: int) -> float:
    return part / whole * 100 if whole else 0.0


def _name(what: str, files: Sequence[str]) -> None:
    if files:
        say(f"{what}: {', '.join(files)}")
