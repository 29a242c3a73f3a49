"""Reports as the mail systems write them, made here: tests and mutations start from these where no others lie."""


def postfix_report(
    reply: str,
    *,
    command: str = "end of DATA",
    recipient: str = "hanako.s@docomo.ne.jp",
    host: str = "mfsmax.docomo.ne.jp",
    status: str = "5.0.0",
    action: str = "failed",
) -> bytes:
    """A report of Postfix; it tells the phase in the folded text alone, never in the delivery-status part."""
    return (
        "Return-Path: <>\r\n"
        "From: MAILER-DAEMON@mail.example.jp (Mail Delivery System)\r\n"
        "To: b-token@mail.example.jp\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\n"
        "Auto-Submitted: auto-replied\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="B"\r\n'
        "\r\n--B\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n"
        "This is the mail system at host mail.example.jp.\r\n\r\n"
        f"<{recipient}>: host {host}[192.0.2.1] said:\r\n    {reply} (in reply to\r\n    {command} command)\r\n"
        "\r\n--B\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mail.example.jp\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nAction: {action}\r\nStatus: {status}\r\n"
        f"Remote-MTA: dns; {host}\r\nDiagnostic-Code: smtp; {reply}\r\n"
        "\r\n--B\r\nContent-Type: message/rfc822\r\n\r\n"
        f"From: town@example.jp\r\nTo: {recipient}\r\nSubject: notice\r\n\r\nUser unknown is what we warn of.\r\n"
        "\r\n--B--\r\n"
    ).encode()


def sendmail_report(transcript: str, *, recipient: str, host: str, status: str, reply: str) -> bytes:
    """A report of sendmail, with the dialogue as it went."""
    return (
        "Return-Path: <MAILER-DAEMON@mail.example.jp>\n"
        "From: Mail Delivery Subsystem <MAILER-DAEMON@mail.example.jp>\n"
        "To: <b-token@mail.example.jp>\n"
        "Subject: Returned mail: see transcript for details\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="B"\n\n'
        "--B\n\n   ----- The following addresses had permanent fatal errors -----\n"
        f"<{recipient}>\n    (reason: {reply})\n\n   ----- Transcript of session follows -----\n"
        f"... while talking to {host}.:\n{transcript}\n"
        "\n--B\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mail.example.jp\n\n"
        f"Final-Recipient: RFC822; {recipient}\nAction: failed\nStatus: {status}\n"
        f"Remote-MTA: DNS; {host}\nDiagnostic-Code: SMTP; {reply}\n\n--B--\n"
    ).encode()


def plain(
    text: str,
    *,
    sender: str = "MAILER-DAEMON@mail.example.jp",
    subject: str = "failure notice",
    headers: str = "Return-Path: <>\n",
    charset: str = "utf-8",
) -> bytes:
    """A mail of text alone."""
    head = f"{headers}From: {sender}\nTo: b-token@mail.example.jp\nSubject: {subject}\n"
    return f"{head}Content-Type: text/plain; charset={charset}\n\n".encode() + text.encode(charset)


def two_refused() -> bytes:
    """A report about two mailboxes behind one address: one is full, the other is gone."""
    first = postfix_report("552 5.2.2 Mailbox full", command="RCPT TO", recipient="a@town.test", host="mx.town.test")
    second = (
        b"<b@town.test>: host mx.town.test[192.0.2.1] said:\r\n    550 5.1.1 User unknown (in reply to\r\n"
        b"    RCPT TO command)\r\n\r\n--B\r\nContent-Type: message/delivery-status\r\n"
    )
    block = (
        b"Diagnostic-Code: smtp; 552 5.2.2 Mailbox full\r\n\r\nFinal-Recipient: rfc822; b@town.test\r\n"
        b"Action: failed\r\nStatus: 5.1.1\r\nRemote-MTA: dns; mx.town.test\r\n"
        b"Diagnostic-Code: smtp; 550 5.1.1 User unknown\r\n"
    )
    with_text = first.replace(b"\r\n--B\r\nContent-Type: message/delivery-status\r\n", b"\r\n" + second, 1)
    return with_text.replace(b"Diagnostic-Code: smtp; 552 5.2.2 Mailbox full\r\n", block, 1)
