"""`deliver-mail`: one mail on standard input, for Postfix's pipe(8); exit codes of sysexits."""

import os
import sys

import click
from sqlalchemy.exc import SQLAlchemyError

from mailer import inbound
from mailer.door import SIZE_LIMIT
from mailer.inbound import Incoming
from service.entrance import Entrance

EX_DATAERR = 65
EX_NOUSER = 67
EX_TEMPFAIL = 75


class Refused(click.ClickException):
    """For good: nobody of that name."""

    exit_code = EX_NOUSER


class Malformed(click.ClickException):
    """For good: the mail itself cannot be taken."""

    exit_code = EX_DATAERR


class NotNow(click.ClickException):
    """The mail server keeps the mail and tries again."""

    exit_code = EX_TEMPFAIL


@click.command("deliver-mail")
@click.option("--sender", required=True, help="the envelope sender; MAILER-DAEMON is the null sender")
@click.argument("recipients", metavar="RECIPIENT…", nargs=-1, required=True)
@click.pass_obj
def deliver_mail(entrance: Entrance, sender: str, recipients: tuple[str, ...]) -> None:
    """Take in one mail from a mail server on this host."""
    raw = sys.stdin.buffer.read(SIZE_LIMIT + 1)
    if len(raw) > SIZE_LIMIT:
        raise Malformed("the message is larger than 1 MiB")
    ours = tuple(dict.fromkeys(_ours(entrance, recipient) for recipient in recipients))
    # A pipe gives plain line ends; the door's form is kept, so that the same mail by two roads is the same.
    mail = Incoming(_from(sender), ours, raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    try:
        with entrance.database.write() as session:
            inbound.store(session, mail, at=entrance.clock.now())
    except SQLAlchemyError:
        raise NotNow("the message could not be stored, try again later") from None


def _ours(entrance: Entrance, recipient: str) -> str:
    local, _, domain = recipient.strip('<>"').rpartition("@")
    if domain.lower() != entrance.settings.mail_domain or not entrance.recipients.is_wanted(local.lower()):
        raise Refused("no such address here")
    return f"{local}@{domain}".lower()


def _from(sender: str) -> str:
    """Octets that are no UTF-8 become question marks: nobody can be answered there, and the mail itself is taken."""
    return inbound.envelope_sender(os.fsencode(sender).decode("utf-8", "replace").replace("\ufffd", "?"))
