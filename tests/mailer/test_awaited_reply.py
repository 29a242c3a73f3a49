"""When four replies say that all is well."""

import pytest

from mailer.awaited_reply import all_is_well

WELL = [b"250 taken", b"250 sender", b"250 recipient", b"354 go on"]


def test_an_acceptance_with_an_invitation_behind_it_is_well() -> None:
    assert all_is_well(WELL)


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("other", [b"451 not now", b"550 never", b"000 an answer that is none"])
def test_one_refusal_among_them_is_not(place: int, other: bytes) -> None:
    assert not all_is_well([*WELL[:place], other, *WELL[place + 1 :]])


@pytest.mark.parametrize("replies", [[], WELL[:3], WELL[1:], [*WELL, WELL[0]], WELL[::-1]])
def test_fewer_or_more_or_others_are_not(replies: list[bytes]) -> None:
    assert not all_is_well(replies)
