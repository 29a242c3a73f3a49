"""Servers and lines that fail while mail is fetched: nothing is lost or stored twice, and it goes on by itself."""

import logging
import re
import socket
import threading
from collections.abc import Callable

import pytest

from mailer.imap_door import LONGEST_GAP, gap
from service.schema import METADATA
from tests.dovecot.fetching import Fetching, Post, delivered
from tests.support.dovecot import PASSWORD
from tests.support.house import eventually
from tests.support.imap_line import never

pytestmark = pytest.mark.dovecot


@pytest.fixture(autouse=True)
def _short_gaps(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """The gaps are the same, only shorter; all that is logged is caught."""
    caplog.set_level(logging.INFO, "mailer")
    monkeypatch.setattr("mailer.imap_door.gap", lambda _failures: 0.05)
    monkeypatch.setattr("mailer.imap_door.UNWELCOME_GAP", 0.2)
    monkeypatch.setattr("mailer.imap_mailbox.POLL_SECONDS", 0.1)


def once(word: bytes) -> Callable[[bytes], bool]:
    """True for the first command that holds the word."""
    left = [True]

    def is_first(command: bytes) -> bool:
        return word in command and bool(left) and left.pop()

    return is_first


@pytest.mark.parametrize("head", ["Message-ID: <1@x>", "Subject: no Message-ID"])
def test_a_line_cut_between_storing_and_marking_leaves_one_mail(post: Post, head: str) -> None:
    post.line.is_cut = once(b"STORE")
    post.mailbox.deliver(delivered(head))

    with post.fetched():
        post.settle(1)

    assert post.line.said(b"BODY.PEEK") == 2
    assert len(post.rows()) == 1


def test_two_like_mails_without_an_identity_are_two(post: Post) -> None:
    for _ in range(2):
        post.mailbox.deliver(delivered())

    with post.fetched():
        post.settle(2)

    assert len(post.rows()) == 2


def test_a_line_cut_in_the_middle_of_a_turn_is_taken_up_again(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(3):
        post.mailbox.deliver(delivered(sender=f"r{number}@example.jp"))
    post.line.is_cut = once(b"FETCH 2 ")

    with post.fetched():
        post.settle(3)
        eventually(lambda: "mail is fetched again" in caplog.text, what="the line that all is well")

    assert sorted(post.senders()) == [f"r{number}@example.jp" for number in range(3)]
    assert "lost (abort)" in caplog.text


def test_a_line_cut_while_idling_is_noticed(post: Post, fetching: Fetching) -> None:
    eventually(lambda: post.line.said(b"IDLE"), what="IDLE")

    post.line.cut_all()
    post.mailbox.deliver(delivered())

    post.settle(1)
    assert len(post.rows()) == 1


def test_a_mail_at_which_the_server_hangs_up_does_not_keep_the_others_away(post: Post) -> None:
    for number in range(3):
        post.mailbox.deliver(delivered(sender=f"r{number}@example.jp"))
    post.line.is_cut = lambda command: b"FETCH 1 " in command

    with post.fetched():
        eventually(lambda: len(post.rows()) == 2, what="the two others")
        post.line.is_cut = never
        post.settle(3)

    assert post.senders() == [f"r{number}@example.jp" for number in (1, 2, 0)]


def test_a_refused_password_is_told_once_without_it_and_tried_again_after_long(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    with post.fetched(password="hush-hush"):
        eventually(lambda: post.line.said(b"LOGIN") >= 3, what="three tries")

    [said] = caplog.records
    assert "user or password is refused" in said.getMessage()
    assert said.levelname == "ERROR"
    assert "hush" not in caplog.text
    assert post.mailbox.user not in caplog.text


def test_a_server_without_idle_is_asked_again_and_again(post: Post) -> None:
    post.line.garble = lambda answer: answer.replace(b" IDLE", b"")

    with post.fetched():
        eventually(lambda: post.line.said(b"SEARCH") >= 2, what="two looks")
        post.mailbox.deliver(delivered())
        post.settle(1)

    assert (len(post.rows()), post.line.said(b"IDLE"), post.line.said(b"LOGIN")) == (1, 0, 1)


@pytest.mark.parametrize("answer", [b"+ idling\r\n* 1 EXISTS\r\n", b"* 1 EXISTS\r\n+ idling\r\n"])
def test_what_comes_together_with_the_beginning_of_idle_is_not_overlooked(post: Post, answer: bytes) -> None:
    first = once(b"+ idling")
    post.line.garble = lambda said: said.replace(b"+ idling\r\n", answer) if first(said) else said

    with post.fetched():
        eventually(lambda: post.line.said(b"SEARCH") == 2, what="a second look")

    assert post.line.said(b"LOGIN") == 1


@pytest.mark.parametrize(
    "answer",
    [b"% NO [LIMIT] not now\r\n", b"% BAD what?\r\n", b"* 1 EXISTS\r\n% NO no\r\n", b"+ idling\r\n% OK enough\r\n"],
)
def test_a_server_that_does_not_bear_idle_is_not_asked_for_it_again(
    post: Post, caplog: pytest.LogCaptureFixture, answer: bytes
) -> None:
    post.line.answer = lambda said: answer.replace(b"%", said.split()[0]) if b"IDLE" in said else b""

    with post.fetched():
        eventually(lambda: post.line.said(b"SEARCH") >= 3, what="three looks")
        post.mailbox.deliver(delivered())
        post.settle(1)

    assert [post.line.said(word) for word in (b"IDLE", b"DONE", b"LOGIN")] == [1, 0, 1]
    assert caplog.records == []


def test_idle_that_the_server_ends_after_a_while_is_no_reason_to_hang_up(post: Post) -> None:
    post.line.answer = lambda said: b"+ idling\r\n" if b"IDLE" in said else b""

    with post.fetched():
        eventually(lambda: post.line.said(b"IDLE"), what="IDLE")
        post.line.say(post.line.commands[-1].split()[0] + b" NO [LIMIT] too long\r\n")
        post.mailbox.deliver(delivered())
        post.settle(1)

    assert [post.line.said(word) for word in (b"DONE", b"LOGIN")] == [0, 1]


def test_a_server_that_hangs_up_at_idle_is_called_more_and_more_seldom_and_told_of_once(
    post: Post, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    failures: list[int] = []

    def remembering(number: int) -> float:
        failures.append(number)
        return 0.02

    monkeypatch.setattr("mailer.imap_door.gap", remembering)
    post.line.is_cut = lambda command: b"IDLE" in command

    with post.fetched():
        eventually(lambda: len(failures) >= 4, what="four tries")

    assert failures[:4] == [0, 1, 2, 3]
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_where_no_keywords_are_kept_seen_is_the_mark(post: Post) -> None:
    post.line.garble = lambda answer: re.sub(rb"(PERMANENTFLAGS \([^)]*) \\\*\)", rb"\1)", answer)
    post.mailbox.deliver(delivered())

    with post.fetched():
        eventually(lambda: post.mailbox.flags() == ["S"], what="the mark")
        post.mailbox.deliver(delivered())
        eventually(lambda: post.mailbox.flags() == ["S", "S"], what="the second mark")

    assert post.line.said(b"BODY.PEEK") == 2
    assert len(post.rows()) == 2


def test_where_nothing_can_be_marked_nothing_is_fetched(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    post.line.garble = lambda answer: re.sub(rb"PERMANENTFLAGS \([^)]*\)", rb"PERMANENTFLAGS (\\Draft)", answer)
    post.mailbox.deliver(delivered())

    with post.fetched():
        eventually(lambda: "cannot be marked" in caplog.text, what="the complaint")

    assert (post.rows(), post.line.said(b"FETCH")) == ([], 0)


def test_a_mailbox_that_is_not_there_is_told(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    post.line.garble = lambda answer: re.sub(rb"(\w+) OK \[READ-WRITE\]", rb"\1 NO [NONEXISTENT]", answer)

    with post.fetched():
        eventually(lambda: "cannot be opened for writing" in caplog.text, what="the complaint")


def test_a_server_that_forgets_marks_does_not_make_us_go_round_in_circles(post: Post) -> None:
    post.line.garble = lambda answer: re.sub(rb"\* SEARCH[^\r]*", rb"* SEARCH 1", answer)
    post.mailbox.deliver(delivered())

    with post.fetched():
        post.settle(1)
        post.mailbox.deliver(delivered())
        eventually(lambda: post.line.said(b"SEARCH") >= 2, what="another look")

    assert post.line.said(b"FETCH 1 (UID BODY") == 1


def test_while_the_database_is_away_nothing_is_marked(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    METADATA.drop_all(post.database.engine)
    post.mailbox.deliver(delivered())

    with post.fetched():
        eventually(lambda: post.line.said(b"BODY.PEEK") >= 3, what="three tries")
        assert post.mailbox.flags() == [""]
        METADATA.create_all(post.database.engine)
        post.settle(1)
        eventually(lambda: "mail is fetched again" in caplog.text, what="the line that all is well")

    assert len(post.rows()) == 1
    assert caplog.text.count("the database does not answer (OperationalError)") == 1


def test_a_server_that_is_not_there_is_told_once(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    post.line.own_port = port

    with post.fetched():
        eventually(lambda: "ConnectionRefusedError" in caplog.text, what="the complaint")

    assert len(caplog.records) == 1
    assert PASSWORD not in caplog.text


@pytest.mark.parametrize("silent_at", [b"nothing", b"SEARCH", b"DONE", b"LOGIN"])
def test_it_ends_soon_whatever_the_server_does(post: Post, silent_at: bytes) -> None:
    post.line.is_deaf = lambda command: silent_at in command

    with post.fetched() as fetching:
        reached = b"IDLE" if silent_at in (b"nothing", b"DONE") else silent_at
        eventually(lambda: post.line.said(reached), what="the moment")

        assert fetching.end() < 10
        eventually(lambda: "imap" not in {thread.name for thread in threading.enumerate()}, what="its thread's end")


def test_the_gaps_grow_up_to_a_minute() -> None:
    gaps = [gap(failures) for failures in range(1000)]

    assert gaps == sorted(gaps)
    assert (gaps[0], gaps[-1]) == (1, LONGEST_GAP)
