"""The pipelined dialogue: a letter's content and the next letter's envelope in one write (RFC 2920)."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from mailer.awaited_reply import ANSWERS, PHASES, THREE, TWO, Awaits, all_is_well
from mailer.bounce_report.phase import Phase
from mailer.burst import Burst
from mailer.courier import Delivered, Envelope, NotTried, Outcome, Unwanted
from mailer.dialogue import QUIET, QUIT_SECONDS, Desk, Patience, Rest
from mailer.relay_verdict import UNWRITABLE, Answer, Fault, Trouble, heard, is_over, lost
from mailer.reply_reader import ReplyReader
from mailer.silence_watch import SilenceWatch
from mailer.straight_writer import StraightWriter
from mailer.wire import commands, content, readable

_NOBODY = Envelope(0, "", "", "", b"")


class PipelinedDialogue(asyncio.Protocol):
    """Callbacks only: no task, future or timer of its own for a letter. At most one letter's content is unanswered at
    any time; the envelope of one more may have been announced behind it."""

    def __init__(self, transport: asyncio.Transport, patience: Patience, burst: Burst) -> None:
        """`transport` is open, signed in, and has nothing outstanding."""
        self._transport = transport
        self._write = partial(burst.add, StraightWriter(transport).write)
        self._patience = patience
        self._reader = ReplyReader()
        self._awaits = Awaits.NOTHING
        self._current = _NOBODY
        self._is_settled = True  # the current letter has ended, though an answer to its DATA may still come
        self._announced: Envelope | None = None
        self._needs_reset = False
        self._is_first = True
        self._is_over = self._is_full = self._holds_content = False
        self._watch = SilenceWatch(
            min(patience.answer, patience.end),
            self._patience_now,
            lambda seconds: self._safely(lambda: self._lost(f"it said nothing for {seconds:.0f} s")),
        )
        self._resting: asyncio.Future[Rest] | None = None
        self._goodbye = asyncio.Event()
        transport.set_protocol(self)

    @property
    def is_open(self) -> bool:
        return not self._is_over and not self._transport.is_closing()

    async def serve(self, first: Envelope, desk: Desk) -> Rest:
        if not self.is_open:
            # It closed before we listened, and nobody will tell us.
            return Rest(Trouble(Fault.LOST, "it closed the connection"), first, self._is_first)
        resting: asyncio.Future[Rest] = asyncio.get_running_loop().create_future()
        self._resting = resting
        self._desk = desk
        self._watch.start()
        try:
            self._start(first)
            return await resting
        except asyncio.CancelledError:
            self._leave_off()
            raise
        finally:
            self._watch.stop()
            self._resting = None

    async def quit(self) -> None:
        if self.is_open:
            self._is_over = True
            self._write(b"QUIT\r\n")
            with suppress(TimeoutError):
                async with asyncio.timeout(QUIT_SECONDS):
                    await self._goodbye.wait()
        self.drop()

    def drop(self) -> None:
        self._is_over = True
        self._transport.abort()

    # What the loop calls.

    def data_received(self, data: bytes) -> None:
        try:
            replies = self._reader.feed(data)
            if self._awaits is Awaits.END and self._announced and not self._is_over and all_is_well(replies):
                self._accepted_and_invited(replies[0])
                return
            for reply in replies:
                if self._is_over:
                    self._goodbye.set()
                    return
                self._hear(reply)
        except Exception as problem:  # noqa: BLE001 -- a mistake of the desk's is raised where the line is worked
            self._fail(problem)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 -- which way it broke changes nothing
        self._goodbye.set()
        self._safely(lambda: self._lost("it closed the connection"))

    def pause_writing(self) -> None:
        self._is_full = True

    def resume_writing(self) -> None:
        self._is_full = False
        if self._holds_content and not self._is_over:
            self._holds_content = False
            self._safely(self._send_content)

    # One letter.

    def _start(self, first: Envelope) -> None:
        try:
            self._begin(first, commands(first))
        except ValueError:
            self._desk.ended(first, UNWRITABLE)
            self._go_on()

    def _begin(self, envelope: Envelope, octets: bytes) -> None:
        self._current = envelope
        self._is_settled = False
        self._awaits = Awaits.MAIL
        if self._needs_reset:
            # A transaction that DATA did not end stays open, and a second MAIL in it would be refused.
            self._needs_reset = False
            self._awaits = Awaits.RESET
            octets = b"RSET\r\n" + octets
        self._write(octets)

    def _hear(self, reply: bytes) -> None:
        awaits = self._awaits
        kind = reply[0]
        self._watch.has_moved = True
        if awaits is Awaits.END:
            self._content_answered(reply, kind)
        elif awaits is Awaits.DATA:
            self._data_answered(reply, kind)
        elif awaits is Awaits.RCPT:
            self._awaits = Awaits.DATA
            if kind != TWO:
                self._refused(reply, Phase.RCPT)
        elif awaits is Awaits.MAIL:
            if kind == TWO:
                self._awaits = Awaits.RCPT
            else:
                self._refused(reply, Phase.MAIL)
        elif awaits is Awaits.LONE_DOT and kind in ANSWERS:
            self._turn_to_announced()
        elif awaits is Awaits.RESET and kind == TWO:
            self._awaits = Awaits.MAIL
        else:
            self._lost("it spoke unasked" if awaits is Awaits.NOTHING else "it lost the thread")

    def _data_answered(self, reply: bytes, kind: int) -> None:
        if kind == THREE:
            if self._is_settled:
                # Invited though the recipient was refused: RFC 2920 section 3.1 asks for a lone dot.
                self._awaits = Awaits.LONE_DOT
                self._write_with_next(b".\r\n")
            else:
                self._send_content()
            return
        self._needs_reset = True
        if not self._is_settled:
            self._refused(reply, Phase.DATA)
        elif kind == TWO or is_over(int(reply[:3])):
            self._lost("it lost the thread")
        if not self._is_over:
            self._go_on()

    def _send_content(self) -> None:
        if self._is_full:
            self._holds_content = True
            return
        if not self._desk.may_go(self._current):
            # Invited to send, there is no other clean way not to.
            self._end(Unwanted())
            self._lost("a letter was not wanted any more")
            return
        self._awaits = Awaits.END
        self._write_with_next(content(self._current))

    def _accepted_and_invited(self, reply: bytes) -> None:
        """Nearly always: a letter was accepted, and the envelope behind it is."""
        self._watch.has_moved = True
        self._end(Delivered(readable(reply)))
        self._turn_to_announced()
        self._send_content()

    def _content_answered(self, reply: bytes, kind: int) -> None:
        if kind == TWO:
            self._end(Delivered(readable(reply)))
        else:
            self._refused(reply, Phase.END_OF_DATA)
        if not self._is_over:
            self._turn_to_announced()

    def _refused(self, reply: bytes, phase: Phase) -> None:
        code, text = int(reply[:3]), readable(reply)[4:]
        found = heard(Answer(phase, code, text, self._is_first), self._current.domain)
        if isinstance(found, Trouble):
            self._over(found)
            return
        self._end(found)
        if is_over(code):
            self._lost("it closes the connection")

    # From one letter to the next.

    def _next(self) -> tuple[Envelope, bytes] | None:
        while (envelope := self._desk.take()) is not None:
            try:
                return envelope, commands(envelope)
            except ValueError:
                self._desk.ended(envelope, UNWRITABLE)
        return None

    def _write_with_next(self, octets: bytes) -> None:
        """What ends a transaction may be followed by the commands of the next one."""
        found = self._next()
        if found is not None:
            self._announced = found[0]
            octets += found[1]
        self._write(octets)

    def _turn_to_announced(self) -> None:
        if self._announced is None:
            self._go_on()
            return
        self._current, self._announced = self._announced, None
        self._is_settled = False
        self._awaits = Awaits.MAIL

    def _go_on(self) -> None:
        self._awaits = Awaits.NOTHING
        found = self._next()
        if found is not None:
            self._begin(*found)
        else:
            self._rest(QUIET)

    # How it ends.

    def _end(self, outcome: Outcome) -> None:
        self._is_settled = True
        self._is_first = False
        self._desk.ended(self._current, outcome)

    def _lost(self, reason: str) -> None:
        if self._is_over:
            return
        self.drop()
        unsent, was_first = self._announced, False
        if not self._is_settled:
            found = lost(PHASES.get(self._awaits, Phase.MAIL), reason, is_first=self._is_first)
            if isinstance(found, Trouble):
                unsent, was_first = self._current, self._is_first
            else:
                self._end(found)
        self._rest(Rest(Trouble(Fault.LOST, reason), unsent, was_first))

    def _over(self, trouble: Trouble) -> None:
        """The relay will not have this letter for a reason that is not the letter's."""
        self.drop()
        if self._awaits is Awaits.END:
            self._end(NotTried(trouble.reason))
            self._rest(Rest(trouble, self._announced))
        else:
            self._rest(Rest(trouble, self._current, self._is_first))

    def _leave_off(self) -> None:
        """The line was cancelled: only a letter whose content is out has an open fate."""
        self.drop()
        if not self._is_settled and self._awaits is not Awaits.END:
            self._end(NotTried("stopped"))
        if self._announced is not None:
            self._desk.ended(self._announced, NotTried("stopped"))

    def _rest(self, rest: Rest) -> None:
        self._awaits = Awaits.NOTHING
        if self._resting is not None and not self._resting.done():
            self._resting.set_result(rest)

    def _safely(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as problem:  # noqa: BLE001 -- as in data_received
            self._fail(problem)

    def _fail(self, problem: Exception) -> None:
        self.drop()
        if self._resting is not None and not self._resting.done():
            self._resting.set_exception(problem)

    def _patience_now(self) -> float:
        at_end = self._awaits is Awaits.END or self._awaits is Awaits.LONE_DOT
        return self._patience.end if at_end else self._patience.answer
