"""Whether liaisons get an edition is chosen at writing, read by the approver, and part of what is approved."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from admin.people.roles import Role
from admin.writing.draft_form import sheet_following
from bulletins.liaison_edition import ToLiaisons
from liaisons.tables import Liaison, LiaisonState, Way
from tests.admin.whole_console import PLAIN, Console, whole_console, words


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    """One resident, and two liaisons by mail of whom one is on the city's list too."""
    with whole_console(tmp_path) as console:
        console.resident("taro@example.jp")
        for name, listed in (("sato", True), ("ito", False)):
            subscriber = console.resident(f"{name}@example.jp", in_city_list=listed)
            at = console.clock.now()
            with console.home.database.write() as session:
                session.add(
                    Liaison(
                        state=LiaisonState.ACTIVE.value,
                        name=name,
                        organisation="自治会",
                        way=Way.MAIL.value,
                        subscriber_id=subscriber,
                        asked_at=at,
                        asked_by_id=1,
                        asked_by_name="担当",
                    )
                )
        yield console


def written(console: Console, choice: str) -> tuple[int, str]:
    """Saved with this choice, and what the page of the draft says."""
    browser = console.browser(Role.DRAFTER)
    answer = browser.post("/admin/write/plain", data={**PLAIN, "liaisons": choice, "action": "save"})
    where = answer.headers["location"].partition("?")[0]
    return int(where.rpartition("/")[2]), words(browser.get(where))


@pytest.mark.parametrize("choice", ["none", "", "everybody", "<b>"])
def test_without_a_choice_liaisons_are_residents_like_all_others(console: Console, choice: str) -> None:
    number, page = written(console, choice)

    assert console.desk.dossier(number).bulletin.to_liaisons == ToLiaisons.NONE
    assert "登録者 2人全員に届きます。" in page
    assert "連絡員に" not in page


@pytest.mark.parametrize(
    ("choice", "told"),
    [
        ("with", ("連絡員にも、連絡員用のメール", "登録者 2人全員に届きます。連絡員2人に、連絡員用のメールが届きます")),
        ("first", ("連絡員に先に送り、登録者には30分後から", "連絡員2人に、連絡員用のメールが届きます")),
        ("only", ("連絡員だけ", "連絡員2人だけに届きます。登録者には届きません。")),
    ],
)
def test_whom_it_reaches_is_said_in_words_to_who_writes_and_who_approves(
    console: Console, choice: str, told: tuple[str, ...]
) -> None:
    number, page = written(console, choice)
    console.desk.submit(number, console.people[Role.DRAFTER])

    approving = words(console.browser(Role.APPROVER).get(f"/admin/bulletins/{number}"))
    sheet = words(console.browser(Role.APPROVER).get(f"/admin/bulletins/{number}/sheet"))

    for said in told:
        assert said in page
        assert said in approving
        assert said in sheet


def test_the_choice_stands_when_the_draft_is_opened_again_and_changing_it_is_another_version(console: Console) -> None:
    number, _ = written(console, "only")
    browser = console.browser(Role.DRAFTER)

    form = browser.get(f"/admin/bulletins/{number}/edit").text
    before = console.desk.dossier(number).bulletin.version
    browser.post(
        f"/admin/bulletins/{number}/edit",
        data={**PLAIN, "liaisons": "with", "version": before, "revision": before, "action": "save"},
    )

    after = console.desk.dossier(number).bulletin
    assert 'value="only" checked' in " ".join(form.split())
    assert (after.version, after.to_liaisons) == (before + 1, "with")


def test_who_had_an_edition_gets_one_of_what_follows_unless_its_writer_chooses_otherwise(console: Console) -> None:
    correction, town = console.desk.shelf.get("correction"), console.home.town

    following = {
        choice: sheet_following(console.desk.dossier(written(console, choice)[0]).bulletin, correction, town).liaisons
        for choice in ToLiaisons
    }

    assert following == {
        ToLiaisons.NONE: ToLiaisons.NONE,
        ToLiaisons.ONLY: ToLiaisons.ONLY,
        ToLiaisons.FIRST: ToLiaisons.WITH,
        ToLiaisons.WITH: ToLiaisons.WITH,
    }
