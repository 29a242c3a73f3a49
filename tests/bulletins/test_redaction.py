"""A missing person is no longer told of once the search is over: not on a page, not in a feed, not by a search."""

import dataclasses
import json
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import quote

import pytest

from bulletins.approval import Decision
from bulletins.drafting import Sheet
from bulletins.life import BulletinState
from bulletins.live_shelf import layered
from bulletins.notice_templates import Kind
from bulletins.notice_versions import NoticeDecision, NoticePast, NoticeVersion, Verdict
from bulletins.redaction import SAID_INSTEAD
from foundation.database import Database
from tests.bulletins.office import Office
from tests.bulletins.public_archive import ATOM, REDACT_AFTER, PublicArchive
from tests.bulletins.samples import komorebi, shelf
from tests.support.clock import HandClock

SUBJECT, TEXT = "水車町の80歳代の女性を探しています", "紫色の上着、つえを使用"
TOLD = ("水車町", "80歳代", "紫色", "つえ")


@pytest.fixture
def archive(database: Database, clock: HandClock) -> PublicArchive:
    return PublicArchive(database, clock)


def _missing(archive: PublicArchive, **more: object) -> int:
    return archive.add(SUBJECT, text=TEXT, redact=True, topics=["missing"], **more)  # type: ignore[arg-type]


def _seen(archive: PublicArchive, number: int) -> set[str]:
    """Which of its words the public still gets to see or to find, anywhere."""
    places = [
        archive.page(f"/bulletins/{number}"),
        archive.page("/bulletins"),
        archive.page("/bulletins?topic=missing"),
        archive.reader.get("/bulletins.atom").text,
        archive.reader.get("/bulletins.atom?topic=missing").text,
        "".join(headline.subject for headline in archive.pages.latest()),
    ]
    shown = {word for word in TOLD if any(word in place for place in places)}
    return shown | {word for word in TOLD if archive.found(f"q={quote(word)}")}


def test_while_the_search_lasts_everybody_reads_everything(archive: PublicArchive) -> None:
    number = _missing(archive)

    assert _seen(archive, number) == set(TOLD)
    assert "og:title" in archive.page(f"/bulletins/{number}")


def test_from_the_end_on_nobody_reads_what_was_said(archive: PublicArchive, clock: HandClock) -> None:
    number = _missing(archive)
    follow_up = archive.add("続報：つえを使用の女性", text=TEXT, kind=Kind.FOLLOW_UP, follows=number, redact=True)
    clock.move(timedelta(minutes=30))
    archive.add("捜索の終了", text="ご協力ありがとうございました。", kind=Kind.END, follows=number, redact=True)

    assert _seen(archive, number) == set()
    assert _seen(archive, follow_up) == set()
    page = archive.page(f"/bulletins/{number}")
    assert SAID_INSTEAD in page
    assert "捜索の終了" in page
    assert "「" + TEXT not in page


def test_a_redacted_entry_of_the_feed_keeps_its_id_and_is_new_from_the_end_on(
    archive: PublicArchive, clock: HandClock
) -> None:
    number = _missing(archive)
    (before,) = archive.feed().iter(f"{ATOM}entry")
    clock.move(timedelta(minutes=30))
    archive.add("捜索の終了", kind=Kind.END, follows=number, redact=True)

    feed = archive.feed()
    after = list(feed.iter(f"{ATOM}entry"))[-1]

    assert after.findtext(f"{ATOM}id") == before.findtext(f"{ATOM}id")
    assert after.findtext(f"{ATOM}published") == "2026-11-20T10:00:00+09:00"
    assert after.findtext(f"{ATOM}updated") == feed.findtext(f"{ATOM}updated") == "2026-11-20T10:30:00+09:00"
    assert after.findtext(f"{ATOM}content") == SAID_INSTEAD


def test_without_an_end_it_is_redacted_some_days_after_its_expiry_and_so_is_the_end_itself(
    archive: PublicArchive, clock: HandClock
) -> None:
    number = _missing(archive)
    clock.move(timedelta(hours=1) + REDACT_AFTER - timedelta(seconds=1))
    before = _seen(archive, number)
    end = archive.add("【終了】水車町の80歳代の女性について", kind=Kind.END, follows=number, redact=True)
    clock.move(timedelta(seconds=1))

    assert (before, _seen(archive, number)) == (
        set(TOLD),
        {"水車町", "80歳代"},
    )  # which the news of the end still tells
    clock.move(timedelta(hours=1) + REDACT_AFTER)
    assert _seen(archive, end) == set()


def test_an_end_that_was_withdrawn_or_taken_back_ends_nothing(archive: PublicArchive, clock: HandClock) -> None:
    for number, undo in enumerate((BulletinState.WITHDRAWN, None)):
        first = archive.add(f"{number}番の方を探しています", redact=True)
        end = archive.add(f"{number}番の方の終了", kind=Kind.END, follows=first, redact=True)
        assert f"{number}番の方を探しています" not in archive.page(f"/bulletins/{first}")
        if undo is not None:
            archive.change(end, undo)
        else:
            archive.add("終了は誤りです", kind=Kind.RETRACTION, follows=first, mends=end, redact=True)
        assert f"{number}番の方を探しています" in archive.page(f"/bulletins/{first}")


def test_one_that_was_taken_back_itself_is_redacted_and_its_page_says_both(archive: PublicArchive) -> None:
    first = _missing(archive)
    archive.add("先ほどのお知らせは誤りです", kind=Kind.RETRACTION, follows=first, mends=first, redact=True)

    page = archive.page(f"/bulletins/{first}")

    assert "このお知らせは取り消されました" in page
    assert SAID_INSTEAD in page
    assert _seen(archive, first) == set()


def test_it_is_redacted_in_every_language_that_it_was_mailed_in(archive: PublicArchive) -> None:
    number = archive.add(SUBJECT, text=TEXT, redact=True, english=("Looking for a woman", "She wears purple."))
    told = ("Looking for a woman", "purple")
    before = archive.page(f"/bulletins/{number}?lang=en"), archive.page("/bulletins?lang=en&q=purple")
    archive.add("捜索の終了", kind=Kind.END, follows=number, redact=True)

    page = archive.page(f"/bulletins/{number}?lang=en")

    assert [word in each for each, word in zip(before, reversed(told), strict=True)] == [True, True]
    assert [word for word in told if word in page + archive.page("/bulletins?lang=en")] == []
    assert "to protect the person" in page
    assert archive.found("lang=en&q=purple") == []


def test_what_tells_of_nobody_stays_as_it_was(archive: PublicArchive, clock: HandClock) -> None:
    number = archive.add("大雨警報", text="低い土地の浸水に警戒してください。")
    archive.add("大雨警報の解除", kind=Kind.ALL_CLEAR, follows=number)
    clock.move(timedelta(days=400))

    assert "低い土地の浸水" in archive.page(f"/bulletins/{number}")
    assert "大雨警報" in archive.found(f"q={quote('浸水')}")


def test_search_engines_keep_no_copy_of_what_tells_of_a_person(archive: PublicArchive) -> None:
    about, other = _missing(archive), archive.add("大雨警報")

    said = [archive.reader.get(f"/bulletins/{number}").headers.get("x-robots-tag") for number in (about, other)]

    assert said == ["noindex, noarchive", None]


def test_the_notices_about_a_person_say_so_and_their_bulletins_keep_it(office: Office) -> None:
    assert {notice.name for notice in shelf(komorebi()).all() if notice.redact} == {
        "missing-person",
        "missing-person-end",
    }
    example = shelf(komorebi()).get("missing-person").example
    first = office.begun(Sheet("missing-person", example))
    correction = office.draft(Sheet("correction", shelf(komorebi()).get("correction").example, follows=first))
    other = office.draft()

    assert [office.bulletin(number).redact for number in (first, correction, other)] == [True, True, False]


def test_an_office_that_changed_the_notice_before_there_was_the_mark_has_it_too() -> None:
    old = dataclasses.replace(shelf(komorebi()).get("missing-person"), version=1, redact=False)

    served = layered(shelf(komorebi()), _released(), lambda _version: old).get("missing-person")

    assert (served.version, served.redact) == (1, True)


def _released() -> Mapping[str, NoticePast]:
    version = NoticeVersion(name="missing-person", version=1)
    return {"missing-person": NoticePast((version,), (NoticeDecision(version=1, verdict=Verdict.RELEASED.value),))}


def test_staff_still_read_everything(office: Office) -> None:
    number = office.begun(Sheet("missing-person", shelf(komorebi()).get("missing-person").example))
    end = Sheet("missing-person-end", shelf(komorebi()).get("missing-person-end").example, follows=number)
    office.waiting(end, Decision(no_hold=True))
    office.open_due()
    archive = PublicArchive(office.database, office.clock)

    bulletin = office.bulletin(number)
    assert ("紫色の上着" in bulletin.text, "紫色" in bulletin.fields) == (True, True)
    assert json.loads(bulletin.fields)["who"] in bulletin.subject
    assert office.home.bulletin_desk.dossier(number).bulletin.text == bulletin.text
    assert "紫色の上着" not in archive.page(f"/bulletins/{number}")
