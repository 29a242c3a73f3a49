"""What kind of notice a text is for, and its category path: 市内 or 市外 by the place that it names."""

import re
from collections.abc import Collection, Iterator

from bulletins.categories import CategoryTree, first_level
from bulletins.checks.place import INSIDE, OUTSIDE
from bulletins.checks.town_names import names_own_city, other_cities, own_towns
from bulletins.notice_templates import NoticeTemplate
from bulletins.police_text.lines import Part, Section
from bulletins.police_text.reading import Reading
from subscribers.town import CATEGORY_SEPARATOR, Town

OTHERWISE = "plain"
_SAID = frozenset({Part.TEXT, Part.HEADLINE, Part.SOURCE, Part.HEADING})
_PROPOSALS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("weather", re.compile("気象(?:庁|台|情報)|(?:大雨|洪水|暴風|大雪|高潮|波浪)(?:特別)?(?:警報|注意報)|竜巻注意")),
    ("missing-person", re.compile("行方不明|行方が(?:分か|わか)ら|探して|捜して|迷い人|はいかい")),
    (
        "fraud-call",
        re.compile(
            "(?:不審|ウソ|うそ|嘘|詐欺|怪しい|偽)の?(?:な)?電話|かたる(?:電話|者|男|女)|詐欺|アポ電|還付金|キャッシュカード"
        ),
    ),
    (
        "suspicious-person",
        re.compile(
            "声(?:を)?(?:か|掛)け|声かけ|声掛け|不審者|つきまと|付きまと|後をつけ|追いかけ|写真を撮|撮影|盗撮|露出|下半身|痴漢|腕をつか|抱きつ|わいせつ|連れ去"
        ),
    ),
    (
        "crime",
        re.compile("空き巣|侵入|盗|ひったくり|強盗|車上|器物|放火|逃走|刃物|暴行|傷害|被害がありました|事件"),
    ),
)
_SECOND: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    ("女性の安全", "痴漢", re.compile("痴漢")),
    ("子どもの安全", "連れ去り未遂", re.compile("連れ去")),
    ("子どもの安全", "露出", re.compile("露出|下半身")),
    ("子どもの安全", "撮影", re.compile("撮影|撮られ|盗撮")),
    ("子どもの安全", "つきまとい", re.compile("つきまと|付きまと|後をつけ|追いかけ")),
    ("子どもの安全", "暴行", re.compile("暴行|つかまれ|抱きつ|殴|蹴")),
    ("子どもの安全", "声かけ", re.compile("声")),
    ("不審電話", "還付金", re.compile("還付金|払い戻し")),
    ("不審電話", "キャッシュカード預かり", re.compile("キャッシュカード")),
    ("不審電話", "警察官かたり", re.compile("警察官?(?:を|と)(?:かた|名)")),
    ("身近な犯罪", "ひったくり", re.compile("ひったくり")),
    ("身近な犯罪", "車上ねらい", re.compile("車上|車の中の物")),
    ("身近な犯罪", "自転車盗", re.compile("自転車(?:が|の)盗")),
    ("身近な犯罪", "侵入窃盗", re.compile("空き巣|侵入|忍び込")),
    ("重要事件", "強盗・凶器", re.compile("強盗|刃物|凶器|包丁")),
    ("重要事件", "逃走", re.compile("逃走")),
)
_WOMEN = "女性の安全"
_CHILDREN = "子どもの安全"
_A_WOMAN = re.compile("女性|女の人|会社員")
_A_CHILD = re.compile("児童|生徒|園児|学生|子ども|小学|中学|高校|少年|少女|男児|女児|男の子|女の子")
_LEVELS = re.compile(r"\s*[－−ー–—-]\s*")


def proposed(reading: Reading, shelf: Collection[str]) -> str:
    """The notice that the text seems to be for, of those on the shelf; advice and standing lines say nothing."""
    said = "\n".join(line.text for line in reading.lines if line.part in _SAID and line.section is not Section.ADVICE)
    return next((name for name, words in _PROPOSALS if name in shelf and words.search(said)), OTHERWISE)


def category_of(reading: Reading, notice: NoticeTemplate, tree: CategoryTree, town: Town) -> tuple[str, bool]:
    """Empty where nothing is told; the second says whether the text itself states the path (配信内容)."""
    stated = next((line for line in reading.lines if line.part is Part.CATEGORY), None)
    if stated is not None:
        path = CATEGORY_SEPARATOR.join(_LEVELS.split(stated.text.strip()))
        if tree.has(path) and notice.allows(path):
            return path, True
    side = _side(reading, town)
    if not side or first_level(notice.default_category) not in (INSIDE, OUTSIDE):
        return "", False
    for path in _paths(reading, notice, side):
        if tree.has(path) and notice.allows(path):
            return path, False
    return "", False


def _side(reading: Reading, town: Town) -> str:
    place = reading.fact("place")
    if place is None or not isinstance(place.value, str):
        return ""
    if own_towns(place.value, town):
        return INSIDE
    if other_cities(place.value, town):
        return OUTSIDE
    return INSIDE if names_own_city(place.value, town) else ""


def _paths(reading: Reading, notice: NoticeTemplate, side: str) -> Iterator[str]:
    """The likeliest first, the usual one of the notice last."""
    said = "\n".join(line.text for line in reading.lines if line.section is not Section.ADVICE)
    victim = reading.fact("victim")
    whom = victim.value if victim and isinstance(victim.value, str) else said
    for second, third, words in _SECOND:
        if not words.search(said):
            continue
        if second == _CHILDREN and _A_WOMAN.search(whom) and not _A_CHILD.search(whom):
            yield from (CATEGORY_SEPARATOR.join((side, _WOMEN, name)) for name in (third, "その他"))
        else:
            yield CATEGORY_SEPARATOR.join((side, second, third))
    usual = notice.default_category.split(CATEGORY_SEPARATOR)[1:]
    yield CATEGORY_SEPARATOR.join((side, usual[0], "その他"))
    yield CATEGORY_SEPARATOR.join((side, *usual))
    yield CATEGORY_SEPARATOR.join((side, usual[0]))
