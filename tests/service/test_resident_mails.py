"""What residents write to us: one answer a mail, a word once a month, and only to senders that are proved."""

from datetime import timedelta

import pytest

from mailer import answer_caps
from mailer.letter import Recipient
from service.resident_mails import ResidentMails
from subscribers.links import resident_links
from subscribers.stationery import NAMES
from tests.support.mail_engine import AT
from tests.support.reception import BLANK, RESIDENT, Reception

ANSWER = "From: <{sender}>\r\nMessage-ID: <a{turn}@docomo.ne.jp>\r\nSubject: Re: notice\r\n\r\nThank you\r\n"


@pytest.fixture
def database_kind() -> str:
    """What the rooms do is proved on both; here it is how they are met."""
    return "sqlite"


def announced(house: Reception) -> str:
    local = house.home.recipients.announced
    assert local is not None
    return local


def answers(house: Reception, turn: int, *, sender: str = RESIDENT) -> str | None:
    house.receive(ANSWER.replace("{turn}", str(turn)), announced(house), sender=sender)
    return house.work().note


def test_an_answer_to_a_bulletin_is_told_that_nobody_reads_it_once_a_month(house: Reception) -> None:
    number = house.resident()

    assert answers(house, 1) == "told that nobody reads this address"
    assert answers(house, 2) == "not answered: told already"
    house.clock.move(timedelta(days=29))
    house.home.post_room.work()
    assert answers(house, 3) == "not answered: told already"
    house.clock.move(timedelta(days=2))
    assert answers(house, 4) == "told that nobody reads this address"

    letters = house.letters()
    assert len(letters) == 2
    assert letters[0].in_reply_to == "<a1@docomo.ne.jp>"
    assert "{stop}" in letters[0].tail
    assert house.state_of(number) == "active"


def test_the_month_outlives_the_tidying_of_answers(house: Reception) -> None:
    from_then_on = ["told that nobody reads this address", "not answered: told already"]
    house.resident()
    found = [answers(house, 1)]
    house.clock.move(timedelta(days=10))
    with house.database.write() as session:
        answer_caps.forget_old(session, at=house.clock.now())
    found.append(answers(house, 2))

    assert found == from_then_on


def test_strangers_and_machines_are_told_nothing(house: Reception) -> None:
    house.resident()

    assert answers(house, 1, sender="stranger@docomo.ne.jp") == "not answered: no resident"
    assert answers(house, 2, sender="") == "not answered: null-sender"
    assert answers(house, 3, sender="no-reply@docomo.ne.jp") == "not answered: no-reply"
    assert house.letters() == []


ALTERNATIVES = (
    'MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="x"\r\n\r\n'
    "--x\r\nContent-Type: text/plain; charset=iso-2022-jp\r\n\r\n-- \r\n\x1b$B;3ED\x1b(B\r\n"
    "--x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>iPhoneから送信</p>\r\n--x--\r\n"
)
WRITTEN = {
    "nothing": "\r\n",
    "a signature": "Subject: \r\n\r\n\r\n-- \r\n山田 花子\r\n電話 042-000-0000\r\n",
    "what the code put in": "Subject: 登録\r\n\r\nこのまま送信してください\r\n",
    "what a telephone adds": "Subject: (no subject)\r\n\r\niPhoneから送信\r\n",
    "a signature in two forms": ALTERNATIVES,
    "a question": "Subject: Re: 登録\r\n\r\nどうすればいいですか。\r\n",
}


@pytest.mark.parametrize("text", WRITTEN.values(), ids=WRITTEN.keys())
def test_whatever_stands_in_a_mail_to_the_entry_address_it_registers(house: Reception, text: str) -> None:
    head = "From: <{sender}>\r\nMessage-ID: <1@example.jp>\r\n"
    carriers = ("docomo.ne.jp", "ezweb.ne.jp", "au.com", "uqmobile.jp", "softbank.ne.jp", "i.softbank.jp")
    others = ("ymobile.ne.jp", "yahoo.ne.jp", "rakumail.jp", "gmail.com", "icloud.com", "yahoo.co.jp")
    for domain in (*carriers, *others):
        house.receive(head + text, sender=f"hana..ko.@{domain}")
        assert house.work().note == "invited", domain


def test_the_same_mail_to_two_entry_addresses_has_one_answer(house: Reception) -> None:
    house.receive(BLANK, "touroku")
    house.receive(BLANK, "touroku-library")

    assert house.work().note == "not answered: enough answers for now"
    assert len(house.letters()) == 1


@pytest.fixture
def careful(house: Reception) -> Reception:
    """As with HANSHO_AUTHSERV_ID set."""
    mails = house.home.post_room.residents
    careful = ResidentMails(mails.registration, mails.domain, "mx.city.test")
    object.__setattr__(house.home.post_room, "residents", careful)
    return house


def test_where_our_server_proves_senders_only_those_it_proved_are_answered(careful: Reception) -> None:
    careful.resident()
    careful.receive(BLANK)
    assert careful.work().note == "not answered: not-proved"
    assert answers(careful, 1) == "not answered: not-proved"

    found = "Authentication-Results: mx.city.test; spf=pass smtp.mailfrom=docomo.ne.jp\r\n"
    careful.receive(found + BLANK.replace("1@", "2@"))

    assert careful.work().note == "invited"


@pytest.mark.parametrize("name", NAMES)
def test_no_letter_of_ours_is_larger_than_two_kilobytes(house: Reception, name: str) -> None:
    stationery = house.home.stationery
    values: dict[str, object] = {"link": f"{stationery.public_url}/r/{'a' * 32}", "hours": 24, "number": 1234}
    values |= {
        "day": AT.date(),
        "due": AT.date(),
        "answer": "―",
        "cannot": True,
        "may_reply": False,
        "organisation": "椎の木町会",
        "in_city_list": True,
    }
    values |= {"page": f"{stationery.public_url}/voice/{'a' * 24}?lang=yasashii"}
    values |= {"stop": f"{stationery.public_url}/stop/{'a' * 24}?lang=yasashii"}
    links = (
        resident_links(stationery.public_url)
        if name in ("registered", "links", "unread", "moved", "circle-joined")
        else None
    )
    letter = stationery.letter(name, values, links=links, in_reply_to=f"<{'x' * 60}@docomo.ne.jp>")
    to = Recipient(1_000_000, f"{'a' * 30}@docomo.ne.jp", 1_000_000)

    assert len(house.home.composer.octets(letter, to, at=AT)) <= 2048
