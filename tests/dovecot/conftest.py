"""What the tests with Dovecot share: one server, and a mailbox of its own for each test."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest

from foundation.database import Database
from service.schema import METADATA
from tests.dovecot.fetching import Fetching, Post
from tests.support.certificates import Authority
from tests.support.clock import HandClock
from tests.support.dovecot import Dovecot, Mailbox, need_dovecot
from tests.support.imap_line import ImapLine


@pytest.fixture(scope="package")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="package")
def dovecot(authority: Authority) -> Iterator[Dovecot]:
    need_dovecot()
    with Dovecot(authority) as dovecot:
        yield dovecot


@pytest.fixture
def mailbox(dovecot: Dovecot) -> Mailbox:
    return dovecot.mailbox(uuid4().hex[:12])


@pytest.fixture
def line(dovecot: Dovecot) -> Iterator[ImapLine]:
    with ImapLine(dovecot.port) as line:
        yield line


@pytest.fixture
def post(dovecot: Dovecot, mailbox: Mailbox, line: ImapLine, tmp_path: Path, clock: HandClock) -> Iterator[Post]:
    """Everything but the service: the mailbox, the line to it, and a database with tables."""
    database = Database(f"sqlite:///{tmp_path / 'hansho.db'}")
    METADATA.create_all(database.engine)
    yield Post(dovecot, mailbox, line, database, clock)
    database.close()


@pytest.fixture
def fetching(post: Post) -> Iterator[Fetching]:
    """The door, open."""
    with ExitStack() as stack:
        yield stack.enter_context(post.fetched())
