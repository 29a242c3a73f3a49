"""Lets pipe(8), which starts its command as nobody, start the real `hansho`, wherever the project lies.

Python and the project may lie in folders that only their owner enters. So what pipe(8) starts is a shell script
that hands over arguments, working folder and mail, waits, and ends with the status of the real command.
"""

import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

LONGEST_RUN_SECONDS = 40
SETTINGS_FILE = ".env"

_SCRIPT = """#!/bin/sh
umask 022
call=$(mktemp -d "{folder}/calls/XXXXXXXX") || exit 75
printf '%s\\n' "$@" > "$call/arguments"
cat > "$call/mail"
pwd > "$call/folder"
touch "$call/ready"
until [ -e "$call/status" ]; do sleep 0.05; done
cat "$call/words"
exit "$(cat "$call/status")"
"""


class PipeBridge:
    """Between entering and leaving, `command` may be started by anybody in `home`."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self._folder = Path(tempfile.mkdtemp(prefix="hansho-pipe-"))
        self.home = self._folder / "home"
        self._calls = self._folder / "calls"
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def command(self) -> str:
        """Stands for `hansho` in master.cf."""
        return f"{self._folder}/hansho"

    def __enter__(self) -> Self:
        self._folder.chmod(0o755)
        self.home.mkdir(mode=0o755)
        self._calls.mkdir()
        self._calls.chmod(0o1777)
        script = self._folder / "hansho"
        script.write_text(_SCRIPT.format(folder=self._folder))
        script.chmod(0o755)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(5)
        shutil.rmtree(self._folder, ignore_errors=True)

    def settings(self, settings: Mapping[str, str]) -> None:
        """Writes the `.env` of the working folder; the command has no other."""
        self.statuses.clear()
        (self.home / SETTINGS_FILE).write_text("".join(f"HANSHO_{name}={value}\n" for name, value in settings.items()))

    def _serve(self) -> None:
        while not self._stop.wait(0.02):
            for ready in list(self._calls.glob("*/ready")):
                ready.unlink()
                threading.Thread(target=self._run, args=(ready.parent,), daemon=True).start()

    def _run(self, call: Path) -> None:
        with (call / "mail").open("rb") as mail:
            done = subprocess.run(
                [Path(sys.executable).with_name("hansho"), *(call / "arguments").read_text().splitlines()],
                cwd=(call / "folder").read_text().strip(),
                env={"PATH": "/usr/bin:/bin"},
                stdin=mail,
                capture_output=True,
                timeout=LONGEST_RUN_SECONDS,
                check=False,
            )
        (call / "words").write_bytes(done.stdout + done.stderr)
        self.statuses.append(done.returncode)
        draft = call / "draft"
        draft.write_text(str(done.returncode))
        draft.rename(call / "status")
