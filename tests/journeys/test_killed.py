"""The loop again, with `kill -9` in the middle of each step: nothing lost, nothing twice."""

import os
import signal
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.journeys.carrier import bounce_of
from tests.support.house import eventually
from tests.support.processes import Service
from tests.support.sink import Sink

TEXT = "明日、駅前の広場で防犯の催しがあります。どなたでもどうぞ。お気軽にお越しください。"
PLAIN = {"notice": "plain", "fields": {"subject": "お知らせ", "text": TEXT}}
CONNECTIONS = 5
PEOPLE = 200


def approved(service: Service, drafter: str, approver: str) -> int:
    number = int(service.api("POST", "/bulletins", drafter, PLAIN).json()["id"])
    assert service.api("POST", f"/bulletins/{number}/submit", drafter).status_code == 200
    assert service.api("POST", f"/bulletins/{number}/approve", approver, {}).status_code == 200
    return number


def finished(service: Service, number: int, token: str) -> dict[str, int]:
    def ask() -> dict[str, int] | None:
        found = dict(service.api("GET", f"/bulletins/{number}", token).json())
        return found if found["state"] == "sent" else None

    return eventually(ask, seconds=60, what="the proof that the bulletin is finished")


def test_killed_after_each_acknowledgement_the_loop_goes_on_where_it_was(tmp_path: Path) -> None:
    with Service(tmp_path / "var") as service:
        drafter = service.staff("drafter@city.example.jp", "drafter")
        approver = service.staff("approver@city.example.jp", "approver")

        assert service.mail("taro@example.com", "touroku@mail.example.jp") == 250
        service.kill()
        service.start()
        link = service.invitation_link("taro@example.com")

        assert httpx.post(link, data={}, timeout=20).status_code == 200
        service.kill()
        service.start()
        assert service.subscriber("taro@example.com", drafter)["state"] == "active"

        number = approved(service, drafter, approver)
        service.kill()
        service.start()
        counts = finished(service, number, approver)
        assert (counts["audience"], counts["sent"]) == (1, 1)

        texts = eventually(lambda: service.letters("taro@example.com")[2:], what="the bulletin")
        return_path = eventually(lambda: newest_return_path(service), what="the letter's return path")
        assert service.mail("", return_path, bounce_of("taro@example.com")) == 250
        service.kill()
        service.start()
        eventually(lambda: service.subscriber("taro@example.com", drafter)["bounce_days"], what="the bounce")

        assert len(texts) == 1
        assert len(service.letters("taro@example.com")) == 3, "invitation, completion and bulletin, each once"
        assert service.api("GET", f"/bulletins/{number}", approver).json()["bounced"] == 1


def newest_return_path(service: Service) -> str:
    newest = max((service.data / "mailbox" / "new").glob("*"))
    return newest.read_text().split("\n", 1)[0].removeprefix("Return-Path: ").strip("<>")


@pytest.mark.timeout(180)
def test_killed_while_sending_everybody_gets_it_and_repeats_stay_within_the_wire(tmp_path: Path) -> None:
    register = tmp_path / "register.csv"
    people = [f"p{number}@example.com" for number in range(PEOPLE)]
    register.write_text("address\n" + "\n".join(people) + "\n")
    with Sink(pause_seconds=0.02) as sink:
        relay = {"HANSHO_MODE": "live", "HANSHO_RELAYS": f"smtp://127.0.0.1:{sink.port}?connections={CONNECTIONS}"}
        with Service(tmp_path / "var", relay) as service:
            drafter = service.staff("drafter@city.example.jp", "drafter")
            approver = service.staff("approver@city.example.jp", "approver")
            service.run("subscribers", "import", str(register))
            number = approved(service, drafter, approver)

            kills = 0
            for share in (0.3, 0.7):
                eventually(lambda at=share: len(sink.accepted) >= at * PEOPLE, seconds=40, what="letters")  # type: ignore[misc]  # a default keeps the loop's value
                service.kill()
                kills += 1
                service.start()
            counts = finished(service, number, approver)

        # The approver was asked by a letter, too.
        accepted = [(recipient, named) for recipient, named in sink.accepted if recipient in people]
        got = Counter(recipient for recipient, _ in accepted)
        assert set(got) == set(people), "somebody was lost"
        assert sum(got.values()) - PEOPLE <= CONNECTIONS * kills, "more repeats than letters on the wire"
        assert len(set(accepted)) == PEOPLE, "a repeat came with another Message-ID"
        assert (counts["audience"], counts["sent"], counts["queued"]) == (PEOPLE, PEOPLE, 0)


def test_the_roles_end_with_the_service_even_when_only_that_is_killed(tmp_path: Path) -> None:
    with Service(tmp_path / "var") as service:
        group = service.kill_parent_only()

        try:
            eventually(lambda: not is_alive(group), seconds=20, what="the end of the roles")
        finally:
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)


def is_alive(group: int) -> bool:
    time.sleep(0.1)
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
