"""The practice mailbox: what would have gone out, as files."""

import mailbox
from pathlib import Path

import pytest

from mailer.courier import Delivered, Envelope, NotTried, Outcome
from mailer.practice_mailbox import PracticeMailbox, newest_letters
from tests.support.trays import ListTray

OCTETS = b"From: anzen@mail.example.jp\r\nSubject: x\r\n\r\ntext\r\n"


def envelope(number: int = 1) -> Envelope:
    return Envelope(number, "b-token@mail.example.jp", "a@example.jp", "example.jp", OCTETS)


async def deliver(folder: Path, *letters: Envelope) -> Outcome:
    """What came of the last one."""
    tray = ListTray(letters)
    await PracticeMailbox(folder).lines()[0].work(tray)
    return tray.outcome(letters[-1].number)


async def test_a_letter_lies_in_a_maildir_with_where_it_went_and_came_from(tmp_path: Path) -> None:
    await deliver(tmp_path / "box", envelope())

    [message] = mailbox.Maildir(tmp_path / "box", create=False)
    assert message["Return-Path"] == "<b-token@mail.example.jp>"
    assert message["Delivered-To"] == "a@example.jp"
    assert message["Subject"] == "x"
    assert message.get_payload() == "text\n"


async def test_a_letter_tried_twice_is_one_file_also_once_it_was_read(tmp_path: Path) -> None:
    await deliver(tmp_path, envelope())
    await deliver(tmp_path, envelope())
    [letter] = newest_letters(tmp_path)
    letter.path.rename(tmp_path / "cur" / f"{letter.path.name}:2,S")
    outcome = await deliver(tmp_path, envelope())

    assert isinstance(outcome, Delivered)
    assert len(list(newest_letters(tmp_path))) == 1


async def test_no_letter_is_seen_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailer.practice_mailbox.LONGEST_WAIT_SECONDS", 0.0)
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))

    outcome = await deliver(tmp_path, envelope())

    assert isinstance(outcome, NotTried)
    assert list(newest_letters(tmp_path)) == []


async def test_a_mailbox_that_cannot_be_written_fails_no_letter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailer.practice_mailbox.LONGEST_WAIT_SECONDS", 0.0)
    (tmp_path / "file").write_text("in the way")

    outcome = await deliver(tmp_path / "file", envelope())

    assert isinstance(outcome, NotTried)


async def test_the_newest_letters_come_first(tmp_path: Path) -> None:
    await deliver(tmp_path, *(envelope(number) for number in (1, 2, 3)))

    assert [letter.key for letter in newest_letters(tmp_path)] == ["000000000003", "000000000002", "000000000001"]
    assert list(newest_letters(tmp_path / "nowhere")) == []
