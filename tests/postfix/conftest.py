"""One Postfix for all of these tests, the carrier behind it, and the service in front of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postfix.city import City, house_behind
from tests.postfix.pipe_bridge import PipeBridge
from tests.support.carrier_server import CarrierServer
from tests.support.clock import HandClock
from tests.support.postfix import Postfix, need_postfix


@pytest.fixture(scope="package")
def carrier() -> Iterator[CarrierServer]:
    with CarrierServer() as carrier:
        yield carrier


@pytest.fixture(scope="package")
def bridge() -> Iterator[PipeBridge]:
    with PipeBridge() as bridge:
        yield bridge


@pytest.fixture(scope="package")
def postfix(carrier: CarrierServer, bridge: PipeBridge) -> Iterator[Postfix]:
    need_postfix()
    with Postfix(carrier_port=carrier.port, command=bridge.command, directory=bridge.home) as postfix:
        yield postfix


@pytest.fixture
def city(postfix: Postfix, carrier: CarrierServer, tmp_path: Path, clock: HandClock) -> Iterator[City]:
    with house_behind(postfix, tmp_path, clock) as house:
        yield City(house, postfix, carrier)
