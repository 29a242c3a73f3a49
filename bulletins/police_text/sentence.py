"""The sentence that tells it: where, who, while doing what, by whom, what was done."""

import re
from collections.abc import Iterator

from bulletins.police_text.facts import Fact
from bulletins.police_text.lines import Line, plain

_SPOT = re.compile(r"(?:の)?(?P<spot>[^、。「」『』で\n]{1,30}?)(?:で|において|にて)(?:、|(?=[^あ-ん、]))")
_BETWEEN = re.compile(r"(?:において|にて|で|の)?[、\s]{0,4}")
# What happened is nobody.
_NOBODY = re.compile(r".*(?:事案|事件|被害|情報|電話|通報|行為|声|事故|詐欺|火災|盗難|不審者)$")
_BY_NAME = re.compile(r"(?P<victim>[^、。「」『』\nが]{1,30})が、?")
_WHILE = re.compile(r"(?P<situation>[^、。「」『』\n]{1,25}?(?:中|途中|時|際|とき|ところ|後))(?:に)?、")
_WHILE_SHORT = re.compile(r"(?P<situation>[^、。「」『』\n]{1,10}?途中)に?")
_OFFENDER = re.compile(
    r"(?P<offender>[^、。「」『』\n]{0,30}?(?:男|女|者|人物|人|少年|グループ)(?:性)?(?:ら|たち)?(?:[0-9一二三四数]人)?(?:組)?"
    r"(?:\([^()\n]{1,12}\))?)(?:に|から|より)、?(?=[^、。\n])"
)
_WHILE_BEFORE = re.compile(r"(?P<situation>[^の]{1,15}(?:中|途中))の(?P<victim>.+)")
_DOER = re.compile(r".{0,20}?(?:男|女|不審者|人物|者|男ら|[0-9二三数]人組)(?:\([^()\n]{1,12}\))?")
_DONE_TO = re.compile(r"(?P<victim>[^、。「」『』\nにを]{1,20}?)(?:に対して|に対し|に|を|の)、?")
_MISSING = re.compile(
    r"(?P<who>(?<![0-9])[0-9一二三四五六七八九十]{1,3}(?:歳代|歳|才|代)(?:くらい|ぐらい|位|前後)?の[^、。「」\s]{0,8}?(?:女性|男性|方|女の子|男の子|女児|男児))(?:を[探捜]しています)?"
)
_IMPOSTOR = re.compile(r"(?P<impostor>[^、。「」『』■★\s]{2,40}?)(?:を|と)(?:かた|騙|語|名の|名乗|装)[るりっいう]")

_A_CALL = re.compile(
    r"(?:者|人物|人)?(?:から)?の?(?:ウソの|うその|嘘の|不審な|怪しい)?電話が"
    r"(?:入って|続いて|相次いで|かかって(?:きて)?|掛かって(?:きて)?)います"
)


def told(text: str, start: int, end: int, *, after_place: bool = True) -> Iterator[Fact]:
    """What stands between `start` and `end` of the text, without the full stop; a spot only `after_place`.

    A sentence whose subject is the one who did it (男が児童に声をかけ…) gives both people and leaves what was done: our
    sentence is about the one to whom it was done, and turning it round would be writing.
    """
    shown = plain(text)
    spot = _SPOT.match(shown, start, end) if after_place else None
    if spot:
        yield _group(text, spot, "spot")
        start = spot.end()
    else:
        between = _BETWEEN.match(shown, start, end)
        start = between.end() if between and after_place else start
    if start < end:
        yield Fact("event", text[start:end], ((start, end),))
    subject = _BY_NAME.match(shown, start, end)
    if subject is None or _NOBODY.fullmatch(subject["victim"]):
        yield from _suffered(text, shown, start, end)
        return
    if _DOER.fullmatch(subject["victim"]) and not subject["victim"].endswith(("女性", "男性")):
        yield Fact("offender", text[subject.start(1) : subject.end(1)], (subject.span(1),))
        done_to = _DONE_TO.match(shown, subject.end(), end)
        if done_to:
            yield from _victim(text, done_to.start("victim"), done_to.end("victim"))
        return
    yield from _victim(text, *subject.span("victim"))
    yield from _suffered(text, shown, subject.end(), end)


def missing_in(text: str) -> Fact | None:
    """`80歳代の女性`."""
    found = _MISSING.search(plain(text))
    return Fact("who", text[found.start("who") : found.end("who")], (found.span(),)) if found else None


def impostor_in(line: Line) -> Fact | None:
    """Who the caller says to be."""
    shown = plain(line.text)
    found = _IMPOSTOR.search(shown)
    if found is None:
        return None
    # That calls come in is what our own sentence says; whatever else is told of them stays to be seen.
    call = _A_CALL.match(shown, found.end())
    end = line.at + (call or found).end()
    return Fact("impostor", line.text[found.start(1) : found.end(1)], ((line.at + found.start(), end),))


def _suffered(text: str, shown: str, at: int, end: int) -> Iterator[Fact]:
    doing = _WHILE.match(shown, at, end) or _WHILE_SHORT.match(shown, at, end)
    if doing:
        yield _group(text, doing, "situation")
        at = doing.end()
    offender = _OFFENDER.match(shown, at, end)
    if offender:
        yield _group(text, offender, "offender")
        at = offender.end()
        yield Fact("deed", text[at:end], ((at, end),))


def _victim(text: str, start: int, end: int) -> Iterator[Fact]:
    """`下校中の児童(男)` tells what the child was doing too."""
    both = _WHILE_BEFORE.fullmatch(plain(text), start, end)
    if both:
        yield _group(text, both, "situation")
        yield _group(text, both, "victim")
    else:
        yield Fact("victim", text[start:end], ((start, end),))


def _group(text: str, match: re.Match[str], name: str) -> Fact:
    start, end = match.span(name)
    return Fact(name, text[start:end], (match.span(name),))
