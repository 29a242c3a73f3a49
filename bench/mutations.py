"""Mails broken in every way, read without the fence: none may raise, take long, or say what cannot be stored."""

import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from random import Random
from time import process_time

from bench.findings import Findings
from bench.mutants import mutant
from bench.plan import Plan
from bench.seed_mails import seeds
from bench.table import Row
from bench.telling import say
from mailer.bounce_report.auto_reply import may_be_answered
from mailer.bounce_report.reading import LONGEST_READ, Mail, Reading, read_message
from mailer.bounce_report.rules import shipped_rules
from mailer.mail_text import parse_mail

MAILS = 200_000
A_PIECE = 500  # mails that one process reads in one go; each piece has a chance of its own
SLOWEST_SECONDS = 0.25
SHOWN = 10


@dataclass
class Found:
    """What became of some mutants. A place is `piece/number`, from which the mail can be made again."""

    read: int = 0
    raised: list[str] = field(default_factory=list)
    unstorable: list[str] = field(default_factory=list)
    slowest: float = 0.0
    slowest_at: str = ""
    seconds: float = 0.0

    def add(self, other: "Found") -> None:
        """Those of another piece."""
        self.read += other.read
        self.raised += other.raised
        self.unstorable += other.unstorable
        self.seconds += other.seconds
        if other.slowest > self.slowest:
            self.slowest, self.slowest_at = other.slowest, other.slowest_at


def measure(plan: Plan) -> Findings:
    """Seconds are of the processor, for the reader and for the question whether the mail may be answered."""
    pieces = max(1, round(MAILS * plan.size / A_PIECE))
    found = Found()
    pool = ProcessPoolExecutor(os.cpu_count())
    try:
        for piece in pool.map(hunt, range(pieces)):
            found.add(piece)
    finally:
        pool.shutdown(cancel_futures=True)
    for name, places in (("raised", found.raised), ("cannot be stored", found.unstorable)):
        for place in places[:SHOWN]:
            say(f"mutations: {name}: {place}")
    say(f"mutations: the slowest is {found.slowest_at}")
    rows = [
        Row("mutations: mails read", (found.read,), "mails"),
        Row("mutations: exceptions without the fence", (len(found.raised),), "mails", at_most=0),
        Row("mutations: readings that cannot be stored", (len(found.unstorable),), "mails", at_most=0),
        Row("mutations: the slowest mail", (found.slowest,), "s", at_most=SLOWEST_SECONDS),
        Row("mutations: read on one core", (found.read / found.seconds,), "mails/s"),
    ]
    return Findings(rows, [{"slowest_at": found.slowest_at, "raised": found.raised, "unstorable": found.unstorable}])


def hunt(piece: int, *, mails: int = A_PIECE) -> Found:
    """The mutants of one piece, always the same ones."""
    chance, started_with = Random(f"mutations {piece}"), seeds()
    found = Found()
    for number in range(mails):
        _try(found, f"{piece}/{number}", mutant(chance, started_with))
    return found


def again(place: str, started_with: Sequence[bytes] | None = None) -> bytes:
    """The mutant at a place."""
    piece, number = (int(part) for part in place.split("/"))
    chance, mails = Random(f"mutations {piece}"), started_with or seeds()
    for _ in range(number):
        mutant(chance, mails)
    return mutant(chance, mails)


def unstorable(reading: Reading) -> str | None:
    """What of a reading UTF-8 or PostgreSQL would refuse."""
    told = (reading.evidence, reading.status, reading.feedback_type, *reading.recipients)
    for text in filter(None, told):
        if "\x00" in text or (not text.isprintable() and _is_torn(text)):
            return text
    return None


def _is_torn(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _try(found: Found, place: str, raw: bytes) -> None:
    begun = process_time()
    try:
        message = parse_mail(raw[:LONGEST_READ])
        reading = read_message(Mail(message), shipped_rules())
        may_be_answered(message, envelope_from="taro@example.com", own_domains=("mail.example.jp",))
        if unstorable(reading) is not None:
            found.unstorable.append(place)
    except Exception as problem:  # noqa: BLE001 -- any is one too many, and is told
        found.raised.append(f"{place} {type(problem).__name__}")
    taken = process_time() - begun
    found.read += 1
    found.seconds += taken
    if taken > found.slowest:
        found.slowest, found.slowest_at = taken, place
