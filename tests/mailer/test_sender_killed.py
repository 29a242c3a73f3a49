"""A sender that is killed again and again: nobody is left out, and what repeats was on the wire."""

import asyncio
import signal
import sys
from collections import Counter
from pathlib import Path

from foundation.clock import SystemClock
from foundation.database import Database
from mailer.outbox_tables import Lane, State
from tests.support.killed_sender import CONNECTIONS
from tests.support.mail_engine import balanced, many, put, states, until
from tests.support.smtp_relay import SmtpRelay

ROOT = Path(__file__).parents[2]
KILLED_AFTER = (80, 170)
BULK, URGENT = 220, 30


async def test_killed_twice_in_mid_send_nothing_is_lost_and_repeats_stay_within_the_wire(
    database: Database, tmp_path: Path
) -> None:
    at = SystemClock().now()
    put(database, many(BULK), at=at)
    put(database, many(URGENT, "city.example.jp"), batch="urgent", lane=Lane.URGENT, at=at)

    async with SmtpRelay() as relay:
        arguments = ("-m", "tests.support.killed_sender", database.url, str(relay.port), str(tmp_path))
        for share in (*KILLED_AFTER, None):
            child = await asyncio.create_subprocess_exec(sys.executable, *arguments, cwd=ROOT)
            try:
                await (until(database, State.SENT, BULK + URGENT) if share is None else relay.has_accepted(share))
            finally:
                child.send_signal(signal.SIGKILL)
                await child.wait()

    received = Counter(letter.recipient for letter in relay.accepted)
    repeated = {recipient for recipient, times in received.items() if times > 1}
    assert set(received) == {*many(BULK), *many(URGENT, "city.example.jp")}
    assert received.total() - (BULK + URGENT) <= CONNECTIONS * len(KILLED_AFTER)
    for recipient in repeated:
        assert len({letter.octets for letter in relay.accepted if letter.recipient == recipient}) == 1
    assert states(database) == {State.SENT: BULK + URGENT}
    assert balanced(database)
    assert balanced(database, "urgent")
