"""The mails that mutations begin with: the graded ones where they lie beside the project, else reports made here."""

from itertools import islice

from bench.blank_shapes import shapes
from bench.graded import GRADED, mails
from bench.sample_reports import plain, postfix_report, sendmail_report

_NOTICE = (
    '{"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bouncedRecipients":[{"emailAddress":'
    '"a@example.jp","status":"5.1.1","action":"failed","diagnosticCode":"smtp; 550 5.1.1 user unknown"}]}}'
)
_COMPLAINT = (
    b"From: staff@example.com\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/report; report-type=feedback-report; boundary="B"\r\n\r\n'
    b"--B\r\nContent-Type: text/plain\r\n\r\nThis is an abuse report.\r\n"
    b"--B\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nOriginal-Rcpt-To: a@example.jp\r\n"
    b"\r\n--B--\r\n"
)
BLANK_EVERY = 97  # of the shapes one


def seeds() -> list[bytes]:
    """Some of each kind that comes in, the same at each call."""
    blank = [each.raw for each in islice(shapes(), None, None, BLANK_EVERY)]
    if GRADED.is_dir():
        return [*mails().values(), *blank]
    return [*_made(), *blank]


def _made() -> list[bytes]:
    return [
        postfix_report("550 Unknown user hanako.s@docomo.ne.jp", command="RCPT TO"),
        postfix_report("552 5.2.2 Mailbox full", recipient="a@example.jp", host="mx.example.jp", action="delayed"),
        sendmail_report(
            ">>> RCPT To:<a@example.jp>\n<<< 550 5.1.1 User unknown\n550 5.1.1 <a@example.jp>... User unknown\n",
            recipient="a@example.jp",
            host="mx.example.jp",
            status="5.1.1",
            reply="550 5.1.1 User unknown",
        ),
        plain("メールを送信できませんでした。\n<a@example.jp>: 550 5.1.1\n", charset="iso-2022-jp"),
        plain("宛先不明のため届けられませんでした。\n<a@ezweb.ne.jp>\n", subject="エラーメール", charset="cp932"),
        plain(_NOTICE, sender="MAILER-DAEMON@amazonses.com"),
        plain("休暇中です。", sender="jiro@example.jp", subject="自動返信", headers="Auto-Submitted: auto-replied\n"),
        _COMPLAINT,
    ]
