"""Through a real Postfix: bulletins out, blank mail and reports in by LMTP and by pipe(8)."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from foundation.database import Database
from service.schema import migrate
from tests.postfix.city import BLANK, City, stored
from tests.postfix.pipe_bridge import PipeBridge
from tests.support.carrier_server import CarrierServer, Stage
from tests.support.clock import HandClock
from tests.support.house import SECRET, House, eventually
from tests.support.postfix import DOMAIN, PIPE_DOMAIN, Postfix, need_postfix

pytestmark = pytest.mark.postfix
# Each mail starts a Python of its own, and a locked database is waited for.
PIPE_SECONDS = 40
PIPE_SETTINGS = {"MAIL_DOMAIN": PIPE_DOMAIN, "SECRET": SECRET}


@pytest.fixture(scope="module")
def carrier() -> Iterator[CarrierServer]:
    with CarrierServer() as carrier:
        yield carrier


@pytest.fixture(scope="module")
def bridge() -> Iterator[PipeBridge]:
    with PipeBridge() as bridge:
        yield bridge


@pytest.fixture(scope="module")
def postfix(carrier: CarrierServer, bridge: PipeBridge) -> Iterator[Postfix]:
    need_postfix()
    command = f"{bridge.command} deliver-mail --sender ${{sender}} ${{recipient}}"
    with Postfix(carrier_port=carrier.port, command=command, directory=bridge.home) as postfix:
        yield postfix


def house_behind(postfix: Postfix, folder: Path, clock: HandClock) -> House:
    settings = {
        "HANSHO_MODE": "live",
        "HANSHO_RELAYS": f"smtp://127.0.0.1:{postfix.ports.own}?connections=2",
        "HANSHO_LMTP_LISTEN": f"127.0.0.1:{postfix.ports.door}",
    }
    return House(folder / "var", f"sqlite:///{folder / 'hansho.db'}", clock, settings)


@pytest.fixture
def city(postfix: Postfix, carrier: CarrierServer, tmp_path: Path, clock: HandClock) -> Iterator[City]:
    with house_behind(postfix, tmp_path, clock) as house:
        yield City(house, postfix, carrier)


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


def test_a_full_mailbox_is_called_full_although_postfix_says_5_0_0(city: City) -> None:
    city.register("full@docomo.ne.jp")
    city.carrier.refuse("full@docomo.ne.jp", Stage.RCPT, "552 Too much mail data full@docomo.ne.jp")

    city.deliver()

    assert city.fact("full@docomo.ne.jp").bounce_class == "full"


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


@pytest.fixture
def piped(bridge: PipeBridge, tmp_path: Path) -> Iterator[Database]:
    """A database with tables, known to the command that pipe(8) starts."""
    folder = tmp_path / "data"
    folder.mkdir()
    url = f"sqlite:///{folder / 'hansho.db'}"
    bridge.settings(PIPE_SETTINGS | {"DATA": str(folder), "DATABASE_URL": url})
    database = Database(url)
    migrate(database)
    yield database
    database.close()


def test_pipe_stores_the_mail_with_its_envelope(postfix: Postfix, bridge: PipeBridge, piped: Database) -> None:
    entry = f"touroku@{PIPE_DOMAIN}"

    postfix.submit('"a..b"@docomo.ne.jp', [entry], "Subject: 登録\r\n\r\n.\r\n".encode())
    postfix.submit("", [entry], b"Subject: Undelivered\r\n\r\n")

    rows = eventually(
        lambda: r if len(r := stored(piped, entry)) == 2 else None, seconds=PIPE_SECONDS, what="both mails"
    )
    assert {row.envelope_from for row in rows} == {"a..b@docomo.ne.jp", ""}
    assert all(b"\r\n" in row.raw and b"\n" not in row.raw.replace(b"\r\n", b"") for row in rows)
    eventually(lambda: bridge.statuses == [0, 0], seconds=PIPE_SECONDS, what="the ends of both commands")


def test_pipe_refuses_an_unknown_recipient_for_good(postfix: Postfix, bridge: PipeBridge, piped: Database) -> None:
    postfix.submit("", [f"nobody@{PIPE_DOMAIN}"], BLANK)

    eventually(
        lambda: postfix.log(f"to=<nobody@{PIPE_DOMAIN}>", "dsn=5.1.1", "status=bounced"),
        seconds=PIPE_SECONDS,
        what="the refusal",
    )
    assert bridge.statuses == [67]


def test_pipe_keeps_mail_while_the_database_is_locked(postfix: Postfix, bridge: PipeBridge, piped: Database) -> None:
    entry = f"touroku-locked@{PIPE_DOMAIN}"
    with closing(sqlite3.connect(piped.url.removeprefix("sqlite:///"), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        postfix.submit("taro@example.com", [entry], BLANK)
        eventually(
            lambda: postfix.log(f"to=<{entry}>", "dsn=4.3.0", "status=deferred"),
            seconds=PIPE_SECONDS,
            what="a first try",
        )
        other.execute("ROLLBACK")

    eventually(lambda: postfix.queued() == 0, seconds=PIPE_SECONDS, what="an empty queue")

    assert len(stored(piped, entry)) == 1
    assert (bridge.statuses[0], bridge.statuses[-1]) == (75, 0)


def test_pipe_keeps_mail_while_the_database_is_gone(postfix: Postfix, bridge: PipeBridge, piped: Database) -> None:
    entry = f"touroku-gone@{PIPE_DOMAIN}"
    folder = Path(piped.url.removeprefix("sqlite:///")).parent
    piped.close()
    away = folder.rename(folder.with_name("away"))
    postfix.submit("taro@example.com", [entry], BLANK)
    eventually(lambda: postfix.log(f"to=<{entry}>", "status=deferred"), seconds=PIPE_SECONDS, what="a first try")

    away.rename(folder)

    eventually(lambda: postfix.queued() == 0, seconds=PIPE_SECONDS, what="an empty queue")
    assert len(stored(piped, entry)) == 1
    assert (bridge.statuses[0], bridge.statuses[-1]) == (75, 0)


def test_pipe_keeps_mail_while_a_setting_is_wrong(postfix: Postfix, bridge: PipeBridge, piped: Database) -> None:
    entry = f"touroku-setting@{PIPE_DOMAIN}"
    bridge.settings({"MODE": "nonsense"})
    postfix.submit("taro@example.com", [entry], BLANK)
    eventually(lambda: bridge.statuses, seconds=PIPE_SECONDS, what="a first try")

    bridge.settings(PIPE_SETTINGS | {"DATABASE_URL": piped.url})

    eventually(lambda: postfix.queued() == 0, seconds=PIPE_SECONDS, what="an empty queue")
    assert len(stored(piped, entry)) == 1
