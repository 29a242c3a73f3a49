"""Relays by TLS: only the right one, by a valid certificate, ever sees a letter or a password; on either loop."""

import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest

from foundation.setting_values import Relay, Security
from mailer.courier import Delivered, NotTried
from mailer.dialogue import Patience
from mailer.relay import RelayCourier
from tests.mailer.test_relay import working
from tests.support.certificates import Authority
from tests.support.loops import on_both_loops
from tests.support.talking_relay import TalkingRelay
from tests.support.trays import ListTray, letter

QUICK = Patience(opening=2.0, answer=2.0, end=2.0, idle=2.0, first_probe=0.05, longest_probe=0.1)
ENDED = datetime(2021, 1, 1, tzinfo=UTC)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture(params=[Security.TLS, Security.STARTTLS])
def security(request: pytest.FixtureRequest) -> Security:
    return Security(request.param)


def server(security: Security, shown: ssl.SSLContext, *, pipelining: bool = True) -> TalkingRelay:
    if security is Security.TLS:
        return TalkingRelay(tls=shown, signs_in=True, pipelining=pipelining)
    return TalkingRelay(starttls=shown, signs_in=True, pipelining=pipelining)


async def sent(address: Relay, authority: Authority, tray: ListTray) -> RelayCourier:
    """All letters of the tray, each tried once."""
    one = RelayCourier([address], greeting_name="mail.example.jp", tls=authority.trusting(), patience=QUICK)
    async with working(one, tray):
        pass
    return one


@pytest.mark.parametrize("way", ["pipelined", "plain"])
@on_both_loops
async def test_letters_go_by_tls_to_a_relay_with_a_valid_certificate(
    authority: Authority, security: Security, way: str
) -> None:
    async with server(security, authority.relay(), pipelining=way == "pipelined") as relay:
        large = letter(3, octets=b"From: a\r\n\r\n" + b"0123456789abcdef\r\n" * 20_000)
        tray = ListTray([letter(1), letter(2), large, letter(4)])

        await sent(relay.address(security=security, user="hansho"), authority, tray)

        assert [type(tray.outcome(number)) for number in (1, 2, 3, 4)] == [Delivered] * 4
        assert [len(each.octets) for each in relay.accepted][2] == len(large.octets)
        assert (relay.waits <= 7) == (way == "pipelined")  # six commands before the letters, at most
        assert relay.connections == 1


@pytest.mark.parametrize("fault", ["expired", "another name", "self-signed"])
@on_both_loops
async def test_a_certificate_that_is_not_valid_fails_no_letter_and_sees_no_password(
    authority: Authority, security: Security, fault: str
) -> None:
    shown = {
        "expired": lambda: authority.relay(until=ENDED),
        "another name": lambda: authority.relay(host="relay.example.jp"),
        "self-signed": lambda: authority.relay(is_self_signed=True),
    }[fault]()
    async with server(security, shown) as relay:
        tray = ListTray([letter()])

        one = await sent(relay.address(security=security, user="hansho"), authority, tray)

        assert isinstance(tray.outcome(), NotTried)
        [reason] = one.troubles().values()
        assert reason.startswith("its certificate is not valid: ")
        assert not {"AUTH", "MAIL"} & set(relay.verbs())


@on_both_loops
async def test_without_an_authority_of_its_own_the_courier_asks_those_of_the_system(
    authority: Authority, security: Security
) -> None:
    async with server(security, authority.relay()) as relay:
        tray = ListTray([letter()])
        one = RelayCourier([relay.address(security=security)], greeting_name="mail.example.jp", patience=QUICK)

        async with working(one, tray):
            pass

        assert isinstance(tray.outcome(), NotTried)


@on_both_loops
async def test_words_in_clear_behind_the_go_ahead_for_tls_are_not_believed(authority: Authority) -> None:
    # As a man in the middle would: an offer in clear behind the answer, to be read as if it had come by TLS.
    async with server(Security.STARTTLS, authority.relay()) as relay:
        relay.signs_in = False
        relay.misbehave("starttls", b"220 2.0.0 go on\r\n250-relay.test\r\n250 AUTH PLAIN LOGIN\r\n", times=10)
        tray = ListTray([letter()])

        await sent(relay.address(security=Security.STARTTLS, user="hansho"), authority, tray)

        assert isinstance(tray.outcome(), NotTried)
        assert "AUTH" not in relay.verbs()


@on_both_loops
async def test_a_relay_that_stops_offering_tls_gets_nothing_in_clear(authority: Authority) -> None:
    async with server(Security.STARTTLS, authority.relay()) as relay:
        relay.misbehave("ehlo", b"250-relay.test\r\n250-PIPELINING\r\n250 AUTH PLAIN\r\n", times=10)
        tray = ListTray([letter()])

        one = await sent(relay.address(security=Security.STARTTLS, user="hansho"), authority, tray)

        assert isinstance(tray.outcome(), NotTried)
        assert "STARTTLS" in str(one.troubles())
        assert not {"AUTH", "MAIL"} & set(relay.verbs())


@on_both_loops
async def test_a_relay_that_refuses_starttls_gets_nothing_in_clear(authority: Authority) -> None:
    async with server(Security.STARTTLS, authority.relay()) as relay:
        relay.misbehave("starttls", "454 4.7.0 TLS not available", times=10)
        tray = ListTray([letter()])

        await sent(relay.address(security=Security.STARTTLS, user="hansho"), authority, tray)

        assert isinstance(tray.outcome(), NotTried)
        assert not {"AUTH", "MAIL"} & set(relay.verbs())


@pytest.mark.parametrize("way", ["pipelined", "plain"])
@on_both_loops
async def test_in_clear_it_works_on_this_loop_too(authority: Authority, way: str) -> None:
    async with TalkingRelay(pipelining=way == "pipelined") as relay:
        tray = ListTray([letter(number) for number in range(50)], unwanted={7})

        await sent(relay.address(connections=3), authority, tray)

        assert len(relay.accepted) == 49
        assert (relay.waits <= 20) == (way == "pipelined")
