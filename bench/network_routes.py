"""The network's own addresses: of which liaison, voice, meeting or paper a page is asked, and by which questions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from sqlalchemy import ColumnElement, select

from bench.full_cabinet import AHEAD, MEETINGS, OPEN_VOICES, VOICES
from bench.full_network import ASKED_TOKEN, OWN_TOKEN, code
from foundation.database import Database
from foundation.tokens import Keyring
from liaisons import meeting_letters
from liaisons.personal_link import LIAISON
from liaisons.tables import Circle, Liaison, LiaisonState, Membership
from liaisons.voice_links import ONE_VOICE
from subscribers.links import PREFERENCES

# How each state of the register shows on the page of a liaison, and the form that is only there for who is gone.
LIAISON_STATES = tuple(state.value for state in LiaisonState)
QUESTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "/admin/voices": (
            *("page=60", "state=open", "state=untold", "section=%E9%81%93%E8%B7%AF%E8%AA%B2", "area=north&road=visit"),
            *("liaison=1", "late=1"),
        ),
        "/admin/voices/new": ("liaison=1",),
        "/admin/liaisons/handover": ("officer=2", "officer=none"),
        "/admin/liaisons/new": ("candidate=3",),
        "/admin/papers/new": ("look=one", "area=north", "first=2026-04-01&last=2026-11-20"),
    }
)
VOICE_NUMBERS = MappingProxyType({"open": VOICES, "closed": VOICES - OPEN_VOICES - 1})
MEETING_NUMBERS = MappingProxyType(
    {"not told": MEETINGS, "told": MEETINGS - AHEAD + 2, "held": MEETINGS - AHEAD - 1, "called off": 120}
)
# Bodies of forms that are answered with a page or a file and change nothing but the ledger.
POSTS: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("/admin/liaisons", {"words": "その7", "shown": "active"}),
    ("/admin/liaisons/export", {"all": "1"}),
)


@dataclass(frozen=True)
class Examples:
    """Looked for in the register itself."""

    database: Database
    keyring: Keyring

    def liaison(self, state: str) -> int:
        return self._first(Liaison.state == state).id

    @cached_property
    def with_circle(self) -> Liaison:
        """Of the largest circles that are open, one whose liaison is reached by mail."""
        with self.database.read() as session:
            newest = select(Liaison).join(Circle, Circle.liaison_id == Liaison.id).where(Circle.closed_at.is_(None))
            return session.scalars(newest.order_by(Circle.id.desc()).limit(1)).one()

    @cached_property
    def circle(self) -> int:
        with self.database.read() as session:
            return session.scalars(select(Circle.id).where(Circle.liaison_id == self.with_circle.id)).one()

    @cached_property
    def member(self) -> int:
        """In the register by number."""
        with self.database.read() as session:
            mine = select(Membership.subscriber_id).where(Membership.circle_id == self.circle)
            return session.scalars(mine.order_by(Membership.subscriber_id).limit(1)).one()

    def _first(self, which: ColumnElement[bool]) -> Liaison:
        with self.database.read() as session:
            return session.scalars(select(Liaison).where(which).order_by(Liaison.id).limit(1)).one()

    def behind_links(self, fresh: int, over: int) -> Iterator[tuple[str, Mapping[str, object]]]:
        """The path of each route that stands behind a link of the network, with what fills it; `fresh` and `over` are
        bulletins, in force and not any more."""
        token = self.keyring.sign(LIAISON, self.with_circle.subscriber_id or 0)
        yield "/liaison/{token}", {"token": token}
        for number in (fresh, over):
            for path in ("/liaison/{token}/{number:row}", "/liaison/{token}/{number:row}/sheet"):
                yield path, {"token": token, "number:row": number}
        for rest in ("/circle", "/circle.png", "/circle.svg", "/circle/sheet", "/materials", "/voice"):
            yield f"/liaison/{{token}}{rest}", {"token": token}
        yield "/liaison/{token}/materials/{key}", {"token": token, "key": "page-1"}
        yield "/liaison/own/{token}", {"token": f"{OWN_TOKEN}{self.with_circle.id}"}
        yield "/liaison/asked/{token}", {"token": f"{ASKED_TOKEN}{self.liaison('asked')}"}
        yield "/liaison/meeting/{name}", {"name": self.keyring.sign(meeting_letters.PURPOSE, 1) + ".ics"}
        yield "/c/{code}", {"code": code(self.circle)}
        yield "/me/{token}", {"token": self.keyring.sign(PREFERENCES, self.member)}
        for number in VOICE_NUMBERS.values():
            yield "/voice/{token}", {"token": self.keyring.sign(ONE_VOICE, number)}
