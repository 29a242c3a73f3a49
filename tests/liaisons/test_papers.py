"""The paper edition: what may stand on it, how a bulletin is read into its parts, and that nothing gone is printed."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from bulletins.life import BulletinState
from bulletins.notice_templates import Kind
from bulletins.redaction import Redaction
from bulletins.tables import Bulletin
from foundation.database import Database
from liaisons import papers
from liaisons.paper_fit import Look, fit
from liaisons.paper_source import Item, PaperSource, Span
from liaisons.paper_tables import PaperRow
from liaisons.papers import Choice, PaperOvertaken, Papers, PaperUnfit
from tests.bulletins.samples import komorebi
from tests.liaisons.network import ANNA, BEN
from tests.support.clock import HandClock

TOWN = komorebi()
MADE = Papers(PaperSource(TOWN, Redaction(timedelta(days=7))))
SPAN = Span(date(2026, 11, 1), date(2026, 11, 30))
CRIME = """空き巣にご注意ください
【こもれび警察署からの情報】
11月10日(火)、午後2時20分ごろ、こもれび市若葉野3丁目の住宅で、空き巣の被害がありました。
■状況
・1階の窓ガラスが割られていました
・室内が荒らされていました
★怪しい人を見かけたら110番！
○対策
・鍵をかける。
・補助錠を使う。
【問合せ先】こもれび警察署 042-000-0110
◎市の避難情報とは別の情報です。
※返信メールは受け付けておりません。
担当部署：こもれび市地域安全課"""


def begun(
    session: Session,
    at: datetime,
    *,
    subject: str = "空き巣にご注意ください",
    kind: Kind = Kind.ORDINARY,
    state: BulletinState = BulletinState.SENT,
    areas: Sequence[str] = (),
    **values: object,
) -> int:
    bulletin = Bulletin(
        state=state.value,
        notice="crime",
        kind=kind.value,
        category="市内－身近な犯罪",
        statistic_class="身近な犯罪",
        topics='["crime"]',
        areas=json.dumps(areas),
        to_all=False,
        fields=json.dumps({"place": "こもれび市若葉野3丁目"}),
        subject=subject,
        text=CRIME,
        expires_seconds=3600,
        created_at=at,
        drafter_id=1,
        drafter_name="担当",
        started_at=at,
    )
    for name, value in values.items():
        setattr(bulletin, name, value)
    session.add(bulletin)
    session.flush()
    return bulletin.id


def made(session: Session, at: datetime, *numbers: int, look: Look = Look.ROUND_UP, once: str = "once") -> PaperRow:
    return MADE.begin(session, Choice(look, SPAN, "east", numbers), ANNA, once=once, at=at)


def test_a_bulletin_is_read_into_place_what_happened_and_what_to_do(database: Database, clock: HandClock) -> None:
    with database.write() as session:
        number = begun(session, clock.now())
        (whole,) = papers.words_of(made(session, clock.now(), number, look=Look.ONE)).items
        words = papers.words_of(made(session, clock.now(), number, once="brief"))

    sentence = "11月10日(火)、午後2時20分ごろ、こもれび市若葉野3丁目の住宅で、空き巣の被害がありました。"
    assert (words.issue, words.contact) == ("令和8年11月号　東部版", "こもれび警察署 042-000-0110")
    (brief,) = words.items
    assert (whole.headline, whole.place) == ("空き巣にご注意ください", "若葉野3丁目")
    assert whole.what.splitlines() == [sentence, "状況：1階の窓ガラスが割られていました／室内が荒らされていました"]
    assert whole.advice.splitlines() == ["怪しい人を見かけたら110番！", "・鍵をかける。", "・補助錠を使う。"]
    assert brief == replace(whole, what=sentence, advice="怪しい人を見かけたら110番！\n・鍵をかける。")


def test_a_round_up_offers_what_began_in_the_span_for_the_area_and_still_holds(
    database: Database, clock: HandClock
) -> None:
    at = clock.now()
    with database.write() as session:
        whole, east = begun(session, at), begun(session, at, areas=("east",))
        begun(session, at, areas=("north",))
        begun(session, at - timedelta(days=60))
        begun(session, at, redact=True)
        begun(session, at, kind=Kind.DRILL)
        begun(session, at, state=BulletinState.WITHDRAWN)
        wrong = begun(session, at)
        begun(session, at, kind=Kind.RETRACTION, follows_id=wrong, mends_id=wrong)
        first = begun(session, at)
        last = begun(session, at, kind=Kind.FOLLOW_UP, follows_id=first)
        offered = [each.id for each in MADE.source.of_span(session, SPAN, "east")]

    assert offered == [whole, east, last]


def test_of_a_person_a_round_up_tells_nothing_and_a_single_paper_only_until_the_end(
    database: Database, clock: HandClock
) -> None:
    at = clock.now()
    with database.write() as session:
        person = begun(session, at, subject="迷い人", redact=True)
        with pytest.raises(PaperUnfit):
            made(session, at, person)
        row = made(session, at, person, look=Look.ONE)
        words = papers.words_of(row)
        during = MADE.printed(session, words, at=at)
        begun(session, at, kind=Kind.END, follows_id=person, redact=True)
        after = MADE.printed(session, words, at=at)
        offered = [each.id for each in MADE.source.lately(session, "", at=at)]
        with pytest.raises(PaperUnfit):
            made(session, at, person, look=Look.ONE, once="another")

    assert [item.headline for item in during] == ["迷い人"]
    assert after == ()
    assert offered == []


def test_what_is_taken_back_after_it_was_written_is_not_printed(database: Database, clock: HandClock) -> None:
    at = clock.now()
    with database.write() as session:
        wrong, right = begun(session, at), begun(session, at, subject="自転車盗")
        words = papers.words_of(made(session, at, wrong, right))
        begun(session, at, kind=Kind.RETRACTION, follows_id=wrong, mends_id=wrong)
        own = Item(0, "見回りの日")
        printed = MADE.printed(session, replace(words, items=(*words.items, own)), at=at)

    assert [item.headline for item in printed] == ["自転車盗", "見回りの日"]


def test_a_form_that_comes_in_twice_makes_one_paper_and_a_late_save_overwrites_nothing(
    database: Database, clock: HandClock
) -> None:
    at = clock.now()
    with database.write() as session:
        number = begun(session, at)
        row, again = made(session, at, number), made(session, at, number)
        words = papers.words_of(row)
        MADE.save(session, row, replace(words, lead="先に"), BEN, seen=1, at=at)
        with pytest.raises(PaperOvertaken):
            MADE.save(session, row, replace(words, lead="あとから"), ANNA, seen=1, at=at)

    assert again is row
    assert papers.words_of(row).lead == "先に"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"masthead": ""}, "masthead"),
        ({"masthead": "あ" * 11}, "masthead"),
        ({"issue": "改行\nあり"}, "issue"),
        ({"contact": "あ" * 41}, "contact"),
        ({"items": ()}, "headline-new"),
        ({"items": (Item(),)}, "headline-0"),
        ({"items": (Item(0, "題", what="あ" * 801),)}, "what-0"),
        ({"items": (Item(0, "題", advice="\x07"),)}, "advice-0"),
    ],
    ids=str,
)
def test_what_does_not_fit_is_refused_at_its_field(
    database: Database, clock: HandClock, values: dict[str, object], field: str
) -> None:
    with database.write() as session:
        row = made(session, clock.now(), begun(session, clock.now()))
        typed = replace(papers.words_of(row), **values)  # type: ignore[arg-type]  # of several kinds
        with pytest.raises(PaperUnfit) as refused:
            MADE.save(session, row, typed, ANNA, seen=1, at=clock.now())

    assert list(refused.value.errors) == [field]


@pytest.mark.parametrize("numbers", [(), (999,), tuple(range(1, 8))])
def test_none_unknown_and_too_many_bulletins_make_no_paper(
    database: Database, clock: HandClock, numbers: tuple[int, ...]
) -> None:
    with database.write() as session:
        for _ in range(7):
            begun(session, clock.now())
        with pytest.raises(PaperUnfit):
            made(session, clock.now(), *numbers)


@pytest.mark.parametrize("look", list(Look))
def test_more_words_never_need_less_room(look: Look) -> None:
    over = [fit(look, "", [Item(0, "題", "", "\n".join(["あ" * 40] * lines), "")]).over for lines in range(30)]

    assert over == sorted(over)
    assert over[0] == 0
    assert over[-1] > 0


@pytest.mark.parametrize(
    ("today", "first", "last"),
    [
        ("2026-11-20", "2026-11-01", "2026-11-20"),
        ("2026-11-05", "2026-10-01", "2026-10-31"),
        ("2027-01-10", "2026-12-01", "2026-12-31"),
    ],
)
def test_the_usual_span_is_a_month_of_which_there_is_something_to_tell(today: str, first: str, last: str) -> None:
    span = papers.month_before(date.fromisoformat(today))

    assert (span.first.isoformat(), span.last.isoformat()) == (first, last)
