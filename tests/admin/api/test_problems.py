"""What goes wrong is told as problem details (RFC 9457), and nothing that was sent is repeated."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from tests.admin.api.service import FIELDS, PLAIN, Callers
from tests.bulletins.office import Office

# What is refused is refused before any database is asked.
pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


def problem(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert found["status"] == status
    assert found["detail"]
    return found


def test_a_bulletin_that_is_not_there_is_404(staff: Callers) -> None:
    for number in ("999", "0", "-1", "99999999999999999999999", "abc", "1.5"):
        problem(staff.viewer.get(f"/bulletins/{number}"), 404)
        problem(staff.approver.post(f"/bulletins/{number}/approve", {}), 404)


def test_an_unknown_notice_is_404(staff: Callers) -> None:
    problem(staff.drafter.post("/bulletins", {"notice": "nonsense", "fields": {}}), 404)


def test_unknown_paths_and_methods_of_the_api_are_problems_and_other_paths_are_pages(staff: Callers) -> None:
    problem(staff.viewer.get("/nowhere"), 404)
    wrong = staff.viewer.post("/notices")

    problem(wrong, 405)
    assert wrong.headers["Allow"] == "GET"
    assert staff.client.get("/nowhere").text == "このページはありません"
    assert staff.client.get("/apiary").text == "このページはありません"


def test_fields_that_cannot_be_taken_are_named(staff: Callers) -> None:
    found = problem(
        staff.drafter.post("/bulletins", {"notice": "plain", "fields": {"subject": "", "colour": "x"}}), 422
    )

    assert {error["field"] for error in found["errors"]} == {"subject", "text", "colour"}
    assert "#/fields/subject" in {error["pointer"] for error in found["errors"]}


WRONG_MEMBERS: list[tuple[dict[str, object], str]] = [
    ({"colour": "red"}, "colour"),
    ({"notice": 5}, "notice"),
    ({"notice": None}, "notice"),
    ({"fields": []}, "fields"),
    ({"topics": "crime"}, "topics"),
    ({"topics": [1]}, "topics.0"),
    ({"expires_after": "soon"}, "expires_after"),
    ({"expires_after": True}, "expires_after"),
    ({"expires_after": -1}, "expires_after"),
    ({"expires_after": 10**20}, "expires_after"),
    ({"follows": 10**20}, "follows"),
    ({"follows": 999}, "follows"),
]


def test_a_body_that_cannot_be_taken_is_422_and_names_the_member(staff: Callers) -> None:
    for change, field in WRONG_MEMBERS:
        found = problem(staff.drafter.post("/bulletins", PLAIN | change), 422)

        assert [error["field"] for error in found["errors"]] == [field]


NOT_OF_THIS_TOWN: list[dict[str, object]] = [
    {"topics": ["nonsense"]},
    {"areas": ["nonsense"]},
    {"category": "市内－なし"},
    {"expires_after": "15d"},
]


def test_what_the_town_does_not_have_is_422(staff: Callers) -> None:
    for change in NOT_OF_THIS_TOWN:
        problem(staff.drafter.post("/bulletins", PLAIN | change), 422)


NO_DECISIONS: list[dict[str, object]] = [
    {"urgent": "yes", "reason": "急ぐため"},
    {"urgent": 1, "reason": "急ぐため"},
    {"emergency": True},
    {"urgent": True, "reason": "a\0b"},
    {"reason": "x" * 501},
]


def test_an_approval_is_never_guessed_at(staff: Callers) -> None:
    number = staff.drafter.submitted()

    for body in NO_DECISIONS:
        problem(staff.approver.post(f"/bulletins/{number}/approve", body), 422)

    assert staff.viewer.get(f"/bulletins/{number}").json()["state"] == "submitted"


def test_a_step_that_needs_no_words_takes_none(staff: Callers) -> None:
    number = staff.drafter.draft()

    problem(staff.drafter.post(f"/bulletins/{number}/submit", {"force": True}), 422)


DAMAGED = [
    (b"{", "application/json", 422),
    (b"[]", "application/json", 422),
    (b"5", "application/json", 422),
    (b"", "application/json", 422),
    (b"{\xff\xff}", "application/json", 400),
    (b"notice=plain", "application/x-www-form-urlencoded", 422),
    (b"[" * 100_000, "application/json", 400),
    (b'{"notice": "plain", "fields": {}, "\\ud800": 1}', "application/json", 422),
    (b'{"notice": "plain", "fields": {"\\ud800": "x"}}', "application/json", 422),
    (b'{"notice": "\\ud800", "fields": {}}', "application/json", 422),
    (b'{"notice": "plain", "fields": {"subject": NaN, "text": 1e999}}', "application/json", 422),
]


def test_damaged_bodies_are_problems_too(staff: Callers) -> None:
    for content, kind, status in DAMAGED:
        problem(staff.drafter.send("/bulletins", content, kind=kind), status)


def test_an_unknown_state_to_list_by_is_422(staff: Callers) -> None:
    problem(staff.viewer.get("/bulletins?state=nonsense"), 422)
    problem(staff.viewer.get("/bulletins?before=0"), 422)
    problem(staff.viewer.get(f"/bulletins?before={10**20}"), 422)


def test_a_database_that_does_not_answer_is_503_with_a_time_to_come_back(
    staff: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object, **__: object) -> Iterator[None]:
        raise OperationalError("SELECT 1", {}, Exception("the server closed the connection"))

    number = staff.drafter.draft()
    monkeypatch.setattr("foundation.database.Database.read", gone)

    for answer in (staff.viewer.get(f"/bulletins/{number}"), staff.drafter.post("/bulletins", PLAIN)):
        problem(answer, 503)
        assert answer.headers["Retry-After"] == "5"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
VALUES = st.dictionaries(st.sampled_from(["subject", "text", "colour"]) | st.text(max_size=8), JSON, max_size=3)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(fields=VALUES, more=st.dictionaries(st.sampled_from(["topics", "areas", "category", "expires_after"]), JSON))
def test_nothing_a_stranger_writes_breaks_the_api(
    staff: Callers, office: Office, fields: dict[str, object], more: dict[str, object]
) -> None:
    content = json.dumps({"notice": "plain", "fields": FIELDS | fields, **more}).encode()

    answer = staff.drafter.send("/bulletins", content)

    assert answer.status_code in (201, 422), answer.text
