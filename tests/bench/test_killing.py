"""What is concluded from the sink's record about a kill."""

from bench import residents
from bench.killing import Attempt, Killed, judge
from bench.records import Taken

KILLED = 100.0
PEOPLE = 3


def judged(*taken: Taken, trouble: str = "") -> Killed:
    return judge(taken, PEOPLE, Attempt("child", 0.5, lambda: None), killed=KILLED, trouble=trouble)


def letter(number: int, at: float) -> Taken:
    return Taken(at, residents.address(number), f"<{number}>")


def test_a_sender_that_takes_up_its_work_has_resumed_with_the_first_letter_after_the_kill() -> None:
    found = judged(letter(1, 99.9), letter(1, 102.0), letter(2, 102.1), letter(3, 102.5))

    assert (found.accepted_before, found.lost, found.repeats) == (1, 0, 1)
    assert (found.resumed, found.last_accepted) == (2.0, 2.5)
    assert found.reconciled


def test_a_letter_that_was_in_the_socket_at_the_kill_is_no_sign_of_life() -> None:
    found = judged(letter(1, 99.9), letter(2, 100.01), letter(3, 103.0))

    assert found.accepted_before == 2
    assert found.resumed == 3.0


def test_a_kill_after_the_last_letter_says_nothing_about_resuming() -> None:
    found = judged(letter(1, 98.0), letter(2, 98.1), letter(3, 98.2))

    assert (found.resumed, found.lost) == (None, 0)


def test_what_never_came_is_lost_and_trouble_with_the_counts_is_told() -> None:
    found = judged(letter(1, 99.0), letter(2, 103.0), trouble="not finished")

    assert found.lost == 1
    assert not found.reconciled
