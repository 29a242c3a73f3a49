"""The API's promises for bulletins: the contract's objects, and two people for every bulletin."""

from datetime import timedelta

import pytest

from bulletins.drafting import Sheet
from bulletins.rough_drafts import RoughDrafts, Stroke
from bulletins.tables import Bulletin
from tests.admin.api.service import FIELDS, PLAIN, Callers
from tests.bulletins.office import ANNA, GONE, Office

COUNTS = "audience sent queued deferred failed suppressed expired bounced".split()  # noqa: SIM905 -- reads as in the contract
CONTRACT = ["id", "state", "subject", "text", "editions", "starts_at", *COUNTS]


on_both = pytest.mark.parametrize("database_kind", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> str:
    """Both on the way of a bulletin through the office, and for the list."""
    return str(getattr(request, "param", "sqlite"))


def test_a_draft_is_answered_with_its_text_and_its_checks(staff: Callers) -> None:
    answer = staff.drafter.post("/bulletins", PLAIN | {"fields": FIELDS | {"text": FIELDS["text"] + "〇〇"}})

    assert answer.status_code == 201
    draft = answer.json()
    assert answer.headers["Location"] == f"/api/v1/bulletins/{draft['id']}"
    assert (draft["state"], draft["subject"]) == ("draft", FIELDS["subject"])
    assert FIELDS["text"] in draft["text"]
    assert [(check["rule"], check["level"], check["field"]) for check in draft["checks"]] == [
        ("placeholder-left", "block", "text")
    ]
    assert all(check["message"] for check in draft["checks"])


def test_a_bulletin_is_shown_with_every_key_of_the_contract(staff: Callers) -> None:
    number = staff.drafter.draft()

    shown = staff.viewer.get(f"/bulletins/{number}").json()

    assert [key for key in CONTRACT if key not in shown] == []
    assert shown["id"] == number
    assert shown["starts_at"] is None
    assert shown["audience"] == 0


def test_a_bulletin_is_shown_with_what_is_read_in_each_other_language(staff: Callers, office: Office) -> None:
    number = staff.drafter.submitted()

    shown = staff.viewer.get(f"/bulletins/{number}").json()

    with office.database.read() as session:
        settled = office.home.others.editions(session, session.get_one(Bulletin, number))
    assert [each["language"] for each in shown["editions"]] == ["yasashii", "en", "zh"]
    assert shown["editions"] == [
        {"language": each.language.value, "subject": each.subject, "text": each.text} for each in settled
    ]


def test_the_document_of_the_api_names_every_key_of_the_contract(staff: Callers) -> None:
    document = staff.client.get("/api/openapi.json").json()

    answers = [
        operation["responses"]["201" if "201" in operation["responses"] else "200"]
        for path, way in document["paths"].items()
        for method, operation in way.items()
        if "/bulletins" in path and (method, path) != ("get", "/api/v1/bulletins")
    ]
    reference = {"$ref": "#/components/schemas/BulletinObject"}
    assert [answer["content"]["application/json"]["schema"] for answer in answers] == [reference] * 11
    assert set(document["components"]["schemas"]["BulletinObject"]["required"]) == set(CONTRACT)


@on_both
def test_the_way_from_draft_to_sent(staff: Callers, office: Office) -> None:
    office.residents("a", "b", "c")
    number = staff.drafter.submitted()

    approved = staff.approver.post(f"/bulletins/{number}/approve", {"urgent": False})
    assert approved.status_code == 200
    assert approved.json()["state"] == "waiting"
    assert approved.json()["starts_at"] == "2026-11-20T10:01:00+09:00"
    assert approved.json()["reaches"] == 3
    office.clock.move(timedelta(minutes=1))
    office.open_due()
    office.fan_out()
    assert staff.viewer.get(f"/bulletins/{number}").json()["queued"] == 3
    office.post()
    office.finish()

    shown = staff.viewer.get(f"/bulletins/{number}").json()
    assert shown["state"] == "sent"
    assert shown["sent"] + shown["failed"] + shown["suppressed"] + shown["expired"] == shown["audience"] == 3
    assert shown["finished_at"] == "2026-11-20T10:01:00+09:00"


def test_neither_a_drafter_nor_the_submitter_approves(staff: Callers) -> None:
    mine = staff.approver.submitted()

    assert staff.drafter.post(f"/bulletins/{mine}/approve", {"urgent": False}).status_code == 403
    assert staff.approver.post(f"/bulletins/{mine}/approve", {"urgent": False}).status_code == 403
    assert staff.viewer.get(f"/bulletins/{mine}").json()["state"] == "submitted"
    assert staff.manager.post(f"/bulletins/{mine}/approve", {"urgent": False}).status_code == 200


def test_a_viewer_reads_and_does_nothing(staff: Callers) -> None:
    number = staff.drafter.submitted()

    for deed in ("submit", "approve", "return", "withdraw", "halt", "resume", "send-again"):
        body = {"reason": "r"} if deed == "return" else {}
        assert staff.viewer.post(f"/bulletins/{number}/{deed}", body).status_code == 403, deed
    assert staff.viewer.post("/bulletins", PLAIN).status_code == 403
    assert staff.viewer.put(f"/bulletins/{number}", PLAIN).status_code == 403
    assert staff.viewer.get(f"/bulletins/{number}").json()["state"] == "submitted"


def test_without_a_valid_token_nothing_is_read_or_done(staff: Callers) -> None:
    number = staff.drafter.submitted()

    for answer in (
        staff.stranger.get("/bulletins"),
        staff.stranger.get(f"/bulletins/{number}"),
        staff.stranger.get("/notices"),
        staff.stranger.post("/bulletins", PLAIN),
        staff.stranger.post(f"/bulletins/{number}/approve", {}),
    ):
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_step_needs_no_body(staff: Callers) -> None:
    number = staff.drafter.draft()

    assert staff.drafter.post(f"/bulletins/{number}/submit").status_code == 200
    assert staff.approver.post(f"/bulletins/{number}/approve").status_code == 200
    assert staff.drafter.post(f"/bulletins/{number}/withdraw", {}).json()["state"] == "withdrawn"


def test_urgency_needs_a_reason_and_starts_at_once(staff: Callers, office: Office) -> None:
    number = staff.drafter.submitted()

    refused = staff.approver.post(f"/bulletins/{number}/approve", {"urgent": True})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "reason"

    shown = staff.approver.post(f"/bulletins/{number}/approve", {"urgent": True, "reason": "川があふれるため"}).json()
    assert (shown["urgent"], shown["urgent_reason"]) == (True, "川があふれるため")
    assert shown["starts_at"] == "2026-11-20T10:00:00+09:00"


def test_returning_needs_a_reason_and_a_changed_bulletin_is_a_new_version(staff: Callers) -> None:
    number = staff.drafter.submitted()
    assert staff.approver.post(f"/bulletins/{number}/return", {}).status_code == 422
    assert staff.drafter.put(f"/bulletins/{number}", PLAIN).status_code == 409

    returned = staff.approver.post(f"/bulletins/{number}/return", {"reason": "件名を短く"}).json()
    assert (returned["state"], returned["return_reason"]) == ("returned", "件名を短く")
    changed = staff.drafter.put(f"/bulletins/{number}", PLAIN | {"fields": FIELDS | {"subject": "催し"}}).json()
    assert (changed["state"], changed["version"], changed["subject"]) == ("draft", 2, "催し")

    staff.drafter.post(f"/bulletins/{number}/submit")
    assert staff.approver.post(f"/bulletins/{number}/approve", {"version": 1}).status_code == 409
    assert staff.approver.post(f"/bulletins/{number}/approve", {"version": 2}).json()["approved_version"] == 2


@on_both
def test_halt_resume_and_send_again(staff: Callers, office: Office) -> None:
    office.residents("a")
    number = staff.drafter.submitted()
    staff.approver.post(f"/bulletins/{number}/approve", {"no_hold": True})
    office.open_due()
    office.fan_out()

    assert staff.drafter.post(f"/bulletins/{number}/halt").json()["state"] == "halted"
    assert staff.drafter.post(f"/bulletins/{number}/resume").status_code == 403
    assert staff.approver.post(f"/bulletins/{number}/resume").json()["state"] == "sending"
    assert staff.approver.post(f"/bulletins/{number}/resume").status_code == 409
    office.post(lambda _name: GONE)
    office.finish()
    again = staff.approver.post(f"/bulletins/{number}/send-again").json()
    assert (again["state"], again["queued"]) == ("sending", 1)
    office.post()
    office.finish()
    office.clock.move(timedelta(hours=1))
    before = staff.approver.get(f"/bulletins/{number}").json()
    assert staff.approver.post(f"/bulletins/{number}/send-again").json() == before
    assert (before["state"], before["sent"]) == ("sent", 1)


def test_a_wrong_state_is_a_conflict(staff: Callers) -> None:
    number = staff.drafter.draft()

    answer = staff.approver.post(f"/bulletins/{number}/approve", {"urgent": False})

    assert answer.status_code == 409
    assert "配信案" in answer.json()["detail"]


def test_a_blocking_check_is_a_conflict_that_lists_what_blocks(staff: Callers) -> None:
    number = staff.drafter.draft(PLAIN | {"fields": FIELDS | {"text": "短い。"}})

    answer = staff.drafter.post(f"/bulletins/{number}/submit", {})

    assert answer.status_code == 409
    assert [check["rule"] for check in answer.json()["checks"]] == ["text-too-short"]


@on_both
def test_bulletins_are_listed_newest_first_by_state_and_by_page(
    staff: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("admin.api.bulletin_api.PAGE", 2)
    numbers = [staff.drafter.draft() for _ in range(3)]
    staff.drafter.post(f"/bulletins/{numbers[1]}/submit")

    first = staff.viewer.get("/bulletins?state=&before=")
    drafts = staff.viewer.get("/bulletins?state=draft")
    both = staff.viewer.get("/bulletins?state=draft&state=submitted")

    assert [line["id"] for line in first.json()] == [numbers[2], numbers[1]]
    assert first.links["next"]["url"] == f"/api/v1/bulletins?before={numbers[1]}"
    rest = staff.viewer.get(first.links["next"]["url"].removeprefix("/api/v1"))
    assert [line["id"] for line in rest.json()] == [numbers[0]]
    assert "next" not in rest.links
    assert [line["id"] for line in drafts.json()] == [numbers[2], numbers[0]]
    assert both.links["next"]["url"].endswith("&state=draft&state=submitted")


def test_the_notices_say_how_to_fill_them(staff: Callers) -> None:
    notices = {notice["name"]: notice for notice in staff.viewer.get("/notices").json()}

    fields = notices["plain"]["fields"]
    assert [(field["name"], field["required"]) for field in fields] == [("subject", True), ("text", True)]
    assert notices["evacuation"]["to_all"] is True
    assert notices["plain"]["categories"][0] == "一般－お知らせ－その他"


def test_the_expiry_is_taken_as_a_span_or_in_seconds(staff: Callers, office: Office) -> None:
    spans = (("90m", 5400), ("24h", 86400), ("3d", 259200), (600, 600), ("600", 600), (None, 86400))

    for given, seconds in spans:
        number = staff.drafter.draft(PLAIN | {"expires_after": given, "topics": [], "areas": None})

        assert office.bulletin(number).expires_seconds == seconds


def test_a_follow_up_is_linked_to_the_first(staff: Callers, office: Office) -> None:
    first = office.begun()

    second = staff.drafter.draft(PLAIN | {"follows": first})

    assert staff.viewer.get(f"/bulletins/{second}").json()["follows"] == first


def test_the_calls_stand_in_the_open_description(staff: Callers) -> None:
    description = staff.client.get("/api/openapi.json").json()

    assert "/api/v1/bulletins/{bulletin_id}/send-again" in description["paths"]
    assert "/api/v1/subscribers/find" in description["paths"]
    demands = [call.get("security") for path in description["paths"].values() for call in path.values()]
    assert all(demands), "every call asks for a token"


def test_a_draft_that_the_console_saved_unfinished_is_refused_at_submitting_with_its_fields(
    staff: Callers, office: Office
) -> None:
    with office.database.write() as session:
        rough = RoughDrafts(office.home.drafting)
        stroke = Stroke(Sheet("plain", FIELDS | {"text": ""}), quiet=True)
        number = rough.begin(session, stroke, ANNA, at=office.clock.now()).id

    answer = staff.drafter.post(f"/bulletins/{number}/submit", {})

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["#/fields/text"]
    assert staff.viewer.get(f"/bulletins/{number}").json()["state"] == "draft"
