"""The network of a service that has been at work for years: liaisons in every state, their circles, their candidates.

Everything by rules of the numbers, so that two runs have the same.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from bench.pieces import pieces
from foundation.fiscal_year import FiscalYear
from foundation.tokens import fingerprint
from liaisons.candidates import CandidateRow, CandidateState
from liaisons.circles import LENGTH, LETTERS
from liaisons.forward_tables import ForwardYear, SilencedMember
from liaisons.life import LiaisonMove
from liaisons.links import LIVES, LiaisonLink, LinkPurpose
from liaisons.tables import Circle, ConsentWay, Liaison, LiaisonArea, LiaisonState, Membership, Way
from subscribers.town import Town

LIAISONS = 400
CIRCLES = 200
SMALLEST, LARGEST = 20, 5000  # circles
CANDIDATES = 60
PASSED_ON = 120  # liaisons a year
OFFICERS = 30
ASKED_TOKEN, OWN_TOKEN = "benchmarks-asked-", "benchmarks-own-"  # with the liaison's number
# Of twenty in the order of their numbers.
STATES = (*("active",) * 14, *("asked",) * 2, "consented", "declined", *("ended",) * 2)
_WAYS = (*(Way.MAIL,) * 8, Way.PHONE, Way.PAPER)
_STEP = 1009  # from one member to the next; a prime, so that nobody is in a circle twice
_DAY = timedelta(days=1)
# One in twenty of the members only joined a circle, and every other liaison only is one.
_OFF_THE_LIST = (
    "id % 20 = 7 AND id IN (SELECT subscriber_id FROM circle_members)",
    "id IN (SELECT subscriber_id FROM liaisons WHERE id % 2 = 0 AND subscriber_id IS NOT NULL)",
)


def join(session: Session, town: Town, residents: int, *, at: datetime) -> None:
    """Liaisons from all over the register, and those who joined their circles."""
    people = [_liaison(number, residents, town, at=at) for number in range(1, min(LIAISONS, residents // 10) + 1)]
    session.execute(insert(Liaison), people)
    session.execute(insert(LiaisonArea), [row for person in people for row in _areas(person, town)])
    session.execute(insert(LiaisonMove), [row for person in people for row in _moves(person, town, at=at)])
    session.execute(insert(LiaisonLink), [_link(person, at=at) for person in people])
    session.execute(insert(CandidateRow), [_candidate(number, at=at) for number in range(1, CANDIDATES + 1)])
    with_mail = [person["id"] for person in people if person["state"] == "active" and person["subscriber_id"]]
    circles = with_mail[:CIRCLES]
    session.execute(insert(Circle), [_circle(number, one, at=at) for number, one in enumerate(circles, 1)])
    members = [row for number in range(1, len(circles) + 1) for row in _members(number, residents, at=at)]
    for piece in pieces(members):
        session.execute(insert(Membership), piece)
    silenced = {row["subscriber_id"] for row in members if row["subscriber_id"] % 400 == 3}
    session.execute(insert(SilencedMember), [{"subscriber_id": number, "at": at - _DAY} for number in silenced])
    now = FiscalYear.of(at, town.zone).number
    years = [{"year": now - back, "who": f"{back}-{one}"} for back in range(4) for one in range(PASSED_ON)]
    session.execute(insert(ForwardYear), years)
    for who in _OFF_THE_LIST:
        session.execute(text(f"UPDATE subscribers SET in_city_list = (1 = 0) WHERE {who}"))  # noqa: S608 -- our own words


def _liaison(number: int, residents: int, town: Town, *, at: datetime) -> dict[str, Any]:
    state, way = LiaisonState(STATES[number % len(STATES)]), _WAYS[number // len(STATES) % len(_WAYS)]
    asked = at - _DAY * (10 + number % 40 if state is LiaisonState.ASKED else 260 + number * 37 % 1000)
    began = state in (LiaisonState.ACTIVE, LiaisonState.ENDED)
    gone, kept = state is LiaisonState.ENDED, state in (LiaisonState.CONSENTED, LiaisonState.ACTIVE)
    consented = kept or gone
    rests = state is LiaisonState.ACTIVE and number % 11 == 0
    spread = residents // min(LIAISONS, residents // 10)
    return {
        "id": number,
        "state": state.value,
        "name": "" if gone else f"連絡員 その{number}",
        "organisation": "" if gone else f"第{number % 90}町会",
        "post": "防犯部長" if kept and number % 3 == 0 else "",
        "other_posts": "民生委員" if kept and number % 7 == 0 else "",
        "way": way.value,
        "address": f"asked{number}@example.jp" if state is LiaisonState.ASKED and way is Way.MAIL else "",
        "subscriber_id": number * spread - 1 if kept and way is Way.MAIL else None,
        "phone": f"042-000-{number:04}" if kept else "",
        "postal": "本町1-2-3" if kept and way is Way.PAPER else "",
        "officer_id": 1 + number % OFFICERS,
        "asked_at": asked,
        "asked_by_id": 1,
        "asked_by_name": "担当",
        "consented_at": asked + 3 * _DAY if consented else None,
        "consent_way": ConsentWay.VOICE.value if consented else None,
        "consent_version": "1" if consented else None,
        "consent_words": "連絡員としての情報を、市が預かることを承諾します。" * 6 if consented else None,
        "declined_at": asked + 3 * _DAY if state is LiaisonState.DECLINED else None,
        "active_at": asked + 8 * _DAY if began else None,
        "resting_until": at + 20 * _DAY if rests else None,
        "ended_at": asked + 200 * _DAY if gone else None,
        "reviewed_year": FiscalYear.of(at, town.zone).number - number % 2 if began else None,
    }


def _areas(person: dict[str, Any], town: Town) -> Iterator[dict[str, Any]]:
    """None for one in five, who are there for the whole town, and two for one in five."""
    number, keys = person["id"], [area.key for area in town.areas]
    for place in range((0, 1, 1, 1, 2)[number % 5]):
        yield {"liaison_id": number, "area": keys[(number // 5 + place) % len(keys)]}


def _moves(person: dict[str, Any], town: Town, *, at: datetime) -> Iterator[dict[str, Any]]:
    """As they happened to one; one in three moved to other areas meanwhile."""
    areas = ";".join(sorted(row["area"] for row in _areas(person, town)))
    dated = [(name, person[f"{name}_at"]) for name in ("asked", "consented", "declined", "active", "ended")]
    happened = [(state, moment) for state, moment in dated if moment is not None]
    if person["state"] == "active" and person["id"] % 3 == 0:
        happened.append(("active", at - _DAY * (person["id"] % 100)))
    for state, moment in happened:
        yield {"liaison_id": person["id"], "at": moment, "state": state, "areas": areas}


def _link(person: dict[str, Any], *, at: datetime) -> dict[str, Any]:
    asking = person["state"] == "asked"
    purpose, token = (LinkPurpose.ASKING, ASKED_TOKEN) if asking else (LinkPurpose.OWN_PAGE, OWN_TOKEN)
    return {
        "liaison_id": person["id"],
        "token_hash": fingerprint(f"{token}{person['id']}"),
        "purpose": purpose.value,
        "created_at": at,
        "expires_at": at + LIVES[purpose],
    }


def _candidate(number: int, *, at: datetime) -> dict[str, Any]:
    """Of every three one waits, one is asked, one was put aside."""
    state = (CandidateState.WAITING, CandidateState.TAKEN, CandidateState.ASIDE)[number % 3]
    decided, empty = state is not CandidateState.WAITING, state is CandidateState.TAKEN
    return {
        "id": number,
        "state": state.value,
        "name": "" if empty else f"候補 その{number}",
        "organisation": "" if empty else "子ども会 代表",
        "why": "" if decided else "毎朝、通学路で見守りをしています。" * 8,
        "reach": "" if decided else "水曜の夕方、集会所で",
        "section": "" if empty else "学校教育課",
        "sent_by_id": 1 + number % OFFICERS,
        "sent_by_name": "担当",
        "sent_at": at - number * _DAY,
        "decided_at": at - _DAY if decided else None,
        "decided_by_id": 2 if decided else None,
        "decided_by_name": "責任者" if decided else None,
        "aside_because": "いまは、その地域に連絡員がいるため。" if state is CandidateState.ASIDE else None,
        "liaison_id": number if empty else None,
    }


def _circle(number: int, liaison_id: int, *, at: datetime) -> dict[str, Any]:
    """One in forty is closed."""
    opened = at - _DAY * (30 + number)
    closed = opened + 20 * _DAY if number % 40 == 0 else None
    return {"id": number, "liaison_id": liaison_id, "code": code(number), "opened_at": opened, "closed_at": closed}


def code(number: int) -> str:
    """Of the circle with that number."""
    letters = ""
    for _ in range(LENGTH):
        number, place = divmod(number, len(LETTERS))
        letters = LETTERS[place] + letters
    return letters


def _members(number: int, residents: int, *, at: datetime) -> Sequence[dict[str, Any]]:
    """The first circle is the smallest; of those that are closed nobody is left."""
    if number % 40 == 0:
        return []
    size = round(SMALLEST * (LARGEST / SMALLEST) ** ((number - 1) / (CIRCLES - 1)))
    first = number * 5003
    return [
        {"circle_id": number, "subscriber_id": (first + place * _STEP) % residents + 1, "joined_at": at - _DAY}
        for place in range(min(size, residents // 2))
    ]
