"""Mails set aside: why, in plain words; what to do next; and nothing a stranger writes does any harm."""

import re
from email.message import EmailMessage

import pytest

from admin.people.roles import Role
from admin.residents.mail_reading import LONGEST_SHOWN
from mailer import inbound
from mailer.inbound import InboundRow, Incoming
from tests.admin.whole_console import Console, words

SENDER = "hanako@example.net"
POSTMASTER = "postmaster: to be read by a person"


def set_aside(console: Console, raw: bytes, *, sender: str = SENDER, note: str = POSTMASTER) -> str:
    """The path of its page."""
    with console.home.database.write() as session:
        inbound.store(session, Incoming(sender, ("postmaster@mail.example.jp",), raw), at=console.clock.now())
        session.flush()
        number = session.query(InboundRow.id).order_by(InboundRow.id.desc()).limit(1).scalar()
        inbound.set_aside(session, number, note)
    return f"/admin/inbound/{number}"


def letter() -> bytes:
    message = EmailMessage()
    message["From"] = f"山田 花子 <{SENDER}>"
    message["To"] = "postmaster@mail.example.jp"
    message["Subject"] = "メールが届きません"
    message["Date"] = "Tue, 24 Nov 2026 08:30:00 +0900"
    message.set_content("先週から届いていません。")
    message.add_attachment(b"the picture itself", maintype="image", subtype="jpeg", filename="画面の写真.jpg")
    return message.as_bytes()


def test_the_list_says_why_in_plain_words_and_keeps_the_note_in_small_print(console: Console) -> None:
    set_aside(console, letter())
    set_aside(console, letter(), note="ZeroDivisionError")

    page = console.browser(Role.VIEWER).get("/admin/inbound")

    assert "postmaster・abuse あてのメールです。" in words(page)
    assert "処理の途中で、予期しない不具合が起きました。" in words(page)
    assert f'<small class="soft">{POSTMASTER}</small>' in page.text
    assert "職員の確認待ち2" in words(page)


def test_what_waits_for_a_person_is_not_counted_as_waiting_for_the_machine(console: Console) -> None:
    set_aside(console, letter())

    assert "処理待ち" not in words(console.browser(Role.VIEWER).get("/admin/inbound"))


def test_a_mail_shows_its_headers_its_text_and_the_names_of_what_is_attached(console: Console) -> None:
    page = console.browser(Role.VIEWER).get(set_aside(console, letter()))

    said = words(page)
    assert "日時 Date2026年11月24日(火) 8:30" in said
    assert f"差出人 From山田 花子 <{SENDER}>" in said
    assert "件名 Subjectメールが届きません" in said
    assert "自動送信 Auto-Submitted（なし）" in said
    assert "先週から届いていません。" in said
    assert "画面の写真.jpg image/jpeg" in said
    assert "the picture itself" not in page.text


def test_the_sender_is_there_to_copy_and_looked_up_without_standing_in_an_address(console: Console) -> None:
    number = console.resident(SENDER)
    browser = console.browser(Role.VIEWER)

    page = browser.get(set_aside(console, letter()))
    found = browser.post("/admin/subscribers", data={"address": SENDER})

    assert re.search(rf'<input[^>]* value="{SENDER}" readonly', page.text)
    assert f'<input type="hidden" name="address" value="{SENDER}">' in page.text
    assert "@" not in "".join(re.findall(r'(?:href|action)="([^"]*)"', page.text))
    assert found.headers["location"] == f"/admin/subscribers/{number}"


def test_the_first_thing_to_press_is_that_it_is_done(console: Console) -> None:
    path = set_aside(console, letter(), note="ZeroDivisionError")
    drafter, viewer = console.browser(Role.DRAFTER), console.browser(Role.VIEWER)

    shown, seen = drafter.get(path).text, viewer.get(path).text
    done = drafter.post(path, data={"action": "done"})

    assert shown.index('value="done"') < shown.index('value="again"')
    assert 'value="done"' not in seen
    assert viewer.post(path, data={"action": "done"}).status_code == 403
    assert done.headers["location"] == "/admin/inbound?done=inbound-done"


def test_what_only_a_person_can_settle_is_not_offered_to_the_machine_again(console: Console) -> None:
    page = console.browser(Role.DRAFTER).get(set_aside(console, letter()))

    assert 'value="done"' in page.text
    assert 'value="again"' not in page.text


def test_a_mail_without_a_sender_is_not_to_be_answered(console: Console) -> None:
    page = console.browser(Role.DRAFTER).get(set_aside(console, letter(), sender=""))

    assert "返信はできません。" in words(page)
    assert "readonly" not in page.text


def test_a_sender_who_shows_another_name_is_pointed_out(console: Console) -> None:
    browser = console.browser(Role.VIEWER)

    honest = browser.get(set_aside(console, letter(), sender="Hanako@example.net"))
    other = browser.get(set_aside(console, letter(), sender="someone@elsewhere.example"))

    assert "なりすまし" not in words(honest)
    assert "なりすまし" in words(other)


def test_a_mail_of_a_machine_is_called_one(console: Console) -> None:
    page = console.browser(Role.VIEWER).get(set_aside(console, b"Auto-Submitted: auto-replied\n\nI am away"))

    assert "自動で送られたメールです（auto-replied）" in words(page)


@pytest.mark.parametrize("charset", ["iso2022_jp", "cp932", "euc_jp", "utf-8"])
def test_japanese_is_read_however_it_was_written(console: Console, charset: str) -> None:
    raw = b"Subject: " + "配信の停止".encode(charset) + b"\n\n" + "止めてください。".encode(charset)

    page = words(console.browser(Role.VIEWER).get(set_aside(console, raw)))

    assert "件名 Subject配信の停止" in page
    assert "止めてください。" in page


def test_markup_in_any_place_is_text(console: Console) -> None:
    evil = b"<img src=x onerror=alert(1)>"
    raw = b"".join(name + b": " + evil + b"\n" for name in (b"Subject", b"From", b"To", b"Date", b"Auto-Submitted"))
    raw += b"Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\n" + evil
    raw += b'\n--x\nContent-Type: application/x; name="' + evil + b'"\n\nz\n--x--\n'

    page = console.browser(Role.VIEWER).get(set_aside(console, raw, sender='"<b>"@example.net', note="<i>note</i>"))

    assert page.text.count("&lt;img src=x onerror=alert(1)&gt;") >= 6
    assert not re.search(r"<(img|b|i)[ >]", page.text)


def test_writing_is_not_turned_round_and_controls_are_seen(console: Console) -> None:
    raw = "Subject: a\u202egpj.exe\x1b[2J\n\nb\u2066c\x07\x85d\te".encode()

    page = console.browser(Role.VIEWER).get(set_aside(console, raw))

    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", page.text)
    assert "a\ufffdgpj.exe" in page.text
    assert "d\te" in page.text


def test_a_mail_without_end_is_cut(console: Console) -> None:
    raw = b"Subject: " + b"s" * 5_000 + b"\n\n" + b"w" * 60_000

    page = console.browser(Role.VIEWER).get(set_aside(console, raw))

    assert "長いため、ここまでを表示しています。" in words(page)
    assert page.text.count("w") < LONGEST_SHOWN + 500
    assert page.text.count("s" * 301) == 0


def test_many_attachments_are_counted(console: Console) -> None:
    part = b"--x\nContent-Type: application/x; name=a.bin\n\nz\n"
    raw = b"Content-Type: multipart/mixed; boundary=x\n\n" + part * 30 + b"--x--\n"

    page = words(console.browser(Role.VIEWER).get(set_aside(console, raw)))

    assert "添付ファイル（30）" in page
    assert "ほかに 10個" in page


@pytest.mark.parametrize("raw", [b"", b"\x00", b"\xff" * 300, b"Content-Type: multipart/mixed; boundary=x\n\n--x"])
def test_a_mail_without_text_is_a_page_too(console: Console, raw: bytes) -> None:
    page = console.browser(Role.VIEWER).get(set_aside(console, raw))

    assert page.status_code == 200
    assert "次にすること" in words(page)


def test_nobody_reads_a_mail_without_signing_in(console: Console) -> None:
    path = set_aside(console, letter())
    browser = console.browser(Role.VIEWER)
    browser.cookies.clear()

    assert browser.get(path).headers["location"].startswith("/admin/sign-in")
