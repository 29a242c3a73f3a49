"""Mail fetched from a mailbox: stored once, then marked, never deleted."""

import logging
import os
import re
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from mailer.imap_door import OLDEST_TAKEN
from tests.dovecot.fetching import ENTRY, Fetching, Post, delivered
from tests.support.certificates import Authority
from tests.support.entrance import TOKEN
from tests.support.house import eventually
from tests.support.mail_engine import DOMAIN

pytestmark = pytest.mark.dovecot
FORGED = ("Return-Path: <forged@example.com>", f"Delivered-To: b-{TOKEN}@{DOMAIN}", "X-Original-To: touroku-en@d")


def test_a_mail_is_stored_as_it_came_and_then_marked(post: Post) -> None:
    post.mailbox.deliver(delivered("Subject: x", body=b"text\n"))

    with post.fetched():
        post.settle(1)

    [row] = post.rows()
    assert (row.envelope_from, row.recipient, row.received_at) == ("taro@docomo.ne.jp", ENTRY, post.clock.now())
    assert row.raw == delivered("Subject: x", body=b"text\n").replace(b"\n", b"\r\n")
    assert "$HanshoStored" in post.mailbox.keywords()


def test_nothing_is_deleted_nor_seen_not_even_what_another_marked_as_deleted(post: Post) -> None:
    for number in range(3):
        post.mailbox.deliver(delivered(f"Message-ID: <{number}@x>"))
    doomed = post.mailbox.folder / "new" / post.mailbox.files()[1]
    doomed.rename(post.mailbox.folder / "cur" / f"{doomed.name}:2,T")

    with post.fetched():
        post.settle(3)

    assert post.mailbox.flags() == ["a", "Ta", "a"]


def test_many_are_fetched_the_oldest_first(post: Post) -> None:
    for number in range(70):
        post.mailbox.deliver(delivered(f"Message-ID: <{number}@x>", sender=f"r{number}@example.jp"))

    with post.fetched():
        post.settle(70)

    assert post.senders() == [f"r{number}@example.jp" for number in range(70)]


def test_what_is_marked_is_not_fetched_again(post: Post) -> None:
    post.mailbox.deliver(delivered())
    with post.fetched():
        post.settle(1)

    with post.fetched():
        eventually(lambda: post.line.said(b"IDLE") == 2, what="the second look")

    assert post.line.said(b"BODY.PEEK") == 1


def test_what_came_six_days_ago_is_marked_and_left_and_only_counted_in_the_log(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    oldest_taken = post.clock.now() - OLDEST_TAKEN
    for number in range(200):
        post.mailbox.deliver(delivered(), at=oldest_taken - timedelta(days=10 * number))
    post.mailbox.deliver(delivered(sender="late@example.jp"), at=oldest_taken + timedelta(seconds=1))

    with post.fetched():
        post.settle(201)

    assert post.senders() == ["late@example.jp"]
    assert post.line.said(b"BODY.PEEK") == 1
    [said] = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert said.startswith("200 mails in imap://127.0.0.1:")
    assert "@" not in said


def test_a_mailbox_that_was_moved_and_lost_its_marks_is_not_acted_on_again(post: Post) -> None:
    post.mailbox.deliver(delivered(), at=post.clock.now())
    with post.fetched():
        post.settle(1)
    post.clock.move(OLDEST_TAKEN)
    moved = replace(post, mailbox=post.dovecot.mailbox(uuid4().hex[:12]))
    moved.mailbox.deliver(delivered(), at=post.clock.now() - OLDEST_TAKEN)

    with moved.fetched():
        moved.settle(1)

    assert len(post.rows()) == 1


def test_a_mail_that_somebody_has_opened_is_fetched_all_the_same(post: Post) -> None:
    post.mailbox.deliver(delivered())
    seen = post.mailbox.folder / "new" / post.mailbox.files()[0]
    seen.rename(post.mailbox.folder / "cur" / f"{seen.name}:2,S")

    with post.fetched():
        post.settle(1)

    assert len(post.rows()) == 1


@pytest.mark.parametrize(
    "moment",
    [
        b'"yesterday"',
        b"NIL",
        b'"31-Feb-2020 10:00:00 +0900"',
        b'"1-Jan-2020 10:00:00 +99999999999999999999"',
        b'"\xff"',
    ],
)
def test_a_mail_whose_age_the_server_does_not_tell_is_taken_for_a_new_one(post: Post, moment: bytes) -> None:
    post.line.garble = lambda answer: re.sub(rb'INTERNALDATE "[^"]*"', b"INTERNALDATE " + moment, answer)
    post.mailbox.deliver(delivered())

    with post.fetched():
        post.settle(1)

    assert len(post.rows()) == 1


def test_only_the_topmost_trace_is_believed(post: Post) -> None:
    post.mailbox.deliver(delivered(*FORGED, sender="true@example.jp"))

    with post.fetched():
        post.settle(1)

    assert [(row.envelope_from, row.recipient) for row in post.rows()] == [("true@example.jp", ENTRY)]


def test_a_mail_whose_sender_our_server_does_not_name_has_the_null_sender(post: Post) -> None:
    post.mailbox.deliver(delivered("From: taro@example.com", sender=None))
    post.mailbox.deliver(delivered("From: taro@example.com", sender=""))

    with post.fetched():
        post.settle(2)

    assert post.senders() == ["", ""]


def test_a_mail_to_a_stranger_is_left_there_marked_and_only_counted_in_the_log(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    for to in ("somebody@mail.example.jp", "touroku@example.com", None, "b-aaaaaaaaaaaaaaaa@mail.example.jp"):
        post.mailbox.deliver(delivered(f"To: {ENTRY}", to=to))

    with post.fetched():
        post.settle(4)

    assert post.rows() == []
    [said] = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert said.startswith("4 mails in imap://127.0.0.1:")
    assert "@" not in said


def test_a_broken_mail_does_not_stop_the_next(post: Post) -> None:
    post.mailbox.deliver(os.urandom(5000))
    post.mailbox.deliver(b"Return-Path: <\x00\xff@\x01>\nDelivered-To: " + ENTRY.encode() + b"\nMessage-ID: \xff\x00\n")
    post.mailbox.deliver(b"")
    post.mailbox.deliver(delivered("Content-Type: multipart/mixed; boundary=x", body=b"--x\nContent-Type: multipart/"))
    post.mailbox.deliver(delivered(sender="good@example.jp"))

    with post.fetched():
        post.settle(5)

    assert post.senders()[-1] == "good@example.jp"
    assert len(post.rows()) == 3


def test_a_mail_that_is_too_large_is_set_aside_flagged_and_the_next_is_served(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    post.mailbox.deliver(delivered(body=(b"b" * 76 + b"\n") * 14_000))
    post.mailbox.deliver(delivered(sender="good@example.jp"))

    with post.fetched():
        post.settle(2)

    assert post.senders() == ["good@example.jp"]
    assert post.mailbox.flags() == ["Fa", "a"]
    assert "mail 1 in " in caplog.text
    assert "larger than 1 MiB" in caplog.text


def test_what_cannot_be_stored_is_set_aside_flagged_and_the_next_is_served(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumbling(raw: bytes) -> str:
        if b"stumble" in raw:
            raise RecursionError
        return "good@example.jp"

    monkeypatch.setattr("mailer.imap_door.sender_of", stumbling)
    post.mailbox.deliver(delivered("Subject: stumble"))
    post.mailbox.deliver(delivered())

    with post.fetched():
        post.settle(2)

    assert post.senders() == ["good@example.jp"]
    assert post.mailbox.flags() == ["Fa", "a"]


def test_a_new_mail_arrives_while_the_server_is_idling(post: Post, fetching: Fetching) -> None:
    eventually(lambda: post.line.said(b"IDLE"), what="IDLE")

    post.mailbox.deliver(delivered())

    eventually(post.rows, what="the mail")
    assert post.line.said(b"LOGIN") == 1


@pytest.mark.parametrize("scheme", ["imaps", "imap+starttls"])
def test_by_tls_too(post: Post, authority: Authority, scheme: str) -> None:
    post.mailbox.deliver(delivered())

    with post.fetched(scheme=scheme, tls=authority.trusting()):
        post.settle(1)
        post.mailbox.deliver(delivered(sender="second@example.jp"))
        post.settle(2)

    assert post.senders() == ["taro@docomo.ne.jp", "second@example.jp"]


def test_a_server_with_a_foreign_certificate_gets_no_password(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    with post.fetched(scheme="imaps"):
        eventually(lambda: "SSLCertVerificationError" in caplog.text, what="the refusal")

    assert post.mailbox.user not in post.dovecot.log()
