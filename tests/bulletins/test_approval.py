"""The promise that nothing unapproved goes out, and what may be done to a bulletin on its way."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bulletins.approval import Blocked, Decision, ReasonMissing
from bulletins.life import BulletinState, WrongState
from bulletins.signatory import NotAllowed, Signatory
from bulletins.tables import Bulletin, BulletinVersion, PublishingOrder
from foundation import ledger
from tests.bulletins.office import ANNA, BEN, CHIE, SHEET, VIEWER, Office, tokyo

OTHER = replace(
    SHEET, fields={"subject": "窓口の時間が変わります", "text": "来月から、窓口の受付は午後4時までになります。"}
)


def test_nobody_approves_what_they_submitted_themselves(office: Office) -> None:
    number = office.draft(who=BEN)
    office.submit(number, BEN)

    with pytest.raises(NotAllowed):
        office.approve(number, who=BEN)

    assert office.bulletin(number).state == BulletinState.SUBMITTED
    assert office.order(number) is None


def test_who_wrote_it_may_approve_what_another_submitted(office: Office) -> None:
    number = office.draft(who=BEN)
    office.submit(number, ANNA)

    office.approve(number, who=BEN)

    assert office.bulletin(number).state == BulletinState.WAITING


@pytest.mark.parametrize("who", [ANNA, VIEWER, Signatory(105, "担当 次郎", drafts=True, approves=False)])
def test_a_drafter_or_a_viewer_cannot_approve(office: Office, who: Signatory) -> None:
    number = office.submitted()

    with pytest.raises(NotAllowed):
        office.approve(number, Decision(urgent=True, reason="急ぐため"), who=who)

    assert office.order(number) is None


def test_a_viewer_changes_nothing(office: Office) -> None:
    number = office.draft()

    for deed in (office.submit, office.withdraw, office.halt):
        with pytest.raises(NotAllowed):
            deed(number, VIEWER)
    with pytest.raises(NotAllowed):
        office.draft(who=VIEWER)
    with pytest.raises(NotAllowed):
        office.change(number, OTHER, VIEWER)

    assert office.bulletin(number).state == BulletinState.DRAFT
    assert office.bulletin(number).version == 1


def test_approval_and_publishing_order_commit_together_or_not_at_all(office: Office) -> None:
    number = office.submitted()

    approval = office.home.approval
    office.crash(lambda session: approval.approve(session, number, Decision(), BEN, at=office.clock.now()))

    assert office.bulletin(number).state == BulletinState.SUBMITTED
    assert office.order(number) is None
    assert "bulletin.approved" not in office.deeds(number)


def test_what_was_submitted_cannot_be_changed_under_the_approvers_eyes(office: Office) -> None:
    number = office.submitted()

    with pytest.raises(WrongState):
        office.change(number, OTHER)
    office.approve(number)
    with pytest.raises(WrongState):
        office.change(number, OTHER)

    assert office.bulletin(number).subject == SHEET.fields["subject"]
    assert office.bulletin(number).version == 1


def test_an_approval_of_a_version_that_was_changed_meanwhile_is_refused(office: Office) -> None:
    number = office.submitted()
    office.give_back(number, "件名を直してください")
    office.change(number, OTHER)
    office.submit(number)

    with pytest.raises(WrongState):
        office.approve(number, Decision(version=1))

    office.approve(number, Decision(version=2))
    assert office.bulletin(number).approved_version == 2


def test_a_bulletin_pulled_back_and_changed_must_be_approved_anew(office: Office) -> None:
    number = office.waiting()
    office.give_back(number, "日付の誤り", ANNA)
    office.change(number, OTHER)
    office.residents("taro")

    office.clock.move(timedelta(hours=1))
    assert office.open_due() == 0
    office.submit(number)
    assert office.open_due() == 0
    assert office.bulletin(number).approved_version is None

    office.approve(number)
    office.clock.move(timedelta(hours=1))
    assert office.open_due() == 1


def test_a_bulletin_pulled_back_unchanged_must_be_approved_anew_too(office: Office) -> None:
    number = office.waiting()
    office.give_back(number, "もう一度確かめたい", ANNA)
    office.submit(number)
    office.clock.move(timedelta(hours=1))

    assert office.open_due() == 0
    assert office.bulletin(number).approver_id is None


def test_each_version_that_was_submitted_is_kept_word_for_word(office: Office) -> None:
    number = office.submitted()
    office.give_back(number, "件名を直してください")
    office.change(number, OTHER)
    office.submit(number, CHIE)

    with office.database.read() as session:
        kept = session.scalars(select(BulletinVersion).order_by(BulletinVersion.version)).all()

    assert [(one.version, one.subject, one.submitter_id) for one in kept] == [
        (1, SHEET.fields["subject"], ANNA.id),
        (2, OTHER.fields["subject"], CHIE.id),
    ]


def test_a_blocking_check_stops_submitting(office: Office) -> None:
    fields = {"subject": "お知らせ", "text": "〇〇町で催しがあります。どなたでもお越しください。お待ちしています。"}
    number = office.draft(replace(SHEET, fields=fields))

    with pytest.raises(Blocked) as refused:
        office.submit(number)

    assert [finding.rule for finding in refused.value.findings] == ["placeholder-left"]
    assert office.bulletin(number).state == BulletinState.DRAFT


def test_a_blocking_check_stops_approving_too(office: Office) -> None:
    number = office.submitted()

    def spoil(session: Session) -> None:
        bulletin = session.get_one(Bulletin, number)
        bulletin.text = bulletin.text.replace("窓口", "〇〇")

    office.meddle(spoil)

    with pytest.raises(Blocked):
        office.approve(number)
    assert office.order(number) is None


@pytest.mark.parametrize("reason", [None, "", " \u3000\n"])
def test_urgency_and_returning_need_a_written_reason(office: Office, reason: str | None) -> None:
    number = office.submitted()

    with pytest.raises(ReasonMissing):
        office.approve(number, Decision(urgent=True, reason=reason))
    with pytest.raises(ReasonMissing):
        office.give_back(number, reason or "")

    assert office.bulletin(number).state == BulletinState.SUBMITTED


def test_an_urgent_bulletin_starts_at_once_with_approver_and_reason_in_the_ledger(office: Office) -> None:
    office.clock.set(tokyo("2026-11-22T03:00:00"))
    number = office.waiting(decision=Decision(urgent=True, reason="川があふれるおそれがあるため"))

    assert office.bulletin(number).starts_at == office.clock.now()
    line = next(line for line in office.history(number) if line.action == "bulletin.approved")
    details = json.loads(line.details)
    assert line.actor == BEN.actor
    assert details["urgent"] is True
    assert details["reason"] == "川があふれるおそれがあるため"


@pytest.mark.parametrize(
    ("approved", "starts"),
    [
        ("2026-11-20T10:00:00", "2026-11-20T10:01:00"),
        ("2026-11-20T18:30:00", "2026-11-24T09:00:00"),
        ("2026-11-22T12:00:00", "2026-11-24T09:00:00"),
        ("2026-11-20T16:59:30", "2026-11-20T16:59:55"),
    ],
)
def test_a_bulletin_starts_after_the_hold_and_inside_the_hours(office: Office, approved: str, starts: str) -> None:
    office.clock.set(tokyo(approved))

    number = office.waiting()

    assert office.bulletin(number).starts_at == tokyo(starts)


def test_without_a_hold_it_starts_at_once(office: Office) -> None:
    number = office.waiting(decision=Decision(no_hold=True))

    assert office.bulletin(number).starts_at == office.clock.now()


def test_within_the_hold_whoever_writes_may_pull_it_back_and_nothing_leaves(office: Office) -> None:
    office.residents("taro")
    number = office.waiting()

    office.give_back(number, "宛先の誤り", ANNA)
    office.clock.move(timedelta(days=7))
    office.open_due()
    office.fan_out()

    assert office.bulletin(number).state == BulletinState.RETURNED
    assert office.rows() == []


def test_returning_what_another_submitted_is_for_approvers_but_taking_back_ones_own_is_not(office: Office) -> None:
    number = office.draft(who=BEN)
    office.submit(number, BEN)
    with pytest.raises(NotAllowed):
        office.give_back(number, "直したい", ANNA)

    office.give_back(number, "直したい", BEN)

    assert office.bulletin(number).return_reason == "直したい"


def test_what_has_begun_cannot_be_returned(office: Office) -> None:
    number = office.begun()

    with pytest.raises(WrongState):
        office.give_back(number, "遅かった")


def test_every_step_stands_in_a_sound_ledger(office: Office) -> None:
    office.residents("taro")
    number = office.submitted()
    office.give_back(number, "件名を直してください")
    office.change(number, OTHER)
    office.submit(number)
    office.approve(number, Decision(no_hold=True))
    office.open_due()
    office.fan_out()
    office.halt(number)
    office.resume(number)
    office.post()
    office.finish()

    steps = "drafted submitted returned changed submitted approved started halted resumed sent"
    assert office.deeds(number) == [f"bulletin.{step}" for step in steps.split()]
    with office.database.read() as session:
        assert ledger.first_broken(session) is None
        assert session.scalar(select(PublishingOrder.audience)) == 1
