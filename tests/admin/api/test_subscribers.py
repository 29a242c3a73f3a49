"""Looking up an address by the API: the contract's object, and a line in the ledger without the address."""

from sqlalchemy import select

from foundation.ledger import LedgerLine
from subscribers.choices import Choices
from subscribers.leaving import stop
from subscribers.tables import StopReason
from tests.admin.api.service import Callers
from tests.bulletins.office import Office


def test_an_address_is_found_as_the_contract_says(staff: Callers, office: Office) -> None:
    area = office.home.town.areas[0].key
    office.residents("taro", choices=Choices(topics=("crime",), areas=(area,)))

    answer = staff.viewer.post("/subscribers/find", {"address": " Taro@EXAMPLE.jp "})

    assert answer.status_code == 200
    assert answer.json() == {
        "address": "taro@example.jp",
        "state": "active",
        "reason": None,
        "topics": ["crime"],
        "areas": [area],
        "place": None,
        "since": "2026-11-20T10:00:00+09:00",
        "bounce_days": [],
        "in_city_list": True,
    }


def test_who_left_is_shown_as_stopped(staff: Callers, office: Office) -> None:
    office.residents("taro")
    office.meddle(lambda session: stop(session, 1, StopReason.LEFT, by="resident", at=office.clock.now()))

    found = staff.viewer.post("/subscribers/find", {"address": "taro@example.jp"}).json()

    assert (found["state"], found["reason"]) == ("stopped", "left")


def test_every_look_stands_in_the_ledger_by_number_and_without_the_address(staff: Callers, office: Office) -> None:
    office.residents("taro")

    staff.viewer.post("/subscribers/find", {"address": "taro@example.jp"})

    with office.database.read() as session:
        lines = session.scalars(select(LedgerLine).where(LedgerLine.action == "subscriber.viewed")).all()
        everything = session.scalars(select(LedgerLine)).all()
    assert [(line.actor, line.subject) for line in lines] == [(f"staff:{staff.viewer.id}", "subscriber:1")]
    assert not any("taro" in line.details + line.subject for line in everything)


def test_an_address_that_is_not_held_is_404_and_leaves_no_line(staff: Callers, office: Office) -> None:
    answer = staff.viewer.post("/subscribers/find", {"address": "hanako@example.jp"})

    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "hanako" not in answer.text
    with office.database.read() as session:
        assert session.scalar(select(LedgerLine.id).where(LedgerLine.action == "subscriber.viewed")) is None


def test_what_is_no_address_is_422_and_is_not_repeated(staff: Callers) -> None:
    for address in ("", "taro", "a@b@c.jp", "a\r\nb@example.jp", "secret name@example.jp", "x" * 2000, "a\0b@c.jp"):
        answer = staff.viewer.post("/subscribers/find", {"address": address})

        assert answer.status_code == 422, address
        assert answer.json()["errors"][0]["field"] == "address"
        assert "secret" not in answer.text


def test_a_body_without_one_address_is_422(staff: Callers) -> None:
    wrong: list[dict[str, object]] = [{}, {"address": None}, {"address": ["a@b.jp"]}, {"address": "a@b.jp", "x": 1}]

    for body in wrong:
        assert staff.viewer.post("/subscribers/find", body).status_code == 422


def test_old_carrier_addresses_are_looked_up_too(staff: Callers, office: Office) -> None:
    office.residents("a..b")

    assert staff.viewer.post("/subscribers/find", {"address": '"a..b"@example.jp'}).status_code == 200


def test_without_a_token_nobody_is_looked_up(staff: Callers, office: Office) -> None:
    office.residents("taro")

    assert staff.stranger.post("/subscribers/find", {"address": "taro@example.jp"}).status_code == 401
