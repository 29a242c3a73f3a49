"""The table that turns the words of a refusal into a class; the words themselves stand in rules.toml."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from mailer.bounce_report.bounce_class import BounceClass
from mailer.bounce_report.evidence import Evidence
from mailer.bounce_report.phase import Phase

SHIPPED = Path(__file__).with_name("rules.toml")
_KEYS = frozenset({"name", "class", "hosts", "phases", "code", "status", "words", "report", "source"})
_BEFORE_RCPT = frozenset({Phase.CONNECT, Phase.GREETING, Phase.MAIL})


class RuleInvalid(ValueError):
    """A rule of the table cannot be used."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Everything that is stated must hold; `hosts` are domains that one of the hosts must be or lie under."""

    name: str
    result: BounceClass
    hosts: tuple[str, ...]
    phases: frozenset[Phase | None]
    code: re.Pattern[str] | None
    status: re.Pattern[str] | None
    words: re.Pattern[str] | None
    source: str

    def holds(self, evidence: Evidence) -> bool:
        """Whether this rule speaks about that evidence."""
        if self.hosts and not any(_lies_under(host, self.hosts) for host in evidence.hosts):
            return False
        if self.phases and evidence.phase not in self.phases:
            return False
        if self.code and not self.code.fullmatch(str(evidence.code or "")):
            return False
        if self.status and not self.status.fullmatch(evidence.status or ""):
            return False
        return self.words is None or bool(self.words.search(evidence.text))


@dataclass(frozen=True, slots=True)
class Rules:
    """`by_report` looks at a whole report, then `by_words` at every piece of evidence, then `by_status`."""

    by_report: tuple[Rule, ...]
    by_words: tuple[Rule, ...]
    by_status: tuple[Rule, ...]
    openings: re.Pattern[str]
    delays: re.Pattern[str]
    finals: re.Pattern[str]
    senders: re.Pattern[str]
    subjects: re.Pattern[str]

    def matching(self, evidence: Evidence) -> Rule | None:
        """The first rule whose words hold."""
        return _first(self.by_words, evidence)

    def matching_status(self, evidence: Evidence) -> Rule | None:
        """The first rule on codes alone, for when no words spoke."""
        return _first(self.by_status, evidence)

    def matching_report(self, evidence: Evidence) -> Rule | None:
        """The first rule on whole reports; its evidence is the whole text."""
        return _first(self.by_report, evidence)


def _first(rules: tuple[Rule, ...], evidence: Evidence) -> Rule | None:
    """A temporary refusal never proves that an address is gone, nor does one that came before RCPT."""
    for rule in rules:
        if evidence.temporary and rule.result.needs_permanence:
            continue
        if evidence.phase in _BEFORE_RCPT and rule.result.counted:
            continue
        if rule.holds(evidence):
            return rule
    return None


def load_rules(path: Path) -> Rules:
    """Raises RuleInvalid, naming the rule; the caller keeps what it got."""
    with path.open("rb") as file:
        table = tomllib.load(file)
    report = table["report"]
    return Rules(
        by_report=tuple(_rule(entry) for entry in table["rule"] if entry.get("report")),
        by_words=tuple(_rule(entry) for entry in table["rule"] if not entry.get("report")),
        by_status=tuple(_rule(entry) for entry in table["status"]),
        openings=_any_of(report["openings"]),
        delays=_any_of(report["delays"]),
        finals=_any_of(report["finals"]),
        senders=_any_of(report["senders"]),
        subjects=_any_of(report["subjects"]),
    )


@cache
def shipped_rules() -> Rules:
    """The table that comes with the program, read once at its first use."""
    return load_rules(SHIPPED)


def _rule(entry: dict[str, Any]) -> Rule:
    name = str(entry.get("name", "without a name"))
    unknown = entry.keys() - _KEYS
    if unknown:
        raise RuleInvalid(f"rule {name}: unknown key {min(unknown)}")
    try:
        return Rule(
            name=name,
            result=BounceClass(entry["class"]),
            hosts=tuple(host.lower() for host in entry.get("hosts", ())),
            phases=frozenset(None if phase == "unknown" else Phase(phase) for phase in entry.get("phases", ())),
            code=_pattern(entry.get("code")),
            status=_pattern(entry.get("status")),
            words=_any_of(entry["words"]) if "words" in entry else None,
            source=entry["source"],
        )
    except (KeyError, ValueError, re.error) as error:
        raise RuleInvalid(f"rule {name}: {error}") from error


def _pattern(text: str | None) -> re.Pattern[str] | None:
    return None if text is None else re.compile(text)


def _any_of(texts: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{text})" for text in texts), re.IGNORECASE)


def _lies_under(host: str, domains: tuple[str, ...]) -> bool:
    return any(host == domain or host.endswith("." + domain) for domain in domains)
