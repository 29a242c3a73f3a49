"""Where the code on a paper leads: to one bulletin, to all of them, or to registering, for a place or for none."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from liaisons.paper_source import Item
from subscribers.entry_code import EntryCode
from subscribers.places import Places

_PLACE = "place:"


@dataclass(frozen=True)
class PaperCode:
    """What stands beside the code, and what it leads to."""

    link: str
    words: str


@dataclass(frozen=True)
class PaperCodes:
    places: Places
    mail_domain: str
    public_url: str

    def offered(self, session: Session, items: Sequence[Item]) -> list[tuple[str, str]]:
        """Pairs of a word that is kept and one that is read."""
        one = [("bulletin", "このお知らせのページ")] if len(items) == 1 and items[0].number else []
        active = [place for place in self.places.every(session) if place.active]
        registering = [(f"{_PLACE}{place.key}", f"登録：{place.label}") for place in active]
        return [*one, ("bulletins", "これまでのお知らせのページ"), ("register", "登録（場所を分けない）"), *registering]

    def code(self, session: Session, kept: str, items: Sequence[Item]) -> PaperCode:
        """A place that is used no more registers without one; what is not known leads to all bulletins."""
        if kept == "bulletin" and items and items[0].number:
            return PaperCode(f"{self.public_url}/bulletins/{items[0].number}", "このお知らせのページ")
        key = kept.removeprefix(_PLACE) if kept.startswith(_PLACE) else ""
        place = self.places.find(session, key) if key else None
        if kept == "register" or place is not None:
            here = key if place is not None and place.active else None
            return PaperCode(EntryCode(self.mail_domain, here).link, "メールで受け取る（登録は無料）")
        return PaperCode(f"{self.public_url}/bulletins", "これまでのお知らせ")
