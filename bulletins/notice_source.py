"""The three texts that a notice template is read from, whether they stand in a folder or in the database."""

from dataclasses import dataclass
from pathlib import Path

from foundation.templating import TemplateBroken

SHIPPED = 0  # the version that comes with the service
DATA, SUBJECT, BODY = "notice.toml", "subject.txt", "body.txt"


@dataclass(frozen=True)
class NoticeSource:
    """`place` stands in messages: the folder, or the version's words."""

    name: str
    toml: str
    subject: str
    body: str
    place: Path
    version: int = SHIPPED


def read_folder(folder: Path) -> NoticeSource:
    """Raises TemplateBroken where one of the three cannot be read."""
    toml, subject, body = (read_text(folder / name) for name in (DATA, SUBJECT, BODY))
    return NoticeSource(folder.name, toml, subject, body, folder)


def read_text(path: Path) -> str:
    """Raises TemplateBroken."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise TemplateBroken(path, 1, f"cannot be read: {problem}") from problem
