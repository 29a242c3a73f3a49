"""What could point to a person: telephone numbers, plates, school names, mail addresses, names."""

import re
import unicodedata
from collections.abc import Iterator

from bulletins.checks.draft import DraftText, Finding, Level, Passage

_PHONE = re.compile(r"(?<!\d)(?:0\d{1,4}[-(]\d{1,4}[-)]\d{3,4}|0\d{9,10})(?!\d)")
_PLATE = re.compile(
    r"[一-龠ぁ-ん]{1,4}\s?\d{2,3}\s?[ぁ-んA-Z]\s?(?:\d{1,2}-\d{2}|・{1,3}\d{1,3}|\d{4})|ナンバー[^\n、。]{0,6}\d{1,2}-\d{2}"
)
_SCHOOL = re.compile(r"([一-龠々ァ-ヴーぁ-ん]{1,12})(?:小学校|中学校|高校|高等学校|幼稚園|保育園|学園|大学)")
_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+\.[A-Za-z0-9.-]+[A-Za-z]")
_NAME = re.compile(r"([一-龠々ァ-ヴー]{1,6})(?:さん|氏(?!名)|容疑者)")

# Not the name of one school: 市内の小学校, 市立中学校, お子さんの通う小学校.
_ANY_SCHOOL = frozenset(
    {"", "市内", "市立", "市内公立", "近隣", "公立", "私立", "都立", "県立", "国立", "各", "全", "同じ", "付近", "短期"}
)
_PARTICLES = re.compile(r"[のやとではがをにへ、。]")
# Words for relatives and trades that are said with さん, and words that end in 氏.
_NOT_A_NAME = re.compile(
    "子|皆|娘|息子|奥|嫁|孫|母|父|兄|姉|弟|妹|祖母|祖父|客|患者|業者|店員|駅員|住民|隣|保護者|職員|警察官"
    "|大家|医者|看護師|両|摂|華|同|彼"
)


def phone_number(draft: DraftText) -> list[Finding]:
    known = (draft.town.contact.phone, draft.town.police.phone)
    return [
        _finding(
            "phone-number", passage, found, "個人の電話番号ではありませんか。連絡先は「問合せ先」に入れてください。"
        )
        for passage, found in _matches(draft, _PHONE)
        if found not in known
    ]


def plate(draft: DraftText) -> list[Finding]:
    advice = "車のナンバーは書かずに、色や形で知らせてください。"
    return [_finding("plate", passage, found, advice) for passage, found in _matches(draft, _PLATE)]


def school_name(draft: DraftText) -> list[Finding]:
    """Shelters are schools: a notice that may name fine places may name them."""
    if draft.notice.fine_place:
        return []
    advice = "学校名から子どもが分かることがあります。町名だけにしてください。"
    findings = []
    for passage in _normal_passages(draft):
        for found in _SCHOOL.finditer(passage.text):
            name = _PARTICLES.split(found[1])[-1]
            if name not in _ANY_SCHOOL and not name.endswith(("う", "る", "た")):
                findings.append(_finding("school-name", passage, found[0][len(found[1]) - len(name) :], advice))
                break
    return findings


def mail_address(draft: DraftText) -> list[Finding]:
    known = {draft.town.contact.mail.lower(), draft.town.from_address.lower()}
    advice = "個人のメールアドレスではありませんか。消すか、市の連絡先にしてください。"
    return [
        _finding("mail-address", passage, found, advice)
        for passage, found in _matches(draft, _ADDRESS)
        if found.lower() not in known
    ]


def person_name(draft: DraftText) -> list[Finding]:
    advice = "名前は書かずに、年代や性別などで知らせてください。"
    findings = []
    for passage in _normal_passages(draft):
        for found in _NAME.finditer(passage.text):
            if not _NOT_A_NAME.fullmatch(found[1]):
                findings.append(_finding("person-name", passage, found[0], advice))
                break
    return findings


def _normal_passages(draft: DraftText) -> Iterator[Passage]:
    """Full-width digits and letters hide nothing from the patterns."""
    for passage in draft.passages():
        normal = re.sub(r"[‐‑–—−]", "-", unicodedata.normalize("NFKC", passage.text))
        yield Passage(normal, passage.label, passage.field)


def _matches(draft: DraftText, pattern: re.Pattern[str]) -> Iterator[tuple[Passage, str]]:
    for passage in _normal_passages(draft):
        found = pattern.search(passage.text)
        if found:
            yield passage, found[0]


def _finding(rule: str, passage: Passage, piece: str, advice: str) -> Finding:
    return Finding(rule, Level.WARN, f"「{passage.label}」に「{piece}」とあります。{advice}", passage.field)
