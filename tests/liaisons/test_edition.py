"""The liaison edition: who gets it, when, and that nobody gets two."""

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes

import pytest

from bulletins.approval import Decision
from bulletins.liaison_edition import ToLiaisons
from bulletins.life import BulletinState
from bulletins.progress import Standstill, circumstances, standstill
from liaisons.personal_link import LIAISON
from liaisons.tables import LiaisonState, Way
from mailer.letter import Recipient
from mailer.letter_shelf import letter_of
from mailer.outbox_tables import LetterRow
from tests.bulletins.corrections import correction
from tests.bulletins.office import SHEET, tokyo
from tests.liaisons.neighbourhood import TO_ALL_AND_LIAISONS, Neighbourhood

ONLY = replace(SHEET, liaisons=ToLiaisons.ONLY)
FIRST = replace(SHEET, liaisons=ToLiaisons.FIRST)
LINK = "{forward}/"


def test_without_a_choice_no_liaison_gets_an_edition(town: Neighbourhood) -> None:
    town.liaison("sato")
    town.liaison("ito", in_city_list=True)
    town.office.residents("taro")

    number = town.office.sending()

    assert town.received(number) == {"ito": 1, "taro": 1}
    assert LINK not in town.text("ito", number)


def test_for_liaisons_only_nobody_else_gets_it_and_it_is_proved_finished(town: Neighbourhood) -> None:
    town.liaison("sato")
    town.office.residents("taro")

    number = town.office.sending(ONLY)
    town.office.post()

    assert town.received(number) == {"sato": 1}
    assert town.office.finish() == 1
    assert town.office.progress(number).counts.sent == town.office.progress(number).audience == 1


def test_a_liaison_on_the_city_list_too_gets_the_edition_and_no_second_copy(town: Neighbourhood) -> None:
    town.liaison("sato", in_city_list=True)
    town.office.residents("taro")

    number = town.office.sending(TO_ALL_AND_LIAISONS)

    assert town.received(number) == {"sato": 1, "taro": 1}
    assert f"{LINK}{number}" in town.text("sato", number)
    assert LINK not in town.text("taro", number)
    assert town.office.progress(number).audience == 2


def test_the_edition_is_the_same_notice_and_says_that_passing_it_on_is_theirs_to_decide(town: Neighbourhood) -> None:
    town.liaison("sato")
    town.office.residents("taro")

    number = town.office.sending(TO_ALL_AND_LIAISONS)

    text = town.office.bulletin(number).text
    assert town.text("sato", number).startswith(text)
    assert town.text("taro", number).startswith(text)
    assert town.office.home.town.forwarding.decision in town.text("sato", number)


def test_the_link_in_each_letter_is_its_liaison_s_own(town: Neighbourhood) -> None:
    for name in ("sato", "ito"):
        town.liaison(name)
    number = town.office.sending(ONLY)
    home, texts = town.office.home, {}
    for row in town.office.rows():
        with town.office.database.read() as session:
            letter = letter_of(session.get_one(LetterRow, row.letter_id))
        octets = home.composer.octets(letter, Recipient(row.id, row.address, row.recipient_ref), at=row.created_at)
        texts[row.address] = row.recipient_ref, message_from_bytes(octets)

    for address, (ref, mail) in texts.items():
        link = f"{home.settings.public_url}/liaison/{home.keyring.sign(LIAISON, ref or 0)}/{number}\r\n"
        assert mail["To"] == address
        assert link in (mail.get_payload(decode=True) or b"").decode()  # type: ignore[union-attr]  # one part, as text
        assert str(mail["Reply-To"]).startswith("<koe-")
        assert "/stop/" in str(mail["List-Unsubscribe"])


@pytest.mark.parametrize(
    "values",
    [
        {"state": LiaisonState.ASKED.value},
        {"state": LiaisonState.CONSENTED.value},
        {"state": LiaisonState.ENDED.value},
        {"way": Way.PHONE.value},
        {"resting_until": tokyo("2026-12-01T00:00:00")},
    ],
)
def test_who_is_no_active_liaison_by_mail_gets_none(town: Neighbourhood, values: dict[str, object]) -> None:
    town.change(town.liaison("sato"), **values)

    number = town.office.sending(ONLY)

    assert town.received(number) == {}


def test_a_rest_that_is_over_is_none(town: Neighbourhood) -> None:
    town.change(town.liaison("sato"), resting_until=town.office.clock.now())

    assert town.received(town.office.sending(ONLY)) == {"sato": 1}


def test_liaisons_are_chosen_by_area_and_not_by_topic(town: Neighbourhood) -> None:
    near, far = (area.key for area in town.office.home.town.areas[:2])
    town.liaison("near", areas=[near])
    town.liaison("far", areas=[far])
    town.liaison("everywhere")

    number = town.office.sending(replace(ONLY, areas=[near], topics=["crime"]))

    assert town.received(number) == {"near": 1, "everywhere": 1}


def test_where_liaisons_come_first_all_others_wait_for_the_lead(town: Neighbourhood) -> None:
    town.liaison("sato")
    town.office.residents("taro")
    lead = town.office.home.town.forwarding.lead

    number = town.office.sending(FIRST)
    ahead = town.received(number)
    town.office.post()
    early = town.office.finish()
    town.office.clock.move(lead)
    town.office.fan_out()
    town.office.post()

    assert (ahead, early) == ({"sato": 1}, 0)
    assert town.received(number) == {"sato": 1, "taro": 1}
    assert town.office.finish() == 1


def test_an_order_that_waits_for_its_lead_keeps_no_other_waiting(town: Neighbourhood) -> None:
    town.office.residents("taro")
    town.office.sending(FIRST)

    second = town.office.sending()

    assert town.received(second) == {"taro": 1}


def test_while_the_others_wait_the_page_says_until_when(town: Neighbourhood) -> None:
    town.liaison("sato")
    number = town.office.sending(FIRST)
    town.office.post()
    at, hours = town.office.clock.now(), town.office.home.hours

    with town.office.database.read() as session:
        around = circumstances(session, town.office.bulletin(number), hours, at=at)
        later = circumstances(session, town.office.bulletin(number), hours, at=at + timedelta(minutes=30))

    assert standstill(town.office.progress(number), (), around) is Standstill.LEAD
    assert around.lead_until == at + town.office.home.town.forwarding.lead
    assert later.lead_until is None


def test_urgent_ones_never_wait(town: Neighbourhood) -> None:
    town.liaison("sato")
    town.office.residents("taro")

    number = town.office.waiting(FIRST, Decision(urgent=True, reason="急ぐため"))
    town.office.open_due()
    town.office.fan_out()

    assert town.received(number) == {"sato": 1, "taro": 1}


def test_the_lead_never_crosses_the_closing(town: Neighbourhood) -> None:
    town.liaison("sato")
    town.office.residents("taro")
    town.office.clock.set(tokyo("2026-11-20T16:45:00"))

    number = town.office.sending(FIRST)

    assert town.received(number) == {"sato": 1, "taro": 1}


def test_a_crash_in_any_chunk_neither_loses_nor_doubles_a_liaison(town: Neighbourhood, small_chunks: int) -> None:
    for name in "abcde":
        town.liaison(name, in_city_list=name in "ab")
    town.office.residents("v", "w", "x", "y")
    number = town.office.begun(TO_ALL_AND_LIAISONS)

    more = True
    while more:
        town.crash(lambda session: town.office.publisher.fan_out(session, at=town.office.clock.now()))
        more = town.office.fan_out_once()
        town.office.post()

    assert town.received(number) == dict.fromkeys("abcdevwxy", 1)
    assert town.office.finish() == 1
    assert town.office.progress(number).audience == 9


def test_a_correction_goes_to_the_liaisons_who_had_it(town: Neighbourhood) -> None:
    town.liaison("sato")
    town.office.residents("taro")
    number = town.office.sending(TO_ALL_AND_LIAISONS)
    town.settle_all(number)
    town.liaison("late")

    mending = town.office.sending(correction(number))
    town.settle_all(mending)

    assert town.received(mending) == {"sato": 1, "taro": 1}
    assert town.office.bulletin(mending).state == BulletinState.SENT


def test_what_reached_the_liaisons_alone_is_put_right_for_them_alone(town: Neighbourhood) -> None:
    town.liaison("sato")
    town.office.residents("taro")
    number = town.office.sending(ONLY)
    town.settle_all(number)

    mending = town.office.sending(replace(correction(number), widened=True))
    town.settle_all(mending)

    assert town.received(mending) == {"sato": 1}


def test_when_a_week_has_passed_nobody_was_reminded(town: Neighbourhood) -> None:
    town.liaison("sato", "member")
    number = town.office.sending(ONLY)
    town.settle_all(number)
    letters = len(town.office.rows())

    for _ in range(7):
        town.office.clock.move(timedelta(days=1))
        town.settle_all(number)
        town.tidy()

    assert len(town.office.rows()) == letters


@pytest.mark.parametrize("liaisons", [ToLiaisons.NONE, ToLiaisons.WITH, ToLiaisons.FIRST])
def test_a_correction_to_everybody_reaches_every_liaison_who_had_what_was_wrong(
    town: Neighbourhood, liaisons: ToLiaisons
) -> None:
    town.office.residents("taro")
    town.liaison("sato")
    moved = town.liaison("ito")
    number = town.office.sending(TO_ALL_AND_LIAISONS)
    town.settle_all(number)
    town.office.clock.move(timedelta(minutes=1))
    town.change(moved, resting_until=tokyo("2026-12-01T00:00:00"))

    mending = town.office.sending(replace(correction(number, widened=True), liaisons=liaisons))
    town.office.clock.move(town.office.home.town.forwarding.lead)
    town.office.fan_out()

    assert town.received(mending) == {"sato": 1, "ito": 1, "taro": 1}
    assert (LINK in town.text("ito", mending)) is (liaisons is not ToLiaisons.NONE)
