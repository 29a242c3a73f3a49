"""A kind is chosen only where it makes sense, follow-ups are numbered, and a chain leads to its first."""

from datetime import timedelta

import pytest

from bulletins import chain
from bulletins.checks.draft import Level
from bulletins.drafting import Sheet, find
from bulletins.kinds import KindUnfit
from bulletins.life import NotNow
from bulletins.notice_templates import Kind
from bulletins.wording import DRILL_LINE, DRILL_MARK
from tests.bulletins.office import SUBJECT, TEXT, Office

MAIN = {"subject": SUBJECT, "text": TEXT}


def example(office: Office, notice: str, follows: int | None = None) -> Sheet:
    return Sheet(notice, office.home.shelf.get(notice).example, follows=follows)


def plain(follows: int | None = None, subject: str = SUBJECT) -> Sheet:
    return Sheet("plain", {**MAIN, "subject": subject}, follows=follows)


def test_follow_ups_lead_to_the_first_and_bear_their_number(office: Office) -> None:
    first = office.begun(plain())
    second = office.begun(plain(first))
    third = office.begun(plain(second))
    fourth = office.draft(plain(third))

    told = [office.bulletin(number) for number in (first, second, third, fourth)]
    assert [each.follows_id for each in told] == [None, first, first, first]
    assert [each.kind for each in told] == ["ordinary", "follow_up", "follow_up", "follow_up"]
    assert [each.subject for each in told] == [
        SUBJECT,
        *(f"{mark}{SUBJECT}" for mark in ("【続報】", "【続報2】", "【続報3】")),
    ]
    with office.database.read() as session:
        assert [each.id for each in chain.members(session, find(session, third))] == [first, second, third, fourth]


@pytest.mark.parametrize("typed", ["【続報】", "【続報7】", " 【続報】 "])
def test_a_mark_that_came_with_copied_words_is_not_doubled(office: Office, typed: str) -> None:
    first = office.begun(plain())

    number = office.draft(plain(first, subject=f"{typed}水道の工事"))

    assert office.bulletin(number).subject == "【続報】水道の工事"


def test_a_follow_up_says_so_in_its_preview_too(office: Office) -> None:
    first = office.begun(plain())
    sheet = plain(first)

    with office.database.read() as session:
        turn = office.home.drafting.turn(session, sheet)

    assert office.home.drafting.preview(sheet, at=office.clock.now(), turn=turn).subject == f"【続報】{SUBJECT}"


def test_two_follow_ups_written_at_once_do_not_go_out_under_one_number(office: Office) -> None:
    first = office.begun(plain())
    one, other = office.draft(plain(first)), office.draft(plain(first))
    office.submit(one)
    office.submit(other)
    office.approve(one)

    with pytest.raises(NotNow, match="番号が付きなおります"):
        office.approve(other)
    office.give_back(other, "番号を直してください")
    office.change(other, plain())
    office.submit(other)
    office.approve(other)

    assert office.bulletin(other).subject == f"【続報2】{SUBJECT}"


def test_a_follow_up_of_a_drill_is_a_drill_with_both_its_marks_and_both_its_lines(office: Office) -> None:
    first = office.begun(example(office, "drill"))

    bulletin = office.bulletin(office.draft(example(office, "drill", first)))

    lines = bulletin.text.split("\n")
    assert bulletin.kind == Kind.DRILL.value
    assert bulletin.subject.startswith(f"{DRILL_MARK}【続報】")
    assert lines[0] == lines[-1] == DRILL_LINE
    at = office.clock.now()
    found = office.home.drafting.findings(bulletin, at=at)
    assert [finding.rule for finding in found if finding.level is Level.BLOCK] == []


@pytest.mark.parametrize("notice", ["correction", "retraction"])
def test_what_mends_a_drill_is_no_drill_and_no_check_takes_it_for_one(office: Office, notice: str) -> None:
    first = office.begun(example(office, "drill"))
    drill = office.bulletin(first)
    fields = {**office.home.shelf.get(notice).example, "sent_subject": drill.subject}

    bulletin = office.bulletin(office.draft(Sheet(notice, fields, follows=first)))

    found = office.home.drafting.findings(bulletin, at=office.clock.now())
    assert bulletin.kind == notice
    assert [finding.rule for finding in found if finding.rule.startswith("drill")] == []


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("drill", "plain"),
        ("drill", "weather-clear"),
        ("j-alert-test", "evacuation-lifted"),
        ("weather", "drill"),
        ("weather", "j-alert-test"),
        ("retraction", "plain"),
    ],
)
def test_what_makes_no_sense_is_refused(office: Office, first: str, then: str) -> None:
    number = office.begun(example(office, first))

    with pytest.raises(KindUnfit):
        office.draft(example(office, then, number))


@pytest.mark.parametrize("notice", ["plain", "correction", "retraction", "weather-clear"])
def test_nothing_follows_what_has_not_begun(office: Office, notice: str) -> None:
    number = office.waiting(example(office, "weather"))

    with pytest.raises(KindUnfit, match="まだ配信していない"):
        office.draft(example(office, notice, number))


def test_after_the_all_clear_only_mending_follows(office: Office) -> None:
    first = office.begun(example(office, "weather"))
    office.begun(example(office, "weather-clear", first))

    with pytest.raises(KindUnfit, match="「解除」を知らせたあと"):
        office.draft(example(office, "weather", first))
    assert office.bulletin(office.draft(example(office, "correction", first))).mends_id == first


def test_a_retraction_is_not_retracted_and_nothing_is_retracted_twice(office: Office) -> None:
    first = office.sending(example(office, "weather"))
    office.halt(first)
    second = office.begun(example(office, "retraction", first))

    for number in (first, second):
        with pytest.raises(KindUnfit):
            office.draft(example(office, "retraction", number))


def test_a_retracted_follow_up_leaves_the_first_as_it_is(office: Office) -> None:
    first = office.begun(example(office, "weather"))
    second = office.begun(example(office, "weather", first))
    office.halt(second)
    office.begun(example(office, "retraction", second))
    office.clock.move(timedelta(minutes=1))

    third = office.draft(example(office, "weather", first))

    assert office.bulletin(third).subject.startswith("【続報2】")
