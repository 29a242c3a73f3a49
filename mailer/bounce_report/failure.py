"""One reading of a bounce: whom it is about, what was said, and which rule spoke."""

from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from itertools import islice

from mailer.bounce_report.bounce_class import BounceClass
from mailer.bounce_report.delivery_status import DeliveryStatus, delivery_statuses, statuses_in_text
from mailer.bounce_report.dialogue import answers_in, hosts_in, phase_in
from mailer.bounce_report.evidence import Evidence, enhanced_status, reply_code
from mailer.bounce_report.human_text import paragraphs
from mailer.bounce_report.recipients import addresses_in, recipients_in_words
from mailer.bounce_report.rules import Rule, Rules
from mailer.mail_text import header_texts

_SUCCESS = frozenset({"delivered", "relayed", "expanded"})
_MOST_PIECES = 20
_LONGEST_PIECE = 4_000  # characters; a reply is a line or ten, and every rule looks at every piece
_LONGEST_MARK = 40
LONGEST_EVIDENCE = 500  # characters kept for display


@dataclass(frozen=True, slots=True)
class Failure:
    """`delayed` means that the sender goes on trying, `final` that it says it stopped; `words` carry the class."""

    recipients: tuple[str, ...]
    bounce_class: BounceClass
    status: str | None
    words: str
    delayed: bool
    final: bool


@dataclass(frozen=True, slots=True)
class Scene:
    """What all pieces of evidence of one report share."""

    text: str
    statuses: tuple[DeliveryStatus, ...]
    recipients: tuple[str, ...]

    @property
    def chosen(self) -> DeliveryStatus | None:
        """Of several recipients the first that failed for good."""
        open_ones = [status for status in self.statuses if status.action not in _SUCCESS]
        return next((s for s in open_ones if s.action != "delayed"), open_ones[0] if open_ones else None)

    def about(self, address: str | None) -> "Scene":
        """The same with this recipient in the first place, where the report names it beside others."""
        if address not in self.recipients[1:]:
            return self
        own = tuple(status for status in self.statuses if address in addresses_in([status.recipient]))
        others = (each for each in self.recipients if each != address)
        return Scene(self.text, own or self.statuses, (address, *others))

    def has_reached(self, address: str) -> bool:
        """Whether the report says itself that the letter came to this recipient."""
        return any(s.action in _SUCCESS and address in addresses_in([s.recipient]) for s in self.statuses)

    def may_be_about(self, address: str) -> bool:
        """Not where it names others alone, of another domain: a mailbox that works may pass a copy on to one that is
        gone, whose report comes to us."""
        domain = address.rpartition("@")[2]
        return not self.recipients or any(each.rpartition("@")[2] == domain for each in self.recipients)


def all_succeeded(statuses: tuple[DeliveryStatus, ...]) -> bool:
    """A report of success, as asked for by NOTIFY=SUCCESS."""
    return bool(statuses) and all(status.action in _SUCCESS for status in statuses)


def scene_of(message: Message, text: str) -> Scene:
    """The statuses and recipients of a mail that may be a report."""
    statuses = delivery_statuses(message) or statuses_in_text(text)
    named = addresses_in(s.recipient for s in statuses if s.action not in _SUCCESS)
    return Scene(text, statuses, named or recipients_in_words(message, text))


def read_failure(message: Message, scene: Scene, rules: Rules) -> Failure:
    """Never None: a bounce without a known reason is `unknown`, which does not count."""
    rule, evidence = _verdict(message, scene, rules)
    chosen = scene.chosen
    status = (evidence.status if evidence else None) or (chosen.status if chosen else "") or None
    return Failure(
        recipients=scene.recipients,
        bounce_class=rule.result if rule else BounceClass.UNKNOWN,
        status=status,
        words=_shown(rule, evidence, scene),
        delayed=_is_delayed(scene, rules),
        final=_is_final(scene, rules),
    )


def _verdict(message: Message, scene: Scene, rules: Rules) -> tuple[Rule | None, Evidence | None]:
    precise, whole = _evidences(message, scene)
    rule = rules.matching_report(whole)
    if rule:
        return rule, whole
    for look in (rules.matching, rules.matching_status):
        for evidence in precise:
            rule = look(evidence)
            if rule:
                return rule, evidence
    rule = rules.matching(whole) or rules.matching_status(whole)
    return rule, whole if rule else next(iter(precise), None)


def _evidences(message: Message, scene: Scene) -> tuple[list[Evidence], Evidence]:
    """The precise pieces, nearest to the wire first, and the whole text of the report."""
    phase = phase_in(scene.text)
    domains = [address.rpartition("@")[2] for address in scene.recipients[:1]]
    remote = [scene.chosen.remote_host] if scene.chosen and scene.chosen.remote_host else []
    hosts = tuple(dict.fromkeys([*remote, *hosts_in(scene.text), *domains]))
    stated = scene.chosen.status if scene.chosen else ""
    precise = []
    for piece in islice(_pieces(scene), _MOST_PIECES):
        words = piece[:_LONGEST_PIECE]
        own = phase_in(words) or phase
        status = enhanced_status(words) or stated or None
        precise.append(Evidence(words, code=reply_code(words), status=status, phase=own, hosts=hosts))
    marks = " ".join(f"X-SPASIGN: {mark[:_LONGEST_MARK]}" for mark in header_texts(message, "X-SPASIGN")[:1])
    whole = " ".join([*scene.text.split(), marks])
    codes = next((e.code for e in precise if e.code), reply_code(whole))
    return precise, Evidence(whole, codes, stated or enhanced_status(whole), phase, hosts)


def _pieces(scene: Scene) -> Iterator[str]:
    if scene.chosen and scene.chosen.diagnostic:
        yield scene.chosen.diagnostic
    elif scene.chosen and scene.chosen.status:
        yield scene.chosen.status
    first = scene.recipients[0] if scene.recipients else ""
    yield from sorted(answers_in(scene.text), key=lambda answer: first not in answer.lower())
    blocks = [_about_the_first(block, scene.recipients) for block in paragraphs(scene.text)]
    spoken = [block for block in blocks if reply_code(block) or enhanced_status(block)]
    yield from sorted(spoken, key=lambda block: first not in block.lower())


def _about_the_first(block: str, recipients: tuple[str, ...]) -> str:
    """Of a list of recipients and their troubles in one paragraph, what stands with the first one."""
    if len(recipients) < 2 or recipients[0] not in block.lower():
        return block
    start = block.lower().index(recipients[0])
    ends = [found for other in recipients[1:] if (found := block.lower().find(other, start)) > 0]
    return block[start : min(ends, default=len(block))]


def _is_delayed(scene: Scene, rules: Rules) -> bool:
    failed = {status.action for status in scene.statuses} - _SUCCESS
    if failed - {""}:
        return failed <= {"delayed"}
    return bool(rules.delays.search(" ".join(scene.text.split())))


def _is_final(scene: Scene, rules: Rules) -> bool:
    if scene.statuses:
        return any(status.action == "failed" for status in scene.statuses)
    return bool(rules.finals.search(" ".join(scene.text.split())))


def _shown(rule: Rule | None, evidence: Evidence | None, scene: Scene) -> str:
    words = " ".join((evidence.text if evidence else scene.text).split())
    phase = f" ({evidence.phase})" if evidence and evidence.phase else ""
    return f"{rule.name if rule else 'no rule'}{phase}: {words}"[:LONGEST_EVIDENCE]
