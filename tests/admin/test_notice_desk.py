"""The notice desk refuses by itself what its pages would not even ask for."""

from dataclasses import replace

import pytest
from sqlalchemy import update

from admin.notices.notice_desk import NoticeDesk, NoticeFaulty
from admin.people.roles import Role
from bulletins.notice_versions import NoticeVersion
from bulletins.signatory import NotAllowed
from tests.admin.whole_console import Console, words


@pytest.fixture
def desk(console: Console) -> NoticeDesk:
    home = console.home
    return NoticeDesk(home.database, home.clock, home.town, home.shelf, home.notices)


def _spoil(console: Console) -> None:
    with console.home.database.write() as session:
        session.execute(update(NoticeVersion).values(body="{{ gone }}"))


def test_what_would_not_serve_is_never_kept(console: Console, desk: NoticeDesk) -> None:
    source = replace(desk.source("event", 0), body="{{ gone }}")

    with pytest.raises(NoticeFaulty):
        desk.propose(source, console.people[Role.MANAGER], base=0)

    assert desk.dossier("event").past.versions == ()


def test_a_version_that_stopped_to_serve_while_it_waited_is_not_released(console: Console, desk: NoticeDesk) -> None:
    desk.propose(desk.source("event", 0), console.people[Role.MANAGER], base=0)
    _spoil(console)

    with pytest.raises(NoticeFaulty):
        desk.release("event", 1, console.people[Role.APPROVER])
    answer = console.browser(Role.APPROVER).post("/admin/notices/event/versions/1/release")

    assert answer.status_code == 409
    assert "「gone」という項目は" in words(answer)
    assert desk.dossier("event").past.released == ()


def test_who_does_not_run_the_service_changes_no_notice(console: Console, desk: NoticeDesk) -> None:
    for role in (Role.VIEWER, Role.DRAFTER, Role.APPROVER):
        with pytest.raises(NotAllowed):
            desk.propose(desk.source("event", 0), console.people[role], base=0)
        with pytest.raises(NotAllowed):
            desk.retire("event", console.people[role])


def test_the_first_page_tells_of_a_version_that_no_longer_serves_and_the_last_working_one_does(
    console: Console, desk: NoticeDesk
) -> None:
    """As after an upgrade: every process reads anew."""
    desk.propose(desk.source("event", 0), console.people[Role.MANAGER], base=0)
    desk.release("event", 1, console.people[Role.APPROVER])
    _spoil(console)
    vars(console.home.shelf).update(_shelf=None, _mark=-1, _read={})

    browser = console.browser(Role.DRAFTER)
    first, form = words(browser.get("/admin")), browser.get("/admin/write/event?example=1")

    assert "使えない定型文があります 定型文「event」第1版" in first
    assert "市民防犯講習会を開催します" in words(form)


def test_a_folder_beside_the_notices_is_no_notice(desk: NoticeDesk) -> None:
    names = ("", "..", "../notices/event", "event/", ".", "EVENT", "event\x00", "a" * 500)

    assert [desk.has_shipped(name) for name in names] == [False] * len(names)
