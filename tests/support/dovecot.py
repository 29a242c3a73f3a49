"""A Dovecot of our own in a temporary folder, on loopback only: one password, and a Maildir for whoever signs in."""

import os
import shutil
import socket
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import pytest

from tests.support.certificates import Authority
from tests.support.guard import Guard
from tests.support.house import eventually
from tests.support.ports import free_port

PLACES = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
PASSWORD = "correct-horse@9"

# Whoever reads its input to the end outlives us, however we end; then Dovecot stops and leaves nothing behind.
_GUARD = """
"$1" -F -c "$2/dovecot.conf" &
cat >/dev/null
kill $!
wait $!
rm -rf "$2"
"""

_CONF = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
disable_plaintext_auth = no
auth_failure_delay = 0
first_valid_uid = 1
mail_location = maildir:{folder}/mail/%u
ssl = yes
ssl_cert = <{folder}/chain.pem
ssl_key = <{folder}/key.pem
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  # Nobody is made to wait for the wrong passwords of another test.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
"""


@dataclass(frozen=True)
class Mailbox:
    """The inbox of one user, as the delivering mail server and a mail program see it on the disk."""

    user: str
    folder: Path
    _owner: tuple[int, int]

    def deliver(self, message: bytes, *, at: datetime | None = None) -> None:
        """As a delivery agent does it: whole or not at all, in the order of arrival; now, if it is not said when."""
        number = sum(1 for _ in self.folder.glob("*/*"))
        draft = self.folder / "tmp" / f"{1_700_000_000 + number}.{number}.host"
        draft.write_bytes(message)
        os.chown(draft, *self._owner)
        if at is not None:
            os.utime(draft, (at.timestamp(), at.timestamp()))
        draft.rename(self.folder / "new" / draft.name)

    def files(self) -> list[str]:
        """Names with their flags, oldest first."""
        return sorted(path.name for where in ("new", "cur") for path in (self.folder / where).iterdir())

    def flags(self) -> list[str]:
        """Of each message, oldest first: `a` is the first keyword, `F` flagged, `S` seen, `T` to be deleted."""
        return [name.partition(":2,")[2] for name in self.files()]

    def keywords(self) -> str:
        path = self.folder / "dovecot-keywords"
        return path.read_text() if path.exists() else ""


class Dovecot:
    """Runs between entering and leaving; not as root, even where the tests are."""

    def __init__(self, authority: Authority) -> None:
        self.port, self.tls_port = free_port(), free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="hansho-dovecot-"))
        self._authority = authority
        self._user = "nobody" if os.geteuid() == 0 else ""

    def __enter__(self) -> Self:
        self._furnish()
        binary = shutil.which("dovecot", path=PLACES)
        assert binary is not None
        who: dict[str, object] = {"user": "nobody", "group": "nogroup", "extra_groups": []} if self._user else {}
        self._guard = Guard(_GUARD, binary, str(self.folder), **who)
        try:
            eventually(self._greets, what=f"Dovecot's greeting ({self.folder})")
        except BaseException:
            self._guard.end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._guard.end()

    def mailbox(self, user: str) -> Mailbox:
        owner = self.folder.stat().st_uid, self.folder.stat().st_gid
        folder = self.folder / "mail" / user
        for path in (folder, *(folder / name for name in ("cur", "new", "tmp"))):
            path.mkdir(exist_ok=True)
            os.chown(path, *owner)
        return Mailbox(user, folder, owner)

    def setting(self, user: str, *, scheme: str = "imap", port: int = 0, password: str = PASSWORD) -> str:
        """HANSHO_IMAP for that user; `port` is another one where a line of the test's own lies between."""
        own = self.tls_port if scheme == "imaps" else self.port
        return f"{scheme}://{user}:{quote(password, safe='')}@127.0.0.1:{port or own}/INBOX"

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def _furnish(self) -> None:
        chain, secret = self._authority.files("127.0.0.1")
        shutil.copy(chain, self.folder / "chain.pem")
        shutil.copy(secret, self.folder / "key.pem")
        (self.folder / "mail").mkdir()
        values = {
            "folder": self.folder,
            "user": self._user or _own_name("-un"),
            "group": "nogroup" if self._user else _own_name("-gn"),
            "password": PASSWORD,
            "port": self.port,
            "tls_port": self.tls_port,
        }
        (self.folder / "dovecot.conf").write_text(_CONF.format(**values))
        if self._user:
            for path in (self.folder, *self.folder.rglob("*")):
                shutil.chown(path, "nobody", "nogroup")

    def _greets(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1) as line:
            return line.recv(100).startswith(b"* OK")
        return False


def need_dovecot() -> None:
    """Skips, and says why, where there is none; where CI runs a missing one is a failure."""
    binary = shutil.which("dovecot", path=PLACES)
    if binary is not None:
        version = subprocess.run([binary, "--version"], capture_output=True, text=True, check=False).stdout
        if not version.startswith("2.3."):
            pytest.skip("Dovecot 2.4 reads another configuration than that of 2.3, which is written here")
        return
    reason = "Dovecot is not installed (Debian: apt-get install dovecot-imapd)"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def _own_name(which: str) -> str:
    return subprocess.run(["id", which], capture_output=True, text=True, check=True).stdout.strip()
