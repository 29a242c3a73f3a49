"""The console's side of kinds: one click to put right, drills in their colour, and refusals in words."""

import re

import httpx
import pytest

from admin.people import api_tokens
from admin.people.roles import Role
from bulletins.approval import Decision
from bulletins.drafting import Sheet
from mailer import claims, records
from mailer.claims import Wish
from mailer.courier import Delivered
from mailer.outbox_tables import Lane
from mailer.records import Result
from tests.admin.whole_console import Console, words

NOW = Decision(no_hold=True)


def example(console: Console, notice: str, follows: int | None = None, **values: object) -> Sheet:
    return Sheet(notice, {**console.desk.shelf.get(notice).example, **values}, follows=follows)


def submitted(console: Console, sheet: Sheet) -> int:
    me = console.people[Role.DRAFTER]
    number = console.desk.begin(sheet, me)
    console.desk.submit(number, me)
    return number


def begun(console: Console, sheet: Sheet) -> int:
    number = submitted(console, sheet)
    console.desk.approve(number, NOW, console.people[Role.APPROVER])
    with console.home.database.write() as session:
        console.home.publisher.open_due(session, at=console.clock.now())
    return number


def sent(console: Console, sheet: Sheet) -> int:
    """To everybody; the outbox says so."""
    number = begun(console, sheet)
    at = console.clock.now()
    with console.home.database.write() as session:
        while console.home.publisher.fan_out(session, at=at):
            pass
        held = claims.claim(session, "s1", Wish(dict.fromkeys(Lane, 100)), at=at).rows
        records.record(session, "s1", [Result(row, Delivered("250 ok"), at) for row in held], at=at)
    console.desk.halt(number, console.people[Role.DRAFTER])
    return number


def form_of(page: str) -> dict[str, list[str]]:
    """What a browser would post back: fields as they stand, checked boxes, chosen options."""
    body = page.partition("data-preview")[2].partition("</form>")[0]
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input [^>]*>", body):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and not (re.search(r'type="(checkbox|radio)"', tag) and "checked" not in tag):
            found.setdefault(name[1], []).append(value[1] if value else "")
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', body, re.DOTALL):
        found[name] = re.findall(r'<option value="([^"]*)" selected>', options)[:1]
    for name, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n(.*?)</textarea>', body, re.DOTALL):
        found[name] = [text]
    return found


def test_a_correction_is_one_click_away_and_two_fields_from_submitted(console: Console) -> None:
    console.resident("a@example.jp")
    first = sent(console, example(console, "suspicious-person"))
    console.resident("new@example.jp")
    browser = console.browser(Role.DRAFTER)

    page = browser.get(f"/admin/bulletins/{first}")
    [path] = re.findall(r'<a class="button button--main" href="([^"]+)">訂正を書く</a>', page.text)
    written = browser.get(path)
    form = form_of(written.text) | {"field-wrong": ["1丁目"], "field-right": ["2丁目"], "action": ["submit"]}
    answer = browser.post(path.partition("?")[0], data=form)

    assert console.desk.dossier(first).bulletin.text.splitlines()[3] in words(written)
    assert answer.headers["location"].endswith("?done=submitted")
    told = words(browser.get(answer.headers["location"]))
    assert f"お知らせ{first}番を送った 1人のうち、いまも登録している 1人に届きます。" in told
    assert f"お知らせ{first}番を送った人だけ" in told


@pytest.mark.parametrize(
    ("notice", "said"),
    [
        ("evacuation", "実際の災害ではありません。避難の必要はありません。"),
        ("drill", "実際の災害ではありません。避難の必要はありません。"),
        ("suspicious-person", "実際の事件ではありません。"),
        ("plain", "前のメールの内容は、なかったものとしてください。"),
    ],
)
def test_a_retraction_needs_nothing_typed_and_speaks_by_the_class_of_what_it_takes_back(
    console: Console, notice: str, said: str
) -> None:
    first = sent(console, example(console, notice))
    browser = console.browser(Role.DRAFTER)

    page = browser.get(f"/admin/bulletins/{first}")
    [path] = re.findall(r'<a class="button button--danger" href="([^"]+)">取り消して、おわびする</a>', page.text)
    form = form_of(browser.get(path).text) | {"action": ["submit"]}
    answer = browser.post(path.partition("?")[0], data=form)

    assert answer.headers["location"].endswith("?done=submitted"), words(answer)
    text = console.desk.dossier(first + 1).bulletin.text
    assert said in text
    assert "おわびします" in text


def test_while_it_is_being_sent_the_clerk_is_told_to_halt_first_and_no_correction_is_approved(console: Console) -> None:
    first = begun(console, example(console, "suspicious-person"))
    drafter, approver = console.browser(Role.DRAFTER), console.browser(Role.APPROVER)

    page = drafter.get(f"/admin/bulletins/{first}")
    form = drafter.get(f"/admin/write/correction?follows={first}")
    number = submitted(console, example(console, "correction", first))
    answer = approver.post(f"/admin/bulletins/{number}/approve", data={"version": "1"})

    assert "先に「一時停止」を押すと" in words(page)
    assert f'action="/admin/bulletins/{first}/halt"' in form.text
    assert answer.status_code == 409
    assert "先に一時停止してください" in words(answer)


def test_what_was_put_right_is_not_resumed(console: Console) -> None:
    first = sent(console, example(console, "suspicious-person"))
    begun(console, example(console, "correction", first))

    answer = console.browser(Role.APPROVER).post(f"/admin/bulletins/{first}/resume", data={"version": "1"})

    assert answer.status_code == 409
    assert console.desk.dossier(first).bulletin.state == "halted"


def test_what_was_put_right_is_not_sent_again_either(console: Console) -> None:
    first = sent(console, example(console, "suspicious-person"))
    console.desk.resume(first, console.people[Role.APPROVER])
    with console.home.database.write() as session:
        assert console.home.publisher.finish(session, at=console.clock.now()) == 1
    begun(console, example(console, "correction", first))

    answer = console.browser(Role.APPROVER).post(f"/admin/bulletins/{first}/send-again", data={"version": "1"})

    assert answer.status_code == 409
    assert console.desk.dossier(first).bulletin.state == "sent"


def test_a_drill_beside_a_real_warning_is_refused_by_name_on_the_console_and_by_the_api(console: Console) -> None:
    real = begun(console, example(console, "weather"))
    number = submitted(console, example(console, "drill"))
    approver = console.people[Role.APPROVER]
    with console.home.database.write() as session:
        token = api_tokens.issue(session, approver.id, at=console.clock.now(), actor="test")

    page = console.browser(approver).post(f"/admin/bulletins/{number}/approve", data={"version": "1"})
    call = httpx.post(
        f"{console.url}/api/v1/bulletins/{number}/approve",
        headers={"Authorization": f"Bearer {token}"},
        json={},
        trust_env=False,
    )

    assert (page.status_code, call.status_code) == (409, 409)
    for told in (words(page), call.json()["detail"]):
        assert (
            f"「レベル３大雨警報が発表されました」（お知らせ {real}番）が有効なあいだは、訓練を配信できません" in told
        )


def test_a_drill_wears_its_word_and_colour_on_every_page(console: Console) -> None:
    drafter, approver = console.browser(Role.DRAFTER), console.browser(Role.APPROVER)
    written = drafter.get("/admin/write/drill?example=1")
    preview = drafter.post("/admin/write/preview", data={"notice": "drill", "field-headline": "x", "field-text": "y"})
    number = submitted(console, example(console, "drill"))
    asked = approver.get(f"/admin/bulletins/{number}")
    first = approver.get("/admin")
    console.desk.approve(number, NOW, console.people[Role.APPROVER])
    waits = approver.get("/admin")
    with console.home.database.write() as session:
        console.home.publisher.open_due(session, at=console.clock.now())
    going, under_way = approver.get(f"/admin/bulletins/{number}"), approver.get("/admin")

    full = 'badge is-drill badge--full">訓練'
    for page in (written, asked, going):
        assert "band--drill" in page.text
        assert "letter--drill" in page.text
        assert full in page.text
    assert "letter--drill" in preview.text
    for page in (first, waits, under_way, approver.get("/admin/bulletins"), approver.get("/admin/write")):
        assert full in page.text
    assert "これは訓練です" in words(approver.get(f"/admin/bulletins/{number}/sheet"))


def test_an_ordinary_bulletin_wears_none_of_it(console: Console) -> None:
    browser = console.browser(Role.APPROVER)
    number = submitted(console, example(console, "weather"))

    pages = [browser.get(path) for path in ("/admin", "/admin/bulletins", f"/admin/bulletins/{number}")]
    pages.append(browser.get(f"/admin/bulletins/{number}/sheet"))

    assert all("drill" not in page.text for page in pages)


def test_a_bulletin_shows_its_whole_chain_and_offers_only_what_fits(console: Console) -> None:
    first = begun(console, example(console, "weather"))
    second = begun(console, example(console, "weather", first))
    browser = console.browser(Role.DRAFTER)
    before = browser.get(f"/admin/bulletins/{second}")
    third = begun(console, example(console, "weather-clear", second))

    after = browser.get(f"/admin/bulletins/{second}")

    assert "続報を書く" in before.text
    assert "気象警報の解除を書く" in before.text
    assert "続報を書く" not in after.text
    assert "解除を書く" not in after.text
    for number in (first, third):
        assert f'<a href="/admin/bulletins/{number}">' in after.text


def test_the_rest_of_what_was_written_stays_when_it_may_not_follow(console: Console) -> None:
    number = console.waiting()
    browser = console.browser(Role.DRAFTER)
    form = {"field-subject": "続き", "field-text": "{{ town }} <b>は</b> 消えません。もう一度ご確認ください。"}

    answer = browser.post(
        "/admin/write/plain",
        data={**form, "topics_all": "1", "areas_all": "1", "follows": str(number), "action": "save"},
    )

    assert answer.status_code == 409
    assert "まだ配信していないお知らせには、続けられません" in words(answer)
    assert "{{ town }} &lt;b&gt;は&lt;/b&gt; 消えません" in answer.text


def test_a_correction_may_be_widened_and_narrowed_again(console: Console) -> None:
    console.resident("a@example.jp")
    first = sent(console, example(console, "suspicious-person"))
    console.resident("new@example.jp")
    browser = console.browser(Role.DRAFTER)
    form = form_of(browser.get(f"/admin/write/correction?follows={first}").text)
    form |= {"field-wrong": ["1"], "field-right": ["2"], "action": ["save"]}

    answer = browser.post("/admin/write/correction", data={**form, "widened": ["1"]})
    number = first + 1
    wide = words(browser.get(answer.headers["location"]))
    again = form_of(browser.get(f"/admin/bulletins/{number}/edit").text)
    again.pop("widened")
    browser.post(f"/admin/bulletins/{number}/edit", data={**again, "action": ["save"]})

    assert "登録者 2人全員に届きます" in wide
    assert console.desk.dossier(number).bulletin.to_recipients_of == first


def test_a_viewer_is_offered_nothing_to_put_right(console: Console) -> None:
    first = sent(console, example(console, "suspicious-person"))
    browser = console.browser(Role.VIEWER)

    assert "まちがいがあったとき" not in browser.get(f"/admin/bulletins/{first}").text
    assert browser.get(f"/admin/write/correction?follows={first}").status_code == 403
