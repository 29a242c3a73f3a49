"""The mailbox that mail is fetched from, as one setting names it."""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import unquote

from foundation.setting_values import may_be_clear, split_address

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class ImapSecurity(StrEnum):
    """How the line to the server is protected."""

    CLEAR = "imap"
    STARTTLS = "imap+starttls"
    TLS = "imaps"


_PORTS = {ImapSecurity.CLEAR: 143, ImapSecurity.STARTTLS: 143, ImapSecurity.TLS: 993}


@dataclass(frozen=True)
class ImapAccount:
    """A mailbox of ours on an IMAP server."""

    host: str
    port: int
    security: ImapSecurity
    user: str = field(repr=False)  # often an address
    password: str = field(repr=False)
    mailbox: str

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.security}://{host}:{self.port}/{self.mailbox}"


def imap_account(text: str) -> ImapAccount:
    """Without a mailbox's name it is INBOX. Nothing that is refused is quoted: it may hold the password."""
    form = "allowed: imaps://user:password@host/MAILBOX, imap+starttls://… or, on this machine or network, imap://…"
    parts, host = split_address(text, form)
    if parts.scheme not in list(ImapSecurity) or parts.query or parts.fragment:
        raise ValueError(form)
    security = ImapSecurity(parts.scheme)
    port = parts.port or _PORTS[security]
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    mailbox = unquote(parts.path.removeprefix("/")) or "INBOX"
    if not user or not password or _CONTROL.search(user + password + mailbox):
        raise ValueError(form)
    if security is ImapSecurity.CLEAR and not may_be_clear(host):
        raise ValueError("allowed: imap:// in clear goes to loopback and private addresses only")
    if security is ImapSecurity.STARTTLS and port == _PORTS[ImapSecurity.TLS]:
        raise ValueError("allowed: imaps:// at port 993, where a server speaks TLS from the start")
    return ImapAccount(host=host, port=port, security=security, user=user, password=password, mailbox=mailbox)
