"""Mail in by pipe(8), for hosts where nothing may listen: stored or kept by Postfix, whatever is wrong with us."""

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
from tests.support.postfix import PIPE_DOMAIN, Postfix

pytestmark = pytest.mark.postfix
# Each mail starts a Python of its own, and a locked database is waited for.
PIPE_SECONDS = 40
PIPE_SETTINGS = {"MAIL_DOMAIN": PIPE_DOMAIN, "SECRET": SECRET}


@pytest.fixture
def piped_city(
    postfix: Postfix, carrier: CarrierServer, bridge: PipeBridge, tmp_path: Path, clock: HandClock
) -> Iterator[City]:
    """A service without a door for Postfix: what it gets comes through the command."""
    data, url = tmp_path / "var", f"sqlite:///{tmp_path / 'hansho.db'}"
    bridge.settings(PIPE_SETTINGS | {"DATA": str(data), "DATABASE_URL": url})
    settings = {
        "HANSHO_MODE": "live",
        "HANSHO_MAIL_DOMAIN": PIPE_DOMAIN,
        "HANSHO_RELAYS": f"smtp://127.0.0.1:{postfix.ports.own}?connections=2",
    }
    with House(data, url, clock, settings) as house:
        yield City(house, postfix, carrier, PIPE_DOMAIN, PIPE_SECONDS)


def test_through_the_pipe_a_blank_mail_is_answered_and_a_report_counted(piped_city: City) -> None:
    piped_city.register("piped@docomo.ne.jp")
    piped_city.carrier.refuse("piped@docomo.ne.jp", Stage.RCPT, "550 Unknown user piped@docomo.ne.jp")

    piped_city.deliver()

    fact = piped_city.fact("piped@docomo.ne.jp")
    assert (fact.bounce_class, fact.counted, fact.source) == ("gone", True, "report")


def test_through_the_pipe_the_same_words_at_the_end_of_data_are_a_filter(piped_city: City) -> None:
    piped_city.register("sieved@docomo.ne.jp")
    piped_city.carrier.refuse("sieved@docomo.ne.jp", Stage.END_OF_DATA, "550 Unknown user sieved@docomo.ne.jp")

    piped_city.deliver()

    fact = piped_city.fact("sieved@docomo.ne.jp")
    assert (fact.bounce_class, fact.counted) == ("filtered", False)


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
    # A mail of the test before may end only now.
    assert [status for status in bridge.statuses if status] == [67]


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
