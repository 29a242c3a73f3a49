"""Where a page that says one thing leads back to: the list of what was asked for, by the beginning of the address.

Whoever may ask for a page below a list may see the list.
"""

from typing import NamedTuple


class WayBack(NamedTuple):
    """`here` is the entry of the menu under which the list stands."""

    url: str
    words: str
    here: str


_LISTS = (
    WayBack("/admin/bulletins", "お知らせの一覧へ", "bulletins"),
    WayBack("/admin/write", "「新しく書く」へ", "write"),
    WayBack("/admin/subscribers/import", "名簿の取り込みへ", "subscribers"),
    WayBack("/admin/subscribers/numbers", "登録者の数へ", "subscribers"),
    WayBack("/admin/subscribers", "登録者を調べる", "subscribers"),
    WayBack("/admin/places/april", "4月の配布へ", "subscribers"),
    WayBack("/admin/places", "配布・配置場所の一覧へ", "subscribers"),
    WayBack("/admin/liaisons", "連絡員一覧表へ", "liaisons"),
    WayBack("/admin/voices", "意見・要望の一覧へ", "liaisons"),
    WayBack("/admin/meetings", "地域安全の会の一覧へ", "liaisons"),
    WayBack("/admin/papers", "ミニ広報紙の一覧へ", "liaisons"),
    WayBack("/admin/materials", "資料の一覧へ", "liaisons"),
    WayBack("/admin/notices", "定型文の一覧へ", "notices"),
    WayBack("/admin/inbound", "受信メールの一覧へ", "inbound"),
    WayBack("/admin/statistics", "統計へ", "statistics"),
    WayBack("/admin/people", "職員の一覧へ", "people"),
    WayBack("/admin/practice", "練習用メールボックスへ", "practice"),
)
_NOWHERE = WayBack("", "", "")


def way_back(path: str) -> WayBack:
    """Empty where no list is near, and on the list itself."""
    return next((each for each in _LISTS if path.startswith(f"{each.url}/")), _NOWHERE)
