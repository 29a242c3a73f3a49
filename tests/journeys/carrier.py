"""What a carrier's server sends back."""


def bounce_of(
    address: str, *, status: str = "5.1.1", words: str = "550 5.1.1 User unknown", phase: str = "RCPT TO"
) -> bytes:
    """A delivery status report (RFC 3464) as a mail server writes it."""
    return "\r\n".join(
        [
            "From: MAILER-DAEMON@mx.example.net",
            "Subject: Undelivered Mail Returned to Sender",
            "Auto-Submitted: auto-replied",
            "MIME-Version: 1.0",
            'Content-Type: multipart/report; report-type=delivery-status; boundary="B"',
            "",
            "--B",
            "Content-Type: text/plain; charset=us-ascii",
            "",
            "Your message could not be delivered.",
            "",
            f"<{address}>: host mx.example.net said: {words} (in reply to {phase} command)",
            "",
            "--B",
            "Content-Type: message/delivery-status",
            "",
            "Reporting-MTA: dns; relay.example.jp",
            "",
            f"Final-Recipient: rfc822; {address}",
            "Action: failed",
            f"Status: {status}",
            "Remote-MTA: dns; mx.example.net",
            f"Diagnostic-Code: smtp; {words}",
            "",
            "--B--",
            "",
        ]
    ).encode()
