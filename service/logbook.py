"""The log: one line an event, to standard error, and never an address in it."""

import asyncio
import logging
import re
import sys

# Quoted local parts as well (`"a..b"@docomo.ne.jp`); rather a word too many than an address.
_ADDRESS = re.compile(r'(?:"[^"\r\n]*"|[^\s<>()\[\]\",;:]+)@[A-Za-z0-9.-]*[A-Za-z0-9]')

# These speak of every connection, with addresses and tokens in their lines.
_QUIET = {
    "mail": logging.CRITICAL,
    "aiosmtplib": logging.ERROR,
    "apscheduler": logging.ERROR,
    "alembic": logging.WARNING,
}


class WithoutAddresses(logging.Formatter):
    """Whatever a line was made of, trace included: what looks like an address is masked."""

    def format(self, record: logging.LogRecord) -> str:
        return _ADDRESS.sub("〔address〕", super().format(record))


def _is_news(record: logging.LogRecord) -> bool:
    """The clockwork calls a job an error that the end of the service cut short; each of them goes on the next time."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


def open_logbook(role: str) -> None:
    """For this process; `role` stands in each line."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(WithoutAddresses(f"%(asctime)s {role} %(levelname)s %(name)s: %(message)s"))
    handler.addFilter(_is_news)
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name, level in _QUIET.items():
        logging.getLogger(name).setLevel(level)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
