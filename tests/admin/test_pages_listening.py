"""A call taken down on the console's pages without a script; who called and their consent stay with the bulletin."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from admin.people.roles import Role
from bulletins.calls import Consent
from foundation import ledger
from tests.admin.whole_console import Console, whole_console, words

CALLER = "こもれび警察署 生活安全課 佐藤"
TEXT = "楓町の一部で停電しています。復旧の見込みはまだ分かりません。"
CALL = {
    "listening": "form",
    "field-call.caller": CALLER,
    "field-call.at": "2026-11-24T08:55",
    "field-call.consent": "yes",
    "field-subject": "停電のお知らせ",
    "field-text": TEXT,
    "topics_all": "1",
    "areas_all": "1",
}


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    folder: Path = tmp_path_factory.mktemp("listening")
    with whole_console(folder) as console:
        yield console


@pytest.fixture
def browser(console: Console) -> httpx.Client:
    return console.browser(Role.DRAFTER)


def kept(console: Console, browser: httpx.Client, form: dict[str, str], action: str = "save") -> int:
    answer = browser.post("/admin/write/plain", data={**form, "action": action})
    assert answer.status_code == 303, words(answer)
    return console.desk.listed()[0].id


def test_who_called_when_and_their_consent_stay_with_the_bulletin_and_are_never_mailed(
    console: Console, browser: httpx.Client
) -> None:
    number = kept(console, browser, CALL, "submit")

    bulletin = console.desk.dossier(number).bulletin
    pages = [words(browser.get(f"/admin/bulletins/{number}{end}")) for end in ("", "/sheet")]

    assert bulletin.call is not None
    assert (bulletin.call.caller, bulletin.call.consent) == (CALLER, Consent.YES)
    assert bulletin.call.at.astimezone(console.desk.town.zone).isoformat() == "2026-11-24T08:55:00+09:00"
    for page in pages:
        assert CALLER in page
        assert "8:55" in page
        assert "公表の同意" in page
    assert CALLER not in bulletin.text + bulletin.subject
    assert CALLER not in browser.get(f"{console.url}/bulletins").text


@pytest.mark.parametrize("consent", ["no", "asking", "", "YES", "はい"])
def test_nothing_from_a_call_is_submitted_without_a_yes(console: Console, browser: httpx.Client, consent: str) -> None:
    before = len(console.desk.listed())

    answer = browser.post("/admin/write/plain", data={**CALL, "field-call.consent": consent, "action": "submit"})

    assert answer.status_code == 409
    assert "同意" in words(answer)
    assert 'href="#f-field-call.consent"' in answer.text, "it leads to the field"
    assert 'id="f-field-call.consent"' in answer.text
    assert TEXT in answer.text
    assert len(console.desk.listed()) == before


def test_a_draft_saved_without_consent_is_not_submitted_from_its_own_page(
    console: Console, browser: httpx.Client
) -> None:
    number = kept(console, browser, {**CALL, "field-call.consent": "asking"})

    answer = browser.post(f"/admin/bulletins/{number}/submit", data={"version": "1"})

    assert answer.status_code == 409
    assert console.desk.dossier(number).bulletin.state == "draft"


def test_consent_that_comes_later_is_noted_with_what_it_was_before(console: Console, browser: httpx.Client) -> None:
    number = kept(console, browser, {**CALL, "field-call.consent": "asking"})

    page = browser.get(f"/admin/bulletins/{number}/edit")
    browser.post(f"/admin/bulletins/{number}/edit", data={**CALL, "version": "1", "action": "submit"})

    assert CALLER in page.text
    assert console.desk.dossier(number).bulletin.state == "submitted"
    with console.home.database.read() as session:
        details = [line.details for line in ledger.lines_about(session, f"bulletin:{number}")]
    assert any('"consent": ["asking", "yes"]' in each for each in details)
    assert CALLER not in str(details)


def test_a_call_is_not_lost_by_those_who_change_only_the_words(console: Console, browser: httpx.Client) -> None:
    number = kept(console, browser, {**CALL, "field-call.consent": "no"})
    words_only = {name: value for name, value in CALL.items() if "call" not in name and name != "listening"}
    words_only["field-text"] = f"{TEXT}復旧しだいお知らせします。"

    browser.post(f"/admin/bulletins/{number}/edit", data={**words_only, "version": "1", "action": "save"})

    bulletin = console.desk.dossier(number).bulletin
    assert bulletin.version == 2
    assert bulletin.consent == "no"
    assert browser.post(f"/admin/bulletins/{number}/submit", data={"version": "2"}).status_code == 409


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("field-call.caller", ""),
        ("field-call.caller", "あ" * 101),
        ("field-call.caller", "佐藤\x07"),
        ("field-call.at", ""),
        ("field-call.at", "昨日"),
        ("field-call.at", "2026-13-45T99:99"),
    ],
)
def test_a_caller_or_a_moment_that_does_not_serve_is_told_beside_the_field(
    browser: httpx.Client, name: str, value: str
) -> None:
    answer = browser.post("/admin/write/plain", data={**CALL, name: value, "action": "save"})

    assert answer.status_code == 422
    assert f'id="e-{name}"' in answer.text
    assert TEXT in answer.text


def test_a_caller_is_shown_as_text(console: Console, browser: httpx.Client) -> None:
    number = kept(console, browser, {**CALL, "field-call.caller": "<b>{{ town }}</b>"})

    page = browser.get(f"/admin/bulletins/{number}")

    assert "&lt;b&gt;{{ town }}&lt;/b&gt;" in page.text


def test_another_kind_keeps_the_call_and_what_both_kinds_tell(browser: httpx.Client) -> None:
    form = {**CALL, "field-call.consent": "no", "field-happened_at": "2026-11-24T07:50", "field-place": "水車町2丁目"}

    answer = browser.post("/admin/listen", data={**form, "kind": "crime"})

    assert f'value="{CALLER}"' in answer.text
    assert 'value="no" checked' in " ".join(answer.text.split())
    assert 'value="2026-11-24T07:50"' in answer.text
    assert 'name="other-field-place" type="text" autocomplete="off" value="水車町2丁目"' in answer.text
    assert "身近な犯罪" in words(answer)


def test_an_answer_in_other_words_goes_before_the_button(console: Console, browser: httpx.Client) -> None:
    form = {
        **CALL,
        "field-place": "",
        "other-field-place": "青嶺市本町1丁目",
        "field-spot": "路上",
        "other-field-spot": "校門前",
    }
    form |= {"field-happened_at": "2026-11-24T07:50", "field-victim": "児童(女)", "field-offender": "男"}
    form |= {
        "field-deed": "声をかけられました",
        "field-headline": "不審者情報",
        "category": "市外－子どもの安全－声かけ",
    }

    answer = browser.post("/admin/write/suspicious-person", data={**form, "action": "save"})

    assert answer.status_code == 303, words(answer)
    assert "青嶺市本町1丁目の校門前で、児童(女)が男に" in console.desk.listed()[0].text


def test_a_call_starts_now_and_presumes_nothing_that_was_not_heard(browser: httpx.Client) -> None:
    page = " ".join(browser.get("/admin/listen").text.split())

    assert 'name="field-call.at" type="datetime-local" autocomplete="off" value="2026-11-24T09:00"' in page
    assert 'name="field-deed" value="声をかけられました" id="f-field-deed" checked' not in page
    assert 'name="field-call.consent" value="yes" id="f-field-call.consent" checked' not in page
    assert 'name="field-attribution" type="text" autocomplete="off" value=""' in page


def test_the_office_may_let_a_call_without_consent_pass_with_a_warning(tmp_path: Path) -> None:
    with whole_console(tmp_path, {"HANSHO_CHECK_LEVELS": "call-consent=warn"}) as console:
        browser = console.browser(Role.DRAFTER)

        answer = browser.post("/admin/write/plain", data={**CALL, "field-call.consent": "asking", "action": "submit"})

        assert answer.headers["location"].endswith("?done=submitted")
        assert "同意を確認中" in words(browser.get(answer.headers["location"]))
