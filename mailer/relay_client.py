"""The relay's client: aiosmtplib opens and signs in, and speaks where the relay does not offer PIPELINING."""

import asyncio
import base64
import ssl
from dataclasses import dataclass, field
from typing import cast

import aiosmtplib
from aiosmtplib import (
    SMTP,
    SMTPConnectResponseError,
    SMTPResponse,
    SMTPResponseException,
    SMTPServerDisconnected,
)

from foundation.setting_values import Relay, Security
from mailer.bounce_report.phase import Phase
from mailer.burst import Burst
from mailer.courier import Delivered, Envelope, Outcome, Unwanted
from mailer.dialogue import QUIET, QUIT_SECONDS, Desk, Dialogue, Patience, Rest
from mailer.pipelined_dialogue import PipelinedDialogue
from mailer.relay_verdict import UNWRITABLE, Answer, Fault, Trouble, heard, is_over, lost, without_addresses
from mailer.wire import announcement, content, readable


class NotOpened(Exception):
    """The relay could not be reached, is not who it should be, or does not let us in."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.reason)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class Opener:
    """Opens connections to one relay."""

    relay: Relay
    greeting_name: str
    tls: ssl.SSLContext | None
    patience: Patience
    burst: Burst = field(default_factory=Burst)

    async def open(self) -> Dialogue:
        """Raises NotOpened."""
        relay = self.relay
        client = SMTP(
            hostname=relay.host,
            port=relay.port,
            local_hostname=self.greeting_name,
            timeout=self.patience.opening,
            use_tls=relay.security is Security.TLS,
            start_tls=relay.security is Security.STARTTLS,
            tls_context=self.tls,
            username=relay.user,
            password=relay.password,
        )
        opening = asyncio.ensure_future(_begin(client))
        try:
            # A cancellation that comes together with the connection gets lost in the library on Python 3.11: not here.
            await asyncio.wait({opening})
        except asyncio.CancelledError:
            opening.cancel()
            opening.add_done_callback(_forget)
            client.close()
            raise
        problem = opening.exception()
        if problem is not None:
            client.close()
            if isinstance(problem, (OSError, ValueError, aiosmtplib.SMTPException)):
                raise NotOpened(_trouble(problem, relay)) from None
            raise problem
        if client.supports_extension("pipelining"):
            # No isinstance: the transports of uvloop are not derived from asyncio's.
            return PipelinedDialogue(cast(asyncio.Transport, client.transport), self.patience, self.burst)
        return PlainDialogue(client, self.patience)


class PlainDialogue:
    """One command after another, each by aiosmtplib."""

    def __init__(self, client: SMTP, patience: Patience) -> None:
        self._client = client
        self._patience = patience
        self._is_first = True
        self._needs_reset = False

    @property
    def is_open(self) -> bool:
        return self._client.is_connected

    async def serve(self, first: Envelope, desk: Desk) -> Rest:
        envelope: Envelope | None = first
        while envelope is not None:
            outcome = await self._offer(envelope, desk)
            if isinstance(outcome, Trouble):
                self.drop()
                return Rest(outcome, envelope, self._is_first)
            self._is_first = False
            desk.ended(envelope, outcome)
            _end_if_cancelled()
            if not self.is_open:
                return Rest(Trouble(Fault.LOST, "it closes the connection"))
            envelope = desk.take()
        return QUIET

    async def quit(self) -> None:
        try:
            await self._client.quit(timeout=QUIT_SECONDS)
        except (OSError, aiosmtplib.SMTPException):
            pass
        finally:
            self._client.close()

    def drop(self) -> None:
        self._client.close()

    async def _offer(self, envelope: Envelope, desk: Desk) -> Outcome | Trouble:
        try:
            mail, rcpt = announcement(envelope)
        except ValueError:
            return UNWRITABLE
        phase = Phase.MAIL
        try:
            if self._needs_reset:
                await self._client.rset(timeout=self._patience.answer)
                self._needs_reset = False
            answer = await self._say(mail)
            if answer.code == 250:
                phase, self._needs_reset = Phase.RCPT, True
                answer = await self._say(rcpt)
            if phase is Phase.RCPT and answer.code in (250, 251):
                phase = Phase.DATA
                answer = await self._say(b"DATA")
            if phase is Phase.DATA and answer.code == 354:
                if not desk.may_go(envelope):
                    # Invited to send, there is no other clean way not to.
                    self.drop()
                    return Unwanted()
                phase, self._needs_reset = Phase.END_OF_DATA, False
                answer = await self._send(envelope)
        except (OSError, aiosmtplib.SMTPException) as problem:
            self.drop()
            return lost(phase, _words(problem), is_first=self._is_first)
        text = _text(answer)
        if phase is Phase.END_OF_DATA and answer.code == 250:
            return Delivered(f"{answer.code} {text}")
        if is_over(answer.code):
            self.drop()
        return heard(Answer(phase, answer.code, text, self._is_first), envelope.domain)

    async def _say(self, command: bytes) -> SMTPResponse:
        return await self._client.execute_command(command, timeout=self._patience.answer)

    async def _send(self, envelope: Envelope) -> SMTPResponse:
        protocol = self._client.protocol
        if protocol is None:
            raise SMTPServerDisconnected("it closed the connection")
        protocol.write(content(envelope))
        return await protocol.read_response(timeout=self._patience.end)


async def _begin(client: SMTP) -> None:
    """What the relay offers is asked for after the connection is secured; one of old times knows HELO alone."""
    await client.connect()
    if not client.is_ehlo_or_helo_needed:
        return
    try:
        await client.ehlo()
    except aiosmtplib.SMTPHeloError:
        if not client.is_connected:
            raise
        await client.helo()


def _forget(opening: asyncio.Task[None]) -> None:
    """Nobody wants to know any more what came of it."""
    if not opening.cancelled():
        opening.exception()


def _end_if_cancelled() -> None:
    """A cancellation that came together with an answer was lost on the way, as above."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _text(answer: SMTPResponse) -> str:
    return readable(answer.message.replace("\n", " ").encode("utf-8", "surrogateescape"))


def _trouble(problem: Exception, relay: Relay) -> Trouble:
    fault = Fault.UNREACHABLE
    if isinstance(problem, SMTPConnectResponseError) and 400 <= problem.code <= 499:
        fault = Fault.NO_ROOM
    return Trouble(fault, _without_secrets(without_addresses(_words(problem)), relay))


def _words(problem: BaseException) -> str:
    """For a person who has to mend it."""
    cause = problem.__cause__ or problem
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"its certificate is not valid: {cause.verify_message}"
    if isinstance(cause, ssl.SSLError):
        return f"no secure connection: {cause.reason}"
    if isinstance(cause, ConnectionRefusedError):
        return "it refuses connections"
    if isinstance(problem, TimeoutError):
        return "it did not answer in time"
    if isinstance(problem, aiosmtplib.SMTPAuthenticationError):
        return f"it does not accept our sign-in: {_answer(problem)}"
    if isinstance(problem, SMTPResponseException):
        return f"it answered {_answer(problem)}"
    return str(cause) or type(cause).__name__


def _answer(problem: SMTPResponseException) -> str:
    return f"{problem.code} {_text(SMTPResponse(problem.code, problem.message))}"


def _without_secrets(text: str, relay: Relay) -> str:
    """Some servers quote what they were told."""
    for secret in (relay.password, relay.user):
        if secret:
            for form in (secret, base64.b64encode(secret.encode()).decode()):
                text = text.replace(form, "(secret)")
    return text
