"""The two dialogues that the contract is asked of: with a relay that offers PIPELINING, and with one that does not."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from mailer.dialogue import Patience
from mailer.relay import RelayCourier
from tests.support.talking_relay import TalkingRelay
from tests.support.trays import ListTray

QUICK = Patience(opening=2.0, answer=0.4, end=0.4, idle=0.3, first_probe=0.05, longest_probe=0.2)

Run = Callable[[ListTray], Awaitable[None]]


@pytest.fixture(params=[True, False], ids=["pipelined", "plain"])
async def relay(request: pytest.FixtureRequest) -> AsyncIterator[TalkingRelay]:
    async with TalkingRelay(pipelining=request.param) as relay:
        yield relay


@pytest.fixture
def run(relay: TalkingRelay) -> Run:
    async def run(tray: ListTray) -> None:
        [line] = RelayCourier([relay.address()], greeting_name="mail.example.jp", patience=QUICK).lines()
        async with asyncio.timeout(20):
            await line.work(tray)

    return run
