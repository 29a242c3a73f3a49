"""The relay: letters handed over by aiosmtplib to a mail server of the city or of its provider."""

import ssl
from collections.abc import Sequence

import aiosmtplib
from aiosmtplib import SMTP, SMTPResponseException

from foundation.setting_values import Relay, Security
from mailer.bounce_report.bounce_class import BounceClass
from mailer.bounce_report.phase import Phase
from mailer.bounce_report.smtp_reply import is_permanent, read_reply
from mailer.courier import Deferred, Delivered, Envelope, Line, NotTried, Outcome, Refused
from mailer.retry import hint_in

TIMEOUT_SECONDS = 60.0
DATA_TIMEOUT_SECONDS = 600.0  # RFC 5321 4.5.3.2.6: the answer to the final dot may take ten minutes


# Whatever the recipient: the relay wants TLS or a sign-in first (RFC 3207, RFC 4954), or has lost the thread.
OUR_FAULT = frozenset({503, 530, 535, 538})


class RelayCourier:
    """Connections to one or more relays."""

    def __init__(self, relays: Sequence[Relay], *, greeting_name: str, tls: ssl.SSLContext | None = None) -> None:
        self._lines = [_RelayLine(relay, greeting_name, tls) for relay in relays for _ in range(relay.connections)]

    def lines(self) -> Sequence[Line]:
        return self._lines


class _Answer(Exception):
    """A server's answer that ends this letter's try."""

    def __init__(self, phase: Phase, code: int, text: str) -> None:
        super().__init__(f"{code} {text}")
        self.phase, self.code, self.text = phase, code, text


class _RelayLine:
    """One kept connection; a connection that died between letters is replaced before the next is offered."""

    def __init__(self, relay: Relay, greeting_name: str, tls: ssl.SSLContext | None) -> None:
        self._relay = relay
        self._greeting_name = greeting_name
        self._tls = tls
        self._client: SMTP | None = None

    async def deliver(self, envelope: Envelope) -> Outcome:
        try:
            client = await self._begin(envelope.sender)
        except _Answer as answer:
            await self.hang_up()
            return NotTried(f"{self._relay}: {answer}")
        except (OSError, TimeoutError, aiosmtplib.SMTPException) as problem:
            await self.hang_up()
            return NotTried(f"{self._relay}: {type(problem).__name__}: {problem}")
        try:
            return await self._offer(client, envelope)
        except _Answer as answer:
            if answer.code in OUR_FAULT:
                await self.hang_up()
                return NotTried(f"{self._relay}: {answer}")
            await self._recover(answer.code)
            return _judged(answer, envelope.domain)
        except ValueError:
            # Nothing was offered: the library will not write this address.
            await self.hang_up()
            return Refused("the address cannot be written on the wire", BounceClass.SYSTEM, counted=False)
        except (OSError, TimeoutError, aiosmtplib.SMTPException) as problem:
            # The answer was lost: the letter may have arrived, and goes again with the same Message-ID.
            await self.hang_up()
            return Deferred(f"{type(problem).__name__}: {problem}")

    async def hang_up(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()

    async def _begin(self, sender: str) -> SMTP:
        """A connection on which MAIL was accepted. A kept connection may have been closed meanwhile: once more
        on a new one. Raises _Answer when the relay refuses us."""
        if self._client is not None:
            try:
                return await self._mail(self._client, sender)
            except (OSError, TimeoutError, aiosmtplib.SMTPException, _Answer):
                await self.hang_up()
        self._client = await self._connect()
        return await self._mail(self._client, sender)

    async def _connect(self) -> SMTP:
        relay = self._relay
        client = SMTP(
            hostname=relay.host,
            port=relay.port,
            local_hostname=self._greeting_name,
            timeout=TIMEOUT_SECONDS,
            use_tls=relay.security is Security.TLS,
            start_tls=relay.security is Security.STARTTLS,
            tls_context=self._tls,
            username=relay.user,
            password=relay.password,
        )
        await client.connect()
        return client

    async def _mail(self, client: SMTP, sender: str) -> SMTP:
        try:
            await client.mail(sender)
        except SMTPResponseException as refusal:
            raise _Answer(Phase.MAIL, refusal.code, refusal.message) from None
        return client

    async def _offer(self, client: SMTP, envelope: Envelope) -> Outcome:
        try:
            await client.rcpt(envelope.recipient)
        except SMTPResponseException as refusal:
            raise _Answer(Phase.RCPT, refusal.code, refusal.message) from None
        try:
            answer = await client.data(envelope.octets, timeout=DATA_TIMEOUT_SECONDS)
        except SMTPResponseException as refusal:
            raise _Answer(Phase.END_OF_DATA, refusal.code, refusal.message) from None
        return Delivered(f"{answer.code} {answer.message}")

    async def _recover(self, code: int) -> None:
        """After a refusal the connection serves the next letter, unless the server is closing it (421) or has said
        something that is no answer."""
        if code == 421 or code < 400 or self._client is None:
            await self.hang_up()
            return
        try:
            await self._client.rset()
        except (OSError, TimeoutError, aiosmtplib.SMTPException):
            await self.hang_up()


def _judged(answer: _Answer, domain: str) -> Outcome:
    reply = f"{answer.code} {answer.text}".replace("\n", " ")
    found = read_reply(code=answer.code, text=answer.text, phase=answer.phase, domain=domain)
    if is_permanent(answer.code):
        return Refused(reply, found, counted=found.counted)
    return Deferred(reply, hint_in(answer.text), found if found is BounceClass.FULL else BounceClass.UNKNOWN)
