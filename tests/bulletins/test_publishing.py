"""Publishing: begun inside the hours, fanned out once to everybody, finished only when that is proved."""

import logging
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from bulletins.approval import Decision
from bulletins.audience_source import AudienceSource
from bulletins.drafting import Sheet
from bulletins.life import BulletinState
from bulletins.tables import Bulletin, PublishingOrder
from mailer.courier import Outcome
from mailer.letter import Recipient
from mailer.letter_shelf import LetterShelf
from mailer.outbox import To
from mailer.outbox_tables import Lane, OutboxRow, TallyRow
from subscribers.audience import Reach, Scope
from subscribers.choices import Choices
from subscribers.leaving import stop
from subscribers.tables import StopReason, Subscriber
from tests.bulletins.office import GONE, LATER, OK, SHEET, Office, tokyo

NAMES = ("a", "b", "c", "d", "e", "f", "g")


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr("bulletins.publishing.CHUNK", 3)
    return 3


def test_an_order_opens_at_its_start_and_not_before(office: Office) -> None:
    number = office.waiting()

    office.clock.move(timedelta(seconds=59))
    assert office.open_due() == 0
    office.clock.move(timedelta(seconds=1))
    assert office.open_due() == 1

    assert office.bulletin(number).state == BulletinState.SENDING
    assert office.bulletin(number).started_at == office.clock.now()


def test_a_bulletin_approved_on_sunday_waits_for_tuesday_when_monday_is_a_holiday(office: Office) -> None:
    office.residents("taro")
    office.clock.set(tokyo("2026-11-22T12:00:00"))
    number = office.waiting()

    for moment in ("2026-11-22T12:10:00", "2026-11-23T10:00:00", "2026-11-24T08:59:59"):
        office.clock.set(tokyo(moment))
        assert office.open_due() == 0
    office.clock.set(tokyo("2026-11-24T09:00:00"))

    assert office.open_due() == 1
    assert office.bulletin(number).started_at == tokyo("2026-11-24T09:00:00")


def test_an_urgent_bulletin_leaves_at_once_in_the_fast_lane(office: Office) -> None:
    office.residents("taro")
    office.clock.set(tokyo("2026-11-22T03:00:00"))
    office.waiting(decision=Decision(urgent=True, reason="川があふれるおそれがあるため"))

    assert office.open_due() == 1
    office.fan_out()

    assert [row.lane for row in office.rows()] == [Lane.URGENT]
    assert office.post() == ["taro"]


def test_an_order_that_comes_too_late_for_its_hours_waits_for_the_next_opening(office: Office) -> None:
    number = office.waiting()
    office.clock.set(tokyo("2026-11-20T17:00:00"))

    assert office.open_due() == 0

    assert office.bulletin(number).state == BulletinState.WAITING
    assert office.bulletin(number).starts_at == tokyo("2026-11-24T09:00:00")
    office.clock.set(tokyo("2026-11-24T09:00:00"))
    assert office.open_due() == 1


def test_the_expiry_counts_from_the_start(office: Office) -> None:
    office.residents("taro")
    office.clock.set(tokyo("2026-11-22T12:00:00"))
    office.waiting(replace(SHEET, expires_after=timedelta(hours=2)))
    office.clock.set(tokyo("2026-11-24T09:00:00"))

    office.open_due()
    office.fan_out()

    assert office.rows()[0].expires_at == tokyo("2026-11-24T11:00:00")


def test_only_the_version_that_was_approved_is_opened(office: Office) -> None:
    number = office.waiting(decision=Decision(no_hold=True))
    office.meddle(lambda session: session.execute(update(Bulletin).values(version=2)))

    assert office.open_due() == 0

    assert office.bulletin(number).state == BulletinState.WAITING


@pytest.mark.parametrize("state", ["draft", "submitted", "returned", "halted", "sent", "withdrawn"])
def test_no_order_opens_for_a_bulletin_that_does_not_wait(office: Office, state: str) -> None:
    office.waiting(decision=Decision(no_hold=True))
    office.meddle(lambda session: session.execute(update(Bulletin).values(state=state)))

    assert office.open_due() == 0


def test_an_order_opens_once(office: Office) -> None:
    office.residents("taro")
    number = office.begun()

    assert office.open_due() == 0
    assert office.deeds(number).count("bulletin.started") == 1


def test_everybody_is_in_the_outbox_once_across_chunks(office: Office, small_chunks: int) -> None:
    office.residents(*NAMES)
    number = office.begun()

    rounds = 0
    while office.fan_out_once():
        rounds += 1

    assert rounds == 4, "three chunks and the look that finds the end"
    assert office.received() == dict.fromkeys(NAMES, 1)
    assert office.progress(number).audience == len(NAMES)
    assert office.progress(number).fanned_out


def test_senders_may_begin_while_the_rest_is_still_fanned_out(office: Office, small_chunks: int) -> None:
    office.residents(*NAMES)
    number = office.begun()

    office.fan_out_once()

    assert office.post() == ["a", "b", "c"]
    assert office.finish() == 0
    assert office.bulletin(number).state == BulletinState.SENDING


def test_a_crash_in_any_chunk_neither_loses_nor_doubles_anybody(office: Office, small_chunks: int) -> None:
    office.residents(*NAMES)
    number = office.begun()

    more = True
    while more:
        office.crash(lambda session: office.publisher.fan_out(session, at=office.clock.now()))
        more = office.fan_out_once()
        office.post()

    assert office.received() == dict.fromkeys(NAMES, 1)
    assert office.progress(number).audience == len(NAMES)
    assert office.finish() == 1


@dataclass(frozen=True)
class Breaking:
    """An audience that breaks off when asked for what follows a number."""

    residents: AudienceSource
    after: int

    def page(self, session: Session, scope: Scope, *, after: int, limit: int) -> list[To]:
        if after >= self.after:
            raise KeyboardInterrupt
        return list(self.residents.page(session, scope, after=after, limit=limit))

    def reach(self, session: Session, scope: Scope) -> Reach:
        return self.residents.reach(session, scope)


def test_another_publisher_goes_on_where_one_broke_off(office: Office, small_chunks: int) -> None:
    office.residents(*NAMES)
    office.begun()
    breaking = replace(office.publisher, source=Breaking(office.publisher.source, after=3))
    broken = replace(office, publisher=breaking)

    with pytest.raises(KeyboardInterrupt):
        broken.fan_out()
    assert sorted(office.received()) == ["a", "b", "c"]

    office.fan_out()

    assert office.received() == dict.fromkeys(NAMES, 1)


def test_a_cursor_set_back_by_a_restored_copy_sends_nothing_twice(office: Office) -> None:
    office.residents(*NAMES)
    number = office.sending()
    office.post()

    office.meddle(lambda session: session.execute(update(PublishingOrder).values(cursor=0, closed_at=None)))
    office.fan_out()

    assert office.post() == []
    assert office.received() == dict.fromkeys(NAMES, 1)
    assert office.progress(number).audience == len(NAMES)


def test_the_audience_is_that_of_the_start_not_of_the_approval(office: Office) -> None:
    office.residents("left", "stays")
    office.clock.set(tokyo("2026-11-22T12:00:00"))
    office.waiting()
    office.residents("new")
    office.meddle(lambda session: stop(session, 1, StopReason.LEFT, by="resident", at=office.clock.now()))
    office.clock.set(tokyo("2026-11-24T09:00:00"))

    office.open_due()
    office.fan_out()

    assert sorted(office.received()) == ["new", "stays"]


def test_who_leaves_before_their_turn_gets_nothing_and_is_counted_as_suppressed(office: Office) -> None:
    office.residents("left", "stays")
    number = office.sending()
    office.meddle(lambda session: stop(session, 1, StopReason.LEFT, by="resident", at=office.clock.now()))

    assert office.post() == ["stays"]

    assert office.finish() == 1
    counts = office.progress(number).counts
    assert (counts.sent, counts.suppressed) == (1, 1)


def test_topic_and_area_narrow_the_audience_and_to_all_asks_for_neither(office: Office) -> None:
    near, far = office.home.town.areas[0].key, office.home.town.areas[1].key
    office.residents("all")
    office.residents("crime", choices=Choices(topics=("crime",)))
    office.residents("suspicious", choices=Choices(topics=("suspicious",)))
    office.residents("near", choices=Choices(areas=(near,)))
    office.residents("far", choices=Choices(topics=("suspicious",), areas=(far,)))

    def reached(sheet: Sheet) -> list[str]:
        office.meddle(lambda session: session.execute(delete(OutboxRow)))
        office.sending(sheet)
        return sorted(office.received())

    suspicious = Sheet(notice="suspicious-person", fields=office.home.shelf.get("suspicious-person").example)
    evacuation = Sheet(notice="evacuation", fields=office.home.shelf.get("evacuation").example, areas=[near])
    assert reached(suspicious) == ["all", "far", "near", "suspicious"]
    assert reached(replace(suspicious, areas=[near])) == ["all", "near", "suspicious"]
    assert reached(SHEET) == ["all", "crime", "far", "near", "suspicious"]
    assert reached(evacuation) == ["all", "crime", "far", "near", "suspicious"]


def test_what_is_halted_fans_out_nothing_until_it_is_resumed(office: Office, small_chunks: int) -> None:
    office.residents(*NAMES)
    number = office.begun()
    office.fan_out_once()

    office.halt(number)
    assert office.fan_out_once() is False
    assert office.post() == []
    assert len(office.rows()) == small_chunks
    assert office.finish() == 0
    office.resume(number)
    office.fan_out()

    assert sorted(office.post()) == list(NAMES)


def test_a_halted_order_does_not_hold_up_the_one_behind_it(office: Office) -> None:
    office.residents("taro")
    office.halt(office.begun())
    second = office.begun()

    office.fan_out()

    assert {row.batch for row in office.rows()} == {f"bulletin:{second}"}


def test_an_urgent_order_fans_out_before_one_that_began_earlier(office: Office, small_chunks: int) -> None:
    office.residents(*NAMES)
    office.begun()
    office.fan_out_once()
    urgent = office.waiting(decision=Decision(urgent=True, reason="急ぐため"))
    office.open_due()

    office.fan_out_once()

    assert [row.batch for row in office.rows()][small_chunks:] == [f"bulletin:{urgent}"] * small_chunks


def test_a_bulletin_is_sent_only_when_every_letter_has_ended(office: Office) -> None:
    office.residents("ok", "gone", "later")
    number = office.sending()
    answers: dict[str, Outcome] = {"ok": OK, "gone": GONE, "later": LATER}
    office.post(answers.__getitem__)

    assert office.finish() == 0
    office.clock.move(timedelta(hours=1))
    office.post()
    assert office.finish() == 1

    bulletin, counts = office.bulletin(number), office.progress(number).counts
    assert (bulletin.state, bulletin.finished_at) == (BulletinState.SENT, office.clock.now())
    assert (counts.sent, counts.failed, counts.ended) == (2, 1, 3)
    assert office.finish() == 0, "it is finished once"


def test_letters_that_expire_end_the_bulletin_too(office: Office) -> None:
    office.residents("later")
    number = office.sending()
    office.post(lambda _name: LATER)

    office.clock.move(timedelta(hours=25))
    office.post()

    assert office.finish() == 1
    assert office.progress(number).counts.expired == 1


def test_a_bulletin_with_nobody_to_receive_it_finishes(office: Office) -> None:
    number = office.sending()

    assert office.finish() == 1

    assert office.bulletin(number).state == BulletinState.SENT
    assert office.progress(number).audience == 0


def test_counts_that_do_not_add_up_hold_the_end_until_the_rows_have_set_them_right(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.residents("a", "b", "c")
    number = office.sending()
    office.post(lambda name: GONE if name == "b" else OK)
    office.meddle(lambda session: session.execute(update(TallyRow).values(sent=TallyRow.sent - 1)))
    office.meddle(lambda session: session.execute(update(PublishingOrder).values(audience=7)))

    with caplog.at_level(logging.ERROR, "bulletins.publishing"):
        assert office.finish() == 0

    assert office.bulletin(number).state == BulletinState.SENDING
    assert f"bulletin {number} did not add up" in caplog.text
    assert office.finish() == 1
    counted = office.progress(number)
    assert (counted.audience, counted.counts.sent, counted.counts.failed) == (3, 2, 1)


def test_tallies_that_run_ahead_do_not_finish_a_bulletin_with_open_letters(office: Office) -> None:
    office.residents("a", "b")
    number = office.sending()
    office.post(limit=1)
    office.meddle(lambda session: session.execute(update(TallyRow).values(sent=TallyRow.sent + 1)))

    assert office.finish() == 0

    office.post()
    assert office.finish() == 0, "first the counts are set right"
    assert office.finish() == 1
    assert office.progress(number).counts.sent == 2


def test_an_undisturbed_delivery_needs_no_repair(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    office.residents(*NAMES)
    office.sending()
    office.post(lambda name: GONE if name == "b" else OK)

    assert office.finish() == 1

    assert caplog.records == []


async def test_the_letter_is_the_approved_text_to_one_person_with_the_same_message_id_on_every_try(
    office: Office,
) -> None:
    office.residents("taro")
    number = office.sending()
    letters, composer = LetterShelf(office.database), office.home.composer

    async def octets() -> bytes:
        row = office.rows()[0]
        return composer.octets(
            await letters.get(row.letter_id), Recipient(row.id, row.address, row.recipient_ref), at=row.created_at
        )

    first = await octets()
    office.post(lambda _name: GONE)
    office.finish()
    office.send_again(number)

    assert await octets() == first
    assert b"Message-ID: " in first
    assert first.count(b"@example.jp") == 1
    letter = await letters.get(office.rows()[0].letter_id)
    assert (letter.subject, letter.body) == (office.bulletin(number).subject, office.bulletin(number).text)


def test_an_idle_publisher_has_no_work(office: Office) -> None:
    def looks() -> tuple[bool, bool, bool]:
        with office.database.read() as session:
            publisher, at = office.publisher, office.clock.now()
            return publisher.has_due(session, at=at), publisher.has_work(session), publisher.has_nearly_done(session)

    assert looks() == (False, False, False)
    office.waiting(decision=Decision(no_hold=True))
    assert looks() == (True, False, False)
    office.open_due()
    assert looks() == (False, True, False)
    office.fan_out()
    assert looks() == (False, False, True)
    office.finish()
    assert looks() == (False, False, False)


def test_a_resident_without_an_address_is_no_audience(office: Office) -> None:
    office.residents("erased", "stays")
    office.meddle(lambda session: session.execute(update(Subscriber).where(Subscriber.id == 1).values(address=None)))

    office.sending()

    assert sorted(office.received()) == ["stays"]
