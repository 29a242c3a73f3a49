"""The register of all rules, and how they are run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bulletins.checks import characters, completeness, consent, copies, dates, drill, place, privacy
from bulletins.checks.draft import DraftText, Finding, Level


class UnknownRule(Exception):
    """A level was given for a rule that does not exist."""


@dataclass(frozen=True)
class Rule:
    """`name` is the word that settings and the API know; `level` holds unless the office says otherwise."""

    name: str
    level: Level
    check: Callable[[DraftText], list[Finding]]


# A very similar bulletin sent before is looked for by the archive, which knows what was sent.
RULES: tuple[Rule, ...] = (
    Rule("placeholder-left", Level.BLOCK, completeness.placeholder_left),
    Rule("text-empty", Level.BLOCK, completeness.text_empty),
    Rule("text-too-short", Level.BLOCK, completeness.text_too_short),
    Rule("drill-missing", Level.BLOCK, drill.drill_missing),
    Rule("drill-extra", Level.BLOCK, drill.drill_extra),
    Rule(copies.DATE_COPIED, Level.BLOCK, copies.date_copied),
    Rule("call-consent", Level.BLOCK, consent.call_consent),
    Rule("outside-with-own-town", Level.WARN, place.outside_with_own_town),
    Rule("inside-without-own-town", Level.WARN, place.inside_without_own_town),
    Rule("place-too-fine", Level.WARN, place.place_too_fine),
    Rule("weekday-differs", Level.WARN, dates.weekday_differs),
    Rule("event-in-future", Level.WARN, dates.event_in_future),
    Rule("event-stale", Level.WARN, dates.event_stale),
    Rule("year-stale", Level.WARN, dates.year_stale),
    Rule(copies.TIME_COPIED, Level.WARN, copies.time_copied),
    Rule(copies.TEXT_DATE_COPIED, Level.WARN, copies.text_date_copied),
    Rule("part-missing", Level.WARN, completeness.part_missing),
    Rule("phone-number", Level.WARN, privacy.phone_number),
    Rule("plate", Level.WARN, privacy.plate),
    Rule("school-name", Level.WARN, privacy.school_name),
    Rule("mail-address", Level.WARN, privacy.mail_address),
    Rule("person-name", Level.WARN, privacy.person_name),
    Rule("garbled-character", Level.WARN, characters.garbled_character),
    Rule("line-too-long", Level.WARN, characters.line_too_long),
    Rule("subject-too-long", Level.WARN, characters.subject_too_long),
)


def run_checks(draft: DraftText, levels: Mapping[str, Level] | None = None) -> tuple[Finding, ...]:
    """What blocks comes first. `levels` replaces the level of the rules it names; raises UnknownRule."""
    levels = levels or {}
    for name in levels:
        if name not in {rule.name for rule in RULES}:
            raise UnknownRule(name)
    found = [
        replace(finding, level=levels.get(rule.name, rule.level)) for rule in RULES for finding in rule.check(draft)
    ]
    return tuple(sorted(found, key=lambda finding: finding.level is not Level.BLOCK))


def blocks(findings: tuple[Finding, ...]) -> bool:
    return any(finding.level is Level.BLOCK for finding in findings)
