"""The project's own files: what git knows or would take, or where there is no git, what lies in the folder."""

import os
import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = ("foundation", "mailer", "subscribers", "bulletins", "liaisons", "admin", "service")
PACKAGES = (*PRODUCTION, "tests", "bench", "migrations")
NOT_OURS = frozenset({"var", "build", "__pycache__"})


@cache
def names() -> tuple[str, ...]:
    """Every file, relative to the root, with forward slashes, in order."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT, check=True, capture_output=True,
        ).stdout.decode().split("\0")  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        listed = list(_walked())
    return tuple(sorted(name for name in set(listed) if name and (ROOT / name).is_file()))


def texts(within: Iterable[str] = (), *, ending: str = "") -> list[tuple[str, str]]:
    """Names and contents of the text files in those top folders (all of them when none is given)."""
    tops = set(within)
    found = []
    for name in names():
        if name.endswith(ending) and (not tops or name.split("/")[0] in tops):
            content = (ROOT / name).read_bytes()
            if b"\0" not in content:
                found.append((name, content.decode("utf-8", errors="replace")))
    return found


def _walked() -> Iterable[str]:
    for folder, inside, files in os.walk(ROOT):
        inside[:] = [
            name
            for name in inside
            if not name.startswith(".") and name not in NOT_OURS and not name.endswith(".egg-info")
        ]
        for name in files:
            yield (Path(folder) / name).relative_to(ROOT).as_posix()
