"""The four roles of the service, each until it is told to stop."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

from foundation.addresses import wire_form
from foundation.bell import Bell
from foundation.database import OUTAGES, why
from foundation.imap_account import ImapAccount
from foundation.setting_values import is_this_machine
from foundation.settings import Mode
from mailer.door import Door, DoorKeeper
from mailer.flight_log import FlightLog, SenderRunsAlready
from mailer.imap_door import ImapDoor
from mailer.lease_clock import LeaseClock
from mailer.sender import Equipment, Sender
from service.fan_out import FanOut
from service.home import Home
from service.sender_life import new_life
from service.timetable import Timetable
from service.web import serve_web

log = logging.getLogger(__name__)

REST_SECONDS = 1.0
HANDOVER_SECONDS = 20.0


class RoleName(StrEnum):
    WEB = "web"
    RECEIVE = "receive"
    SEND = "send"
    TIMETABLE = "timetable"


async def receive(home: Home, stop: asyncio.Event) -> None:
    """The doors for mail, the mailbox it is fetched from, and the post-room behind them."""
    wake = asyncio.Event()
    keeper = DoorKeeper(
        database=home.database,
        clock=home.clock,
        domain=home.settings.mail_domain,
        is_wanted=home.recipients.is_wanted,
        on_stored=wake.set,
    )
    door = Door(keeper)
    await door.open_smtp(home.settings.smtp_listen)
    if home.settings.lmtp_listen is not None:
        await door.open_lmtp(home.settings.lmtp_listen)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(work_off(home.post_room.work, wake, stop))
            if (mailbox := _own_mailbox(home)) is not None:
                group.create_task(ImapDoor(keeper, mailbox).run(stop))
    finally:
        await door.close()


async def work_off(work: Callable[[], bool], wake: asyncio.Event, stop: asyncio.Event) -> None:
    """Calls `work` while it finds something; looks again when woken, and each second in any case, since mail also
    comes in by other processes."""
    while not stop.is_set():
        wake.clear()
        if await patiently(work):
            continue
        with suppress(TimeoutError):
            async with asyncio.timeout(REST_SECONDS):
                await _first_of(wake, stop)


async def send(home: Home, stop: asyncio.Event) -> None:
    """The sender, and the fan-out that feeds it."""
    log_file = home.settings.data / "flights" / "sender.log"
    flights = await _own_flights(log_file, stop)
    bell = Bell(home.database)
    try:
        life = await new_life(home, log_file, stop)
        equipment = Equipment(
            database=home.database,
            courier=home.courier(),
            composer=home.composer,
            hours=home.hours,
            clock=home.clock,
            leases=LeaseClock(home.database, home.clock),
            flights=flights,
            wire_form=wire_form,
            groups=home.carriers,
            bell=bell,
        )
        async with asyncio.TaskGroup() as group:
            group.create_task(bell.listen(stop))
            group.create_task(Sender(life.name, equipment, former=life.former).run(stop))
            group.create_task(
                FanOut(home.database, home.publisher, home.clock, bell, forwarding=home.network.forwarding).run(stop)
            )
    finally:
        flights.close()


async def timetable(home: Home, stop: asyncio.Event) -> None:
    await Timetable(home).run(stop)


async def patiently(work: Callable[[], bool]) -> bool:
    """In a thread; a database that does not answer is nothing to be done just now."""
    try:
        return await asyncio.to_thread(work)
    except OUTAGES as problem:
        log.warning("the database does not answer (%s)", why(problem))
        return False


async def rest(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


ROLES: Mapping[RoleName, Callable[[Home, asyncio.Event], Awaitable[None]]] = {
    RoleName.WEB: serve_web,
    RoleName.RECEIVE: receive,
    RoleName.SEND: send,
    RoleName.TIMETABLE: timetable,
}


def _own_mailbox(home: Home) -> ImapAccount | None:
    """Practice opens no connection to an outside mail server: a copy of the service must not take the mail of the real
    one, either."""
    mailbox = home.settings.imap
    if mailbox is not None and home.settings.mode is Mode.PRACTICE and not is_this_machine(mailbox.host):
        log.warning("practice mode: no mail is fetched from %s", mailbox)
        return None
    return mailbox


async def _first_of(*events: asyncio.Event) -> None:
    tasks = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


async def _own_flights(path: Path, stop: asyncio.Event) -> FlightLog:
    """A sender that is just ending, after its parent was killed, say, holds the log for some seconds more. Raises
    SenderRunsAlready when it does not end."""
    end, told = time.monotonic() + HANDOVER_SECONDS, False
    while True:
        try:
            return FlightLog(path)
        except SenderRunsAlready:
            if stop.is_set() or time.monotonic() > end:
                raise
            if not told:
                log.warning("another sender uses this data folder: waiting until it has ended")
                told = True
        await rest(stop, REST_SECONDS)
