"""Notice templates of an office for the tests: texts to propose, and people who propose and release them."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from bulletins import notice_versions
from bulletins.notice_source import NoticeSource, read_folder
from bulletins.notice_versions import Words
from bulletins.signatory import Signatory
from foundation.database import Database
from tests.bulletins.office import ANNA, BEN, CHIE
from tests.bulletins.samples import FRIDAY, NOTICES

AUTHOR, OTHER, THIRD = BEN, CHIE, Signatory(105, "責任 五郎", drafts=True, approves=True)
NOBODY = ANNA
EVENT = read_folder(NOTICES / "event")


def words(text: str = "どなたでもどうぞ。", source: NoticeSource = EVENT) -> Words:
    """The shipped notice with one more line."""
    return Words(source.toml, source.subject, f"{source.body}{text}\n")


class Room:
    """Each method is a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @contextmanager
    def session(self) -> Iterator[Session]:
        with self.database.write() as session:
            yield session

    def propose(self, text: str = "どなたでもどうぞ。", *, base: int, name: str = "event") -> int:
        with self.session() as session:
            return notice_versions.propose(session, name, words(text), AUTHOR, base=base, at=FRIDAY)

    def release(self, version: int, who: Signatory = OTHER, *, name: str = "event") -> None:
        with self.session() as session:
            notice_versions.release(session, name, version, who, at=FRIDAY)

    def dismiss(self, version: int, who: Signatory = OTHER) -> None:
        with self.session() as session:
            notice_versions.dismiss(session, "event", version, who, at=FRIDAY)

    def retire(self, name: str = "event") -> None:
        with self.session() as session:
            notice_versions.retire(session, name, OTHER, at=FRIDAY)

    def restore(self, name: str = "event") -> None:
        with self.session() as session:
            notice_versions.restore(session, name, OTHER, at=FRIDAY)

    def past(self, name: str = "event") -> notice_versions.NoticePast:
        with self.database.read() as session:
            return notice_versions.past(session, name)
