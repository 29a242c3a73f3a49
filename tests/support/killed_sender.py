"""A sender in a process of its own, for tests that kill it or take its disk away:
`python -m tests.support.killed_sender URL PORT FOLDER [SLOTS]`."""

import asyncio
import sys
from pathlib import Path

from foundation.clock import SystemClock
from foundation.database import Database
from foundation.setting_values import Relay, Security
from mailer.flight_log import FlightLog
from mailer.lease_clock import LeaseClock
from mailer.relay import RelayCourier
from tests.support.mail_engine import sender

CONNECTIONS = 4


def relay_courier(port: int) -> RelayCourier:
    relay = Relay("127.0.0.1", port, Security.CLEAR, None, None, CONNECTIONS)
    return RelayCourier([relay], greeting_name="mail.example.jp")


async def main(url: str, port: str, folder: str, slots: str = "65536") -> None:
    flights = FlightLog(Path(folder) / "s1.log", slots=int(slots))
    database, clock = Database(url), SystemClock()
    leases = LeaseClock(database, clock)
    one = sender(database, relay_courier(int(port)), flights, clock=clock, leases=leases)
    await one.run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
