"""The kinds of value a setting may have."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.setting_values import (
    HostPort,
    Relay,
    Security,
    database_url,
    duration,
    host_port,
    mail_domain,
    may_be_clear,
    public_url,
    relays,
    secrets_list,
)


@pytest.mark.parametrize(
    ("text", "relay"),
    [
        ("smtp://127.0.0.1:25", Relay("127.0.0.1", 25, Security.CLEAR, None, None, 10)),
        ("smtp://[::1]", Relay("::1", 25, Security.CLEAR, None, None, 10)),
        ("smtp://localhost?connections=3", Relay("localhost", 25, Security.CLEAR, None, None, 3)),
        ("smtp+starttls://Relay.example.jp", Relay("relay.example.jp", 587, Security.STARTTLS, None, None, 10)),
        ("smtps://u%40x:p%3Aw@relay.jp", Relay("relay.jp", 465, Security.TLS, "u@x", "p:w", 10)),
    ],
)
def test_a_relay_is_read_with_the_port_of_its_kind(text: str, relay: Relay) -> None:
    assert relays(text) == (relay,)


def test_a_relay_is_read_with_its_options() -> None:
    [relay, spare] = relays(
        "smtps://a.jp?connections=20&weight=3&per_minute=600&per_connection=50,smtps://b.jp?weight=0"
    )

    assert (relay.connections, relay.weight, relay.per_minute, relay.per_connection) == (20, 3, 600, 50)
    assert (spare.connections, spare.weight, spare.per_minute, spare.per_connection) == (10, 0, None, None)


@pytest.mark.parametrize(
    "option",
    [
        *("weight=101", "weight=-1", "weight=1.5", "weight=", "per_minute=0", "per_minute=1000000", "per_connection=0"),
        *("connections=1000", "connections=01", "weight=1&weight=2", "per_hour=5", "connections=１"),
    ],
)
def test_an_option_of_a_relay_out_of_its_range_is_refused(option: str) -> None:
    with pytest.raises(ValueError, match=r"^allowed: "):
        relays(f"smtps://relay.jp?{option}")


def test_several_relays_are_read_in_their_order() -> None:
    assert [str(relay) for relay in relays(" smtps://a.jp , smtp://10.0.0.1:2525,")] == [
        "smtps://a.jp:465",
        "smtp://10.0.0.1:2525",
    ]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "::1", "10.1.2.3", "192.168.0.1", "fd00::1"])
def test_mail_in_clear_goes_to_loopback_and_private_addresses(host: str) -> None:
    assert may_be_clear(host)


@pytest.mark.parametrize("host", ["8.8.8.8", "relay.example.jp", "2001:4860::1", "localhost.example.jp", "100.64.0.1"])
def test_mail_in_clear_goes_nowhere_else(host: str) -> None:
    assert not may_be_clear(host)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("90s", 90), ("60m", 3600), ("24h", 86400), ("28 D", 2419200)]
)
def test_durations_are_read_as_people_write_them(text: str, seconds: int) -> None:
    assert duration(text) == timedelta(seconds=seconds)


def complaint(read: Callable[[str], object], text: str) -> str | None:
    try:
        read(text)
    except ValueError as problem:
        return str(problem)
    return None


@given(st.text(max_size=20))
def test_no_text_breaks_a_reader_of_values(text: str) -> None:
    for read in (duration, host_port, mail_domain, public_url, relays, secrets_list, database_url):
        assert (complaint(read, text) or "allowed: ").startswith("allowed: ")


@pytest.mark.parametrize(
    "url",
    [
        *("", "sqlite:///var/hansho.db", "sqlite:////srv/hansho.db", "postgresql+psycopg://u:p@db:5432/hansho"),
        "postgresql+psycopg:///hansho?host=/var/run/postgresql",
    ],
)
def test_databases_that_several_processes_can_share_are_taken(url: str) -> None:
    assert database_url(url) == url


def test_an_address_of_six_groups_stands_in_brackets() -> None:
    assert host_port("[::1]:8000") == HostPort("::1", 8000)
    assert str(host_port("[::1]:8000")) == "[::1]:8000"


def test_the_base_of_links_has_no_slash_at_its_end() -> None:
    assert public_url("https://anzen.example.jp/hansho/") == "https://anzen.example.jp/hansho"
