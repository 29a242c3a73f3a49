"""Saving while somebody types: one draft, no noise, nothing overwritten, and nobody's words under another's name."""

from datetime import timedelta

import pytest

from admin.desk.version_guard import Keeper, Seen
from admin.people.roles import Role
from bulletins.approval import Blocked
from bulletins.drafting import Sheet
from bulletins.rough_drafts import Stroke
from foundation import ledger
from tests.admin.whole_console import TEXT, Console, words
from tests.admin.writing_form import autosave, opened

WRITE = "/admin/write/plain"


def deeds(console: Console, number: int) -> list[str]:
    with console.home.database.read() as session:
        return [line.action for line in ledger.lines_about(session, f"bulletin:{number}")]


def test_the_first_keys_make_a_draft_and_later_ones_change_it(console: Console) -> None:
    browser = console.browser(Role.DRAFTER)
    form = opened(browser, WRITE, text="")

    first = autosave(browser, form)
    autosave(browser, form | {"field-text": TEXT})

    (draft,) = console.desk.listed()
    assert first["said"] == "9:00 に自動保存しました"
    assert (first["id"], draft.version) == (draft.id, 1)
    assert TEXT in draft.text
    assert deeds(console, draft.id) == ["bulletin.drafted"]


def test_a_lost_answer_makes_no_second_draft_and_takes_nobody_for_a_stranger(console: Console) -> None:
    browser = console.browser(Role.DRAFTER)
    form = opened(browser, WRITE, text="")
    lost = dict(form)

    autosave(browser, lost)
    again = autosave(browser, form | {"field-text": TEXT})
    lost |= {"field-text": f"{TEXT}まだ続きます。"}
    later = autosave(browser, lost)

    (draft,) = console.desk.listed()
    assert (again["state"], later["state"]) == ("saved", "saved")
    assert "まだ続きます。" in draft.text


def test_pressing_save_twice_makes_one_draft_of_one_version(console: Console) -> None:
    browser = console.browser(Role.DRAFTER)
    form = opened(browser, WRITE)

    answers = [browser.post(WRITE, data={**form, "action": "save"}) for _ in range(2)]

    (draft,) = console.desk.listed()
    assert [answer.status_code for answer in answers] == [303, 303]
    assert draft.version == 1


def test_two_pages_make_two_drafts(console: Console) -> None:
    browser = console.browser(Role.DRAFTER)

    for _ in range(2):
        autosave(browser, opened(browser, WRITE))

    assert len(console.desk.listed()) == 2


def test_an_empty_form_leaves_no_draft_and_an_emptied_one_is_taken_away(console: Console) -> None:
    browser = console.browser(Role.DRAFTER)
    form = opened(browser, WRITE, subject="", text="")

    empty = autosave(browser, form)
    autosave(browser, form | {"field-text": TEXT})
    between = len(console.desk.listed())
    emptied = autosave(browser, form)

    assert (empty["state"], between, emptied["state"]) == ("empty", 1, "empty")
    assert console.desk.listed() == []


def test_a_draft_that_was_saved_by_hand_stays_when_it_is_emptied(console: Console) -> None:
    number = console.draft()
    browser = console.browser(Role.DRAFTER)

    autosave(browser, opened(browser, f"/admin/bulletins/{number}/edit", subject="", text=""))

    assert [draft.version for draft in console.desk.listed()] == [2]


def test_a_stale_autosave_overwrites_nothing_and_saving_shows_both(console: Console) -> None:
    number = console.draft()
    browser = console.browser(Role.DRAFTER)
    form = opened(browser, f"/admin/bulletins/{number}/edit", text=f"{TEXT}わたしの続き。")
    theirs = "明日の午前中、断水します。水をためておいてください。ご協力をお願いします。"
    console.desk.change(number, Sheet("plain", {"subject": "断水", "text": theirs}), console.second)

    quiet = autosave(browser, form)
    pressed = browser.post(f"/admin/bulletins/{number}/edit", data={**form, "action": "save"})

    assert quiet["state"] == "stale"
    assert pressed.status_code == 409
    assert theirs in words(pressed)
    assert "わたしの続き。" in words(pressed)
    assert "data-autosave" not in pressed.text, "the page must not overwrite by itself"
    assert console.desk.dossier(number).bulletin.text.startswith(theirs)


def test_two_who_only_type_do_not_overwrite_each_other_either(console: Console) -> None:
    number = console.draft()
    mine, theirs = console.browser(Role.DRAFTER), console.browser(console.second)
    path = f"/admin/bulletins/{number}/edit"
    my_form, their_form = opened(mine, path, text=f"{TEXT}わたし。"), opened(theirs, path, text=f"{TEXT}ほかの人。")

    states = [autosave(mine, my_form)["state"], autosave(theirs, their_form)["state"], autosave(mine, my_form)["state"]]

    assert states == ["saved", "stale", "saved"]
    assert "わたし。" in console.desk.dossier(number).bulletin.text


def test_a_bulletin_page_does_not_submit_words_that_were_saved_quietly_since(console: Console) -> None:
    number = console.draft()
    mine, theirs = console.browser(Role.DRAFTER), console.browser(console.second)
    form = opened(theirs, f"/admin/bulletins/{number}/edit", text=f"{TEXT}はじめ。")
    autosave(theirs, form)
    before = mine.get(f"/admin/bulletins/{number}")
    revision = before.text.split('name="revision" value="')[1].split('"')[0]
    autosave(theirs, form | {"field-text": f"{TEXT}あとで変えました。"})

    blind = mine.post(f"/admin/bulletins/{number}/submit", data={"version": "2"})
    stale = mine.post(f"/admin/bulletins/{number}/submit", data={"version": "2", "revision": revision})

    assert (blind.status_code, stale.status_code) == (409, 409)
    assert console.desk.dossier(number).bulletin.state == "draft"


def test_a_change_whose_submitting_is_refused_is_not_half_done(console: Console) -> None:
    number = console.draft()
    text = "〇〇町の一部で停電しています。復旧の見込みはまだ分かりません。"
    stroke = Stroke(Sheet("plain", {"subject": "停電", "text": text}))
    keeper = Keeper(console.desk, console.people[Role.DRAFTER])

    with pytest.raises(Blocked):
        keeper.keep(stroke, number, seen=Seen(version=1), submit=True)
    with pytest.raises(Blocked):
        keeper.keep(stroke, submit=True)

    (draft,) = console.desk.listed()
    assert (draft.version, draft.state) == (1, "draft")
    assert TEXT in draft.text


def test_a_page_saves_nothing_under_the_name_of_somebody_else_who_signed_in_since(console: Console) -> None:
    form = opened(console.browser(Role.DRAFTER), WRITE)

    told = autosave(console.browser(console.second), form)

    assert told["state"] == "another"
    assert console.desk.listed() == []


@pytest.mark.parametrize("mark", ["", "x", "a" * 26, "<script>"])
def test_a_form_without_our_mark_is_not_saved_quietly(console: Console, mark: str) -> None:
    browser = console.browser(Role.DRAFTER)

    assert autosave(browser, opened(browser, WRITE) | {"writer": mark})["state"] == "another"


def test_what_cannot_be_saved_is_said_and_is_no_fault(console: Console) -> None:
    number = console.submitted()
    browser = console.browser(Role.DRAFTER)
    form = opened(browser, WRITE)

    submitted = autosave(browser, form | {"bulletin": str(number), "version": "1", "revision": "1"})
    odd = [autosave(browser, form | wrong) for wrong in ({"notice": "unknown"}, {"bulletin": "99"}, {"follows": "99"})]

    assert "「承認待ち」なので" in submitted["said"]
    assert [told["state"] for told in odd] == ["refused"] * 3


def test_a_draft_begun_by_itself_says_whose_it_is_to_others_alone(console: Console) -> None:
    number = console.draft()
    path = f"/admin/bulletins/{number}/edit"

    mine, theirs = console.browser(Role.DRAFTER).get(path), console.browser(console.second).get(path)

    assert "さんが書き始めた配信案です" not in words(mine)
    assert f"{console.people[Role.DRAFTER].name}さんが書き始めた配信案です" in words(theirs)


def test_whoever_opens_a_draft_sees_who_has_it_open_until_they_leave(console: Console) -> None:
    number = console.draft()
    mine, theirs = console.browser(Role.DRAFTER), console.browser(console.second)
    here = f"/admin/bulletins/{number}/presence"
    sentence = f"{console.people[Role.DRAFTER].name}さんも、いまこの配信案を開いています。"

    alone = mine.post(here).json()["others"]
    seen = theirs.get(f"/admin/bulletins/{number}/edit")
    told = theirs.post(here).json()["others"]
    mine.post(here, data={"leaving": "1"})
    left = theirs.post(here).json()["others"]

    assert (alone, told, left) == ("", sentence, "")
    assert sentence in words(seen)


def test_whoever_was_silent_for_a_minute_is_taken_for_gone(console: Console) -> None:
    number = console.draft()
    mine, theirs = console.browser(Role.DRAFTER), console.browser(console.second)
    mine.post(f"/admin/bulletins/{number}/presence")

    console.clock.move(timedelta(minutes=1))

    assert theirs.post(f"/admin/bulletins/{number}/presence").json()["others"] == ""


def test_looking_at_a_draft_tells_nobody(console: Console) -> None:
    number = console.draft()

    console.browser(Role.DRAFTER).get(f"/admin/bulletins/{number}/edit")

    assert console.browser(console.second).post(f"/admin/bulletins/{number}/presence").json()["others"] == ""


@pytest.mark.parametrize("number", ["0", "x", "999", "99999999999999999999"])
def test_nobody_is_at_a_draft_that_does_not_exist(console: Console, number: str) -> None:
    answer = console.browser(Role.DRAFTER).post(f"/admin/bulletins/{number}/presence")

    assert answer.status_code == 404


def test_a_viewer_saves_nothing_quietly_and_is_at_no_draft(console: Console) -> None:
    browser = console.browser(Role.VIEWER)
    number = console.draft()

    assert browser.post("/admin/write/autosave", data={}).status_code == 403
    assert browser.post(f"/admin/bulletins/{number}/presence").status_code == 403


def test_other_sites_save_nothing(console: Console) -> None:
    browser = console.browser(Role.DRAFTER)
    form = opened(browser, WRITE)

    browser.post("/admin/write/autosave", data=form, headers={"Origin": "https://evil.example"})

    assert console.desk.listed() == []
