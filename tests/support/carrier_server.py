"""A carrier's mail server in this process: keeps what it takes with the envelope as it was written on the wire."""

import socketserver
import threading
from dataclasses import dataclass
from email.message import EmailMessage
from enum import StrEnum
from types import TracebackType
from typing import Self

from tests.support.house import read_letter

LONGEST_WAIT_SECONDS = 20


class Stage(StrEnum):
    """Where in the dialogue a refusal is spoken."""

    RCPT = "rcpt"
    END_OF_DATA = "end of data"


@dataclass(frozen=True)
class Taken:
    """One mail answered with 250; addresses stand as the wire wrote them, without the angle brackets."""

    sender: str
    recipients: tuple[str, ...]
    octets: bytes

    @property
    def letter(self) -> EmailMessage:
        return read_letter(self.octets)


class CarrierServer:
    """Listens between entering and leaving. Addresses are asked for without quotes."""

    def __init__(self) -> None:
        self.taken: list[Taken] = []
        self.refused: list[str] = []
        self._refusals: dict[str, tuple[Stage, str]] = {}
        self._server = _Listener(("127.0.0.1", 0), _Guest)
        self._server.carrier = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    def refuse(self, address: str, stage: Stage, reply: str) -> None:
        """From now on this address is answered so."""
        self._refusals[address] = (stage, reply)

    def take(self, address: str) -> None:
        """From now on this address takes mail again."""
        self._refusals.pop(address, None)

    def mails(self, address: str) -> list[Taken]:
        """What an address was given, oldest first."""
        return [mail for mail in list(self.taken) if address in map(_plain, mail.recipients)]

    def answer(self, recipient: str, stage: Stage) -> str | None:
        """The refusal, if this is the stage for it."""
        at, reply = self._refusals.get(_plain(recipient), (None, ""))
        if at is not stage:
            return None
        self.refused.append(_plain(recipient))
        return reply


class _Listener(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    carrier: CarrierServer


class _Guest(socketserver.StreamRequestHandler):
    """One connection; speaks no more of SMTP than a mail server before it needs."""

    timeout = LONGEST_WAIT_SECONDS
    server: _Listener

    def handle(self) -> None:
        self._sender, self._recipients = "", list[str]()
        try:
            self._say("220 mfsmax.example.net ESMTP")
            while line := self.rfile.readline(2000):
                verb, _, rest = line.decode("ascii").strip().partition(" ")
                if verb.upper() == "QUIT":
                    self._say("221 bye")
                    return
                self._say(self._obey(verb.upper(), rest))
        except OSError:
            return

    def _obey(self, verb: str, rest: str) -> str:
        match verb:
            case "EHLO" | "HELO" | "RSET" | "NOOP":
                self._sender, self._recipients = "", []
                return "250 mfsmax.example.net"
            case "MAIL":
                self._sender = _between_brackets(rest)
                return "250 sender ok"
            case "RCPT":
                return self._recipient(_between_brackets(rest))
            case "DATA":
                return self._data() if self._recipients else "503 no recipient"
            case _:
                return "502 not known here"

    def _recipient(self, address: str) -> str:
        refusal = self.server.carrier.answer(address, Stage.RCPT)
        if refusal is None:
            self._recipients.append(address)
        return refusal or "250 recipient ok"

    def _data(self) -> str:
        self._say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b"."))
        recipients, self._recipients = tuple(self._recipients), []
        for recipient in recipients:
            if refusal := self.server.carrier.answer(recipient, Stage.END_OF_DATA):
                return refusal
        self.server.carrier.taken.append(Taken(self._sender, recipients, b"".join(lines)))
        return "250 taken"

    def _say(self, answer: str) -> None:
        self.wfile.write(answer.encode("ascii") + b"\r\n")


def _between_brackets(text: str) -> str:
    return text.partition("<")[2].rpartition(">")[0]


def _plain(address: str) -> str:
    return address.replace('"', "")
