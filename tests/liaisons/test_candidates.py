"""Candidates: sent by any section, decided once by the owning one."""

from dataclasses import replace

import pytest

from liaisons import candidates
from liaisons.candidates import FIELDS, AlreadyDecided, CandidateForm, CandidateUnfit
from tests.liaisons.office import SATO, Clerk, Office

FORM = CandidateForm("鈴木 花子", "丘の上小PTA", "見守りに熱心です。", "学校へ電話", "学校教育課")
OTHER = Clerk(9, "鈴木")


def test_a_candidate_waits_until_it_is_decided_and_then_for_good(office: Office) -> None:
    at = office.clock.now()
    with office.database.write() as session:
        first = candidates.send(session, FORM, OTHER, at=at)
        again = candidates.send(session, FORM, OTHER, at=at)
        assert (first.id, candidates.count_waiting(session)) == (again.id, 1)

        candidates.put_aside(session, first.id, "いまは足りています", SATO, at=at)

        assert candidates.count_waiting(session) == 0
        assert [row.aside_because for row in candidates.sent_by(session, OTHER.id)] == ["いまは足りています"]
        for step in (candidates.put_aside, candidates.take):
            with pytest.raises(AlreadyDecided):
                step(session, first.id, "1" if step is candidates.put_aside else 1, SATO, at=at)  # type: ignore[arg-type]
    assert [line.action for line in office.ledger()] == ["candidate.sent", "candidate.put-aside"]
    assert not any("鈴木" in line.details for line in office.ledger())


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("typed", ["", "   ", "あ" * 301, "a\x00b", "a\x07b", "a\u202eb"])
def test_what_is_missing_or_odd_is_named(office: Office, field: str, typed: str) -> None:
    form = replace(FORM, **{field: typed})

    with pytest.raises(CandidateUnfit) as told, office.database.write() as session:
        candidates.send(session, form, OTHER, at=office.clock.now())

    assert list(told.value.errors) == [field]


@pytest.mark.parametrize("because", ["", " ", "あ" * 201, "a\x00"])
def test_nobody_is_put_aside_without_a_reason(office: Office, because: str) -> None:
    with office.database.write() as session:
        row = candidates.send(session, FORM, OTHER, at=office.clock.now())

    with pytest.raises(CandidateUnfit), office.database.write() as session:
        candidates.put_aside(session, row.id, because, SATO, at=office.clock.now())
