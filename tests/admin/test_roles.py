"""What each role includes."""

import pytest

from admin.people.roles import Role


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (Role.VIEWER, {"viewer"}),
        (Role.DRAFTER, {"viewer", "drafter"}),
        (Role.APPROVER, {"viewer", "drafter", "approver"}),
        (Role.MANAGER, {"viewer", "drafter", "approver", "manager"}),
    ],
)
def test_each_role_may_what_the_ones_below_may(role: Role, allowed: set[str]) -> None:
    assert {needed.value for needed in Role if role.may(needed)} == allowed


def test_each_role_has_a_name_that_clerks_use() -> None:
    assert [role.label for role in Role] == ["閲覧者", "配信担当者", "配信責任者", "システム管理者"]
