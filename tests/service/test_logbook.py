"""The log never holds an address."""

import asyncio
import logging
import sys
import threading
from collections.abc import Iterator
from datetime import UTC

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from hypothesis import given
from hypothesis import strategies as st

from foundation.addresses import Address, AddressInvalid
from service.logbook import WithoutAddresses, open_logbook

LOCALS = st.text("abcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+/=?^_`{|}~.-", min_size=1, max_size=20)


@pytest.fixture
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {
        name: logging.getLogger(name).level for name in ("mail", "aiosmtplib", "apscheduler", "alembic", "uvicorn")
    }
    yield
    for handler in root.handlers:
        if handler not in handlers:
            handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


def line(message: str, *arguments: object, trouble: Exception | None = None) -> str:
    exc_info = (type(trouble), trouble, None) if trouble else None
    record = logging.LogRecord("x", logging.ERROR, "f.py", 1, message, arguments, exc_info)
    return WithoutAddresses("%(levelname)s %(message)s").format(record)


@given(LOCALS, st.sampled_from(["{}", "<{}>", "to={}, x", "({})", "rcpt:{}", "[{}]", "a {} b", "'{}'"]))
def test_whatever_an_address_stands_between_it_is_masked(local: str, frame: str) -> None:
    try:
        address = Address.parse(f"{local}@docomo.ne.jp")
    except AddressInvalid:
        return

    for written in (address.text, address.envelope, address.text.upper()):
        told = line("refused: %s", frame.format(written))
        assert "docomo" not in told.lower()
        assert local not in told or local in "refused: to=, x rcpt: a  b [](){}<>''〔address〕ERROR"


def test_an_address_in_a_traceback_is_masked() -> None:
    told = line("trouble", trouble=ValueError("no such user <resident@example.jp>"))

    assert "resident" not in told
    assert "ValueError" in told


def test_other_words_are_left_alone() -> None:
    assert line("letter %d at 12:00, 3 @ 4", 5) == "ERROR letter 5 at 12:00, 3 @ 4"


def test_the_logbook_speaks_to_standard_error_with_its_role(
    logging_as_before: None, capsys: pytest.CaptureFixture[str]
) -> None:
    open_logbook("send")
    logging.getLogger("mailer.sender").info("hello %s", "resident@example.jp")
    logging.getLogger("mail.log").error("%s", "peer >> MAIL FROM:<resident@example.jp>")
    logging.getLogger("aiosmtplib").warning("resident@example.jp")
    sys.stderr.flush()

    written = capsys.readouterr().err.splitlines()
    assert len(written) == 1
    assert written[0].endswith("send INFO mailer.sender: hello 〔address〕")


@pytest.mark.usefixtures("logging_as_before")
def test_a_job_that_the_end_of_the_service_cuts_short_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    begun, ended = threading.Event(), threading.Event()

    def job() -> None:
        begun.set()
        ended.wait(10)

    async def life() -> None:
        clockwork = AsyncIOScheduler(timezone=UTC)
        clockwork.add_job(job, misfire_grace_time=60)
        clockwork.start()
        await asyncio.to_thread(begun.wait, 10)
        clockwork.shutdown()
        ended.set()
        await asyncio.sleep(0)

    open_logbook("timetable")
    asyncio.run(life())

    assert begun.is_set()
    assert capsys.readouterr().err == ""
