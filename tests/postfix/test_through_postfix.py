"""Through a real Postfix: bulletins out, blank mail and reports in by LMTP."""

from pathlib import Path

import pytest

from tests.postfix.city import BLANK, City, house_behind
from tests.support.carrier_server import CarrierServer, Stage
from tests.support.clock import HandClock
from tests.support.house import eventually
from tests.support.postfix import DOMAIN, Postfix

pytestmark = pytest.mark.postfix


def test_a_bulletin_arrives_as_it_was_written_one_recipient_a_message(city: City) -> None:
    addresses = ["taro@docomo.ne.jp", "hanako@ezweb.ne.jp", "jiro@example.com"]
    for address in addresses:
        city.register(address)

    city.deliver()

    for address in addresses:
        (mail,) = eventually(lambda a=address: city.bulletins(a), what="the bulletin")  # type: ignore[misc]  # a default keeps the loop's value
        assert mail.recipients == (address,)
        assert mail.sender == city.return_path(address)
        assert mail.letter["Message-ID"] == city.house.home.composer.message_id(city.row(address).id)
        assert mail.octets.endswith(city.as_handed_over(address))


def test_an_address_with_two_dots_registers_and_receives_with_its_local_part_quoted(city: City) -> None:
    city.register("a..b@docomo.ne.jp")

    city.deliver()

    (mail,) = eventually(lambda: city.bulletins("a..b@docomo.ne.jp"), what="the bulletin")
    assert {m.recipients for m in city.carrier.mails("a..b@docomo.ne.jp")} == {('"a..b"@docomo.ne.jp',)}
    assert mail.octets.endswith(city.as_handed_over("a..b@docomo.ne.jp"))
    assert city.house.find(city.approver, "a..b@docomo.ne.jp")["state"] == "active"


def test_unknown_user_at_rcpt_comes_back_as_a_report_and_is_counted(city: City) -> None:
    city.register("gone@docomo.ne.jp")
    city.carrier.refuse("gone@docomo.ne.jp", Stage.RCPT, "550 Unknown user gone@docomo.ne.jp")

    number = city.deliver()

    fact = city.fact("gone@docomo.ne.jp")
    assert (fact.bounce_class, fact.counted, fact.source) == ("gone", True, "report")
    assert "gone@" not in fact.evidence
    assert city.bounce_days("gone@docomo.ne.jp") == ["2026-11-20"]
    counts = city.approver.bulletin(number)
    assert (counts["audience"], counts["sent"], counts["bounced"]) == (1, 1, 1)


def test_the_same_words_at_the_end_of_data_are_a_filter_and_never_counted(city: City) -> None:
    city.register("filter@docomo.ne.jp")
    city.carrier.refuse("filter@docomo.ne.jp", Stage.END_OF_DATA, "550 Unknown user filter@docomo.ne.jp")

    city.deliver()

    fact = city.fact("filter@docomo.ne.jp")
    assert (fact.bounce_class, fact.counted) == ("filtered", False)
    assert city.bounce_days("filter@docomo.ne.jp") == []


def test_a_letter_that_postfix_gives_up_on_is_expired_and_not_counted(city: City) -> None:
    city.register("slow@docomo.ne.jp")
    city.carrier.refuse("slow@docomo.ne.jp", Stage.RCPT, "450 4.3.2 Please try again later")

    with city.postfix.giving_up_at_once():
        city.deliver()
        fact = city.fact("slow@docomo.ne.jp")

    assert (fact.bounce_class, fact.counted) == ("expired", False)
    assert city.bounce_days("slow@docomo.ne.jp") == []


def test_a_full_mailbox_is_called_full_although_postfix_says_5_0_0(city: City) -> None:
    city.register("full@docomo.ne.jp")
    city.carrier.refuse("full@docomo.ne.jp", Stage.RCPT, "552 Too much mail data full@docomo.ne.jp")

    city.deliver()

    fact = city.fact("full@docomo.ne.jp")
    assert (fact.bounce_class, fact.counted) == ("full", True), "Postfix does not try again after a 552"


def test_a_full_mailbox_is_not_counted_while_postfix_tries_and_is_when_it_stops(city: City) -> None:
    city.register("filling@docomo.ne.jp")
    city.carrier.refuse("filling@docomo.ne.jp", Stage.RCPT, "452 Too much mail data filling@docomo.ne.jp")
    city.deliver()

    warnings = eventually(lambda: city.received(city.return_path("filling@docomo.ne.jp")), what="the delay warning")
    assert [row.note for row in warnings] == ["not counted: only delayed"]
    assert city.bounce_days("filling@docomo.ne.jp") == []
    city.carrier.refuse("filling@docomo.ne.jp", Stage.RCPT, "552 Too much mail data filling@docomo.ne.jp")

    fact = city.fact("filling@docomo.ne.jp")
    assert (fact.bounce_class, fact.counted) == ("full", True)


def test_a_mailbox_that_stays_full_until_postfix_gives_up_is_counted(city: City) -> None:
    city.register("brim@example.com")
    city.carrier.refuse("brim@example.com", Stage.RCPT, "452 4.2.2 <brim@example.com>: Over quota")

    with city.postfix.giving_up_at_once():
        city.deliver()
        fact = city.fact("brim@example.com")

    assert (fact.bounce_class, fact.counted) == ("full", True)


def test_a_delay_warning_is_not_counted_and_the_letter_still_arrives(city: City) -> None:
    city.register("later@ezweb.ne.jp")
    city.carrier.refuse("later@ezweb.ne.jp", Stage.RCPT, "450 4.2.1 <later@ezweb.ne.jp>: User unknown for now")
    number = city.deliver()

    warnings = eventually(lambda: city.received(city.return_path("later@ezweb.ne.jp")), what="the delay warning")
    city.carrier.take("later@ezweb.ne.jp")

    assert [(row.kind, row.note) for row in warnings] == [("bounce", "not counted: only delayed")]
    (mail,) = eventually(lambda: city.bulletins("later@ezweb.ne.jp"), what="the bulletin")
    assert mail.letter["Message-ID"] == city.house.home.composer.message_id(city.row("later@ezweb.ne.jp").id)
    assert city.approver.bulletin(number)["bounced"] == 0
    assert city.bounce_days("later@ezweb.ne.jp") == []


def test_lmtp_answers_each_of_two_recipients_once_and_nothing_is_delivered_twice(city: City) -> None:
    both = [f"touroku@{DOMAIN}", f"touroku-library@{DOMAIN}"]

    city.postfix.submit("twice@example.com", both, BLANK)

    eventually(lambda: [len(city.received(address)) for address in both] == [1, 1], what="both copies")
    eventually(lambda: len(city.carrier.mails("twice@example.com")) == 1, what="the one answer that a mail has")
    eventually(lambda: city.postfix.queued() == 0, what="an empty queue")
    for address in both:
        assert len(city.postfix.log(f"to=<{address}>", "status=sent (250 2.0.0 Stored)")) >= 1
        assert city.postfix.log(f"to=<{address}>", "status=deferred") == []


def test_postfix_may_ask_the_door_who_is_wanted_before_it_takes_a_mail(city: City) -> None:
    assert city.postfix.answer_to(f"touroku-asked@{DOMAIN}") == 250
    assert city.postfix.answer_to(f"b-aaaaaaaaaaaaaaaa@{DOMAIN}") == 550
    assert city.received(f"touroku-asked@{DOMAIN}") == []


def test_a_stranger_cannot_send_through_postfix_to_the_world(city: City) -> None:
    assert city.postfix.answer_to("taro@docomo.ne.jp") in (454, 554)


def test_a_report_that_finds_the_service_down_waits_at_postfix(
    postfix: Postfix, carrier: CarrierServer, tmp_path: Path, clock: HandClock
) -> None:
    with house_behind(postfix, tmp_path, clock) as house:
        city = City(house, postfix, carrier)
        city.register("night@docomo.ne.jp")
        carrier.refuse("night@docomo.ne.jp", Stage.RCPT, "450 4.3.0 please wait")
        city.deliver()
        back = city.return_path("night@docomo.ne.jp")
    carrier.refuse("night@docomo.ne.jp", Stage.RCPT, "550 Unknown user night@docomo.ne.jp")
    eventually(lambda: postfix.log(f"to=<{back}>", "status=deferred"), what="a try at the closed door")

    with house_behind(postfix, tmp_path, clock) as house:
        city = City(house, postfix, carrier)
        fact = city.fact("night@docomo.ne.jp")

    assert (fact.bounce_class, fact.counted) == ("gone", True)
    eventually(lambda: postfix.queued() == 0, what="an empty queue")
