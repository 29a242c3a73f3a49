"""The lines of a pasted text: what each is by its mark or label, and in which section it stands."""

import re
from dataclasses import dataclass, field, replace
from enum import Enum

from foundation.plain_text import forbidden_character

# What is pasted beyond this is told to be unread.
LONGEST_READ = 20_000

# The level of a warning is written in full-width digits by the weather office.
_FULL_DIGIT = re.compile("(?<!レベル)[０-９]")
_BREAKS = str.maketrans("\t\u2028\u2029\u0085\x0b\x0c", " \n\n\n\n\n")
# One character for one, so that a place in the plain text is the same place in the text itself.
_PLAIN = str.maketrans("（）：　～．／－−‐０１２３４５６７８９", "(): ~./---0123456789")


class Part(Enum):
    """What a line is to the notice; `standing` is what the service writes below every mail itself."""

    TEXT = "text"
    HEADING = "heading"
    HEADLINE = "headline"
    SOURCE = "source"
    CONTACT = "contact"
    ATTRIBUTION = "attribution"
    CALL = "call"
    ATTENTION = "attention"
    SENT_ON = "sent_on"
    CATEGORY = "category"
    STANDING = "standing"


class Section(Enum):
    """Under which heading, or behind which label, a line stands."""

    BODY = "body"
    WORDS = "words"
    FEATURES = "features"
    ADVICE = "advice"
    WHEN = "when"
    WHERE = "where"
    VICTIM = "victim"
    STATE = "state"
    AFTERWARDS = "afterwards"


@dataclass(frozen=True)
class Line:
    """`start` and `end` are places in the whole text, mark and label included; `at` is where `text` begins."""

    part: Part
    section: Section
    text: str
    start: int
    at: int
    end: int
    bullet: bool = False

    @property
    def span(self) -> tuple[int, int]:
        return self.start, self.end


def normal(text: str) -> str:
    """Half-width digits, LF line ends, and nothing that no field may hold."""
    text = text[:LONGEST_READ].replace("\r\n", "\n").replace("\r", "\n").translate(_BREAKS)
    text = _FULL_DIGIT.sub(lambda digit: str(int(digit[0])), text)
    return "".join(c for c in text if forbidden_character(c, several_lines=True) is None)


def plain(text: str) -> str:
    """For patterns: half-width brackets, colons, dashes and spaces, of the same length."""
    return text.translate(_PLAIN)


_SECTIONS = (
    (Section.FEATURES, re.compile("特徴|人相|着衣|服装|風体")),
    (Section.WORDS, re.compile("(?:声かけ|声掛け|声|電話|会話|発言|言葉|手口).{0,6}内容|言動|発言|文言|言葉|言われた")),
    (
        Section.ADVICE,
        re.compile(
            "対策|手段|お願い|話しておき|防犯|注意|心がけ|ポイント|アドバイス|遭わない|予防|身を守|呼び?かけ|行動"
        ),
    ),
    (Section.WHEN, re.compile("日時|時刻|いつ|発生日|場所・時")),
    (Section.WHERE, re.compile("場所|どこ|発生地")),
    (Section.VICTIM, re.compile("被害者|対象者|だれが|被害児童")),
    (Section.STATE, re.compile("状況|概要|内容|経緯|事案")),
)
_MARK = re.compile(r"[■□●○◆◇▼▽▲△]\s*")
_BULLET = re.compile(r"(?:[・･•]\s*|[-*]\s+|\(?[0-9]{1,2}[.)]\s+|[①-⑳]\s*)")
_BRACKETS = re.compile(r"[【\[]([^】\]\n]{1,60})[】\]]\s*")
_LABEL = re.compile(r"([^\s:、。「」()]{1,14})(?:\s{0,4}:\s{0,4}|\s{1,4})(?=\S)")
_SOURCE = re.compile(r"(.{1,50}?)(?:からの情報|からのお知らせ|の発表|発表|提供)$")
_CONTACT = re.compile(r"(?:お?問い?合わ?せ先?|連絡先|通報先|問合先)[\s:]+(?=\S)")
_CONTACT_NAME = re.compile(r"お?問い?合わ?せ|連絡先|通報先|問合")
_ATTRIBUTION = re.compile(r"[」』]で?(?:配信|発信)|の?配信を(?:もと|元|基)|(?:より|から)転載")
_STANDING = re.compile(
    r"返信(?:メール)?は(?:でき|受け|お)|返信できません|^\s*担当(?:部署|課):|配信停止はこちら|登録内容の変更|(?:変更|登録)・?解除"
    r"|^\s*本文\(|^\s*[-=_*─━]{3,}$"
)
_SENT_ON = re.compile(r"配信日\s+(?=\S)")
_CATEGORY = re.compile(r"配信内容\s*:?\s*(?=\S)")
_SERVICE = re.compile(r"\S{0,12}(?:安全|安心|防犯)\S{0,10}メール$")
_ADDRESS = re.compile(r"\s*https?://")
_LONGEST_HEADING = 25
_NAME = re.compile(r"[ァ-ヴー]{2,}|[a-zA-Z]{3,}")
_SUBJECT = re.compile(r"(?:件名|題名|タイトル|見出し|[Ss]ubject)\s*:\s*")


def lines_of(text: str) -> list[Line]:
    """Of a text that `normal` gave. A blank line ends a section that has lines of its own."""
    section, filled, labelled = Section.BODY, False, False
    found: list[Line] = []
    start = 0
    for raw in text.split("\n"):
        if raw.strip():
            read = _Raw(raw, start, section, labelled=labelled).lines()
            if _ADDRESS.match(raw) and found and found[-1].part is Part.STANDING:
                read = [replace(line, part=Part.STANDING) for line in read]
            found.extend(read)
            last = read[-1]
            section = last.section if last.part in (Part.HEADING, Part.TEXT) else Section.BODY
            filled = last.part is Part.TEXT
            # `特徴：白髪` holds for its own line, and for the bullets below it.
            labelled = (read[0].part is Part.HEADING and len(read) > 1) or (labelled and last.bullet)
        elif filled:
            section, filled = Section.BODY, False
        start += len(raw) + 1
    return found


def section_of(heading: str) -> Section | None:
    """The section that a heading or a label opens; None where it is none that we know."""
    return next((section for section, words in _SECTIONS if words.search(heading)), None)


def says_more(heading: str) -> bool:
    """Whether a heading names something besides the section that it opens: `ATMの場所`."""
    return any(section_of(word) is None for word in _NAME.findall(heading))


@dataclass(frozen=True)
class _Raw:
    """One line as it was pasted, at `start` of the text, below the section that is open."""

    raw: str
    start: int
    section: Section
    labelled: bool = field(kw_only=True)

    def lines(self) -> list[Line]:
        shown = plain(self.raw).rstrip()
        lead = len(shown) - len(shown.lstrip())
        known = _known(shown, lead)
        if known is not None:
            part, at = known
            return [self._line(part, at)]
        bracket = _BRACKETS.match(shown, lead)
        if bracket:
            return self._bracketed(shown, bracket)
        mark = _MARK.match(shown, lead)
        at = mark.end() if mark else lead
        opened = _opened(shown, at, marked=mark is not None)
        if opened is not None:
            return self._headed(shown, *opened)
        bullet = _BULLET.match(shown, lead)
        if bullet and bullet.end() < len(shown):
            return [self._line(Part.TEXT, bullet.end(), self.section, bullet=True)]
        here = Section.BODY if self.labelled or shown[lead] == "※" else self.section
        return [self._line(Part.TEXT, at, _sentence_section(shown[at:], here, marked=mark is not None))]

    def _bracketed(self, shown: str, bracket: re.Match[str]) -> list[Line]:
        """【…警察署からの情報】, 【問合せ先】…, 【発生日時】…, or a headline in brackets."""
        name, rest = bracket[1], bracket.end()
        if _CONTACT_NAME.search(name):
            return [self._line(Part.CONTACT, rest)]
        if _SOURCE.fullmatch(name):
            source = self._line(Part.SOURCE, bracket.start(1), end=bracket.end())
            return [source, self._line(Part.TEXT, rest)] if rest < len(shown) else [source]
        section = section_of(name)
        if section is not None:
            return self._headed(shown, section, rest)
        return [self._line(Part.HEADLINE if rest >= len(shown) else Part.TEXT, bracket.start())]

    def _headed(self, shown: str, section: Section, rest: int) -> list[Line]:
        """`■特徴　白髪` is a heading and the line below it in one; `rest` is where that begins."""
        head = self._line(Part.HEADING, 0, section, end=rest)
        return [head, self._line(Part.TEXT, rest, section)] if rest < len(shown) else [head]

    def _line(
        self, part: Part, at: int, section: Section = Section.BODY, *, end: int | None = None, bullet: bool = False
    ) -> Line:
        stop = len(self.raw.rstrip()) if end is None else end
        begin = at if part is Part.TEXT and not bullet else 0
        return Line(part, section, self.raw[at:stop], self.start + begin, self.start + at, self.start + stop, bullet)


def _known(shown: str, lead: int) -> tuple[Part, int] | None:
    """What a line is known as by its beginning, in whatever section it stands, and where its words begin."""
    if shown[lead] in "★☆◎":
        words = shown[lead + 1 :]
        return (Part.ATTENTION if shown[lead] == "◎" else Part.CALL), len(shown) - len(words.lstrip())
    for part, label in ((Part.HEADLINE, _SUBJECT), (Part.SENT_ON, _SENT_ON), (Part.CATEGORY, _CATEGORY)):
        found = label.match(shown, lead)
        if found:
            return part, found.end()
    if shown.startswith(("※", "この情報", "本情報", "このメール"), lead) and _ATTRIBUTION.search(shown):
        return Part.ATTRIBUTION, lead
    if _STANDING.search(shown) or _SERVICE.fullmatch(shown, lead):
        return Part.STANDING, lead
    contact = _CONTACT.match(shown, lead)
    return (Part.CONTACT, contact.end()) if contact and re.search(r"\d{3}", shown) else None


def _opened(shown: str, at: int, *, marked: bool) -> tuple[Section, int] | None:
    """The section that a heading opens and where the words after it begin; None where the line is no heading."""
    label = _LABEL.match(shown, at)
    if label and (marked or ":" in label[0]):
        section = section_of(label[1])
        if section is not None:
            return section, label.end()
    if marked and len(shown) - at <= _LONGEST_HEADING and not shown.endswith(("。", "！", "!", "？", "?")):
        section = section_of(shown[at:])
        if section is not None:
            return section, len(shown)
    return None


def _sentence_section(words: str, section: Section, *, marked: bool) -> Section:
    """A marked sentence stands for itself, but what says what comes next belongs to that."""
    if not marked:
        return section
    if words.startswith(("この後", "その後")):
        return Section.AFTERWARDS
    return Section.ADVICE if section is Section.ADVICE else Section.BODY
