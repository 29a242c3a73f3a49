"""A Postfix of our own in a temporary folder, with the configuration that docs/postfix tells a city to use: on loopback
only, strangers' mail to a carrier, ours to our door."""

import os
import shutil
import smtplib
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from tests.support.guard import Guard
from tests.support.ports import free_port

PLACES = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
DOMAIN = "mail.example.jp"
PIPE_DOMAIN = "pipe.example.jp"

DOCUMENTED = Path(__file__).parents[2] / "docs" / "postfix"
# What stands in those files for what each city has of its own.
CITY = "mail.city.example.jp"
CITY_DOOR = "127.0.0.1:8024"
CITY_TRANSPORT = "texthash:/etc/postfix/transport"
CITY_USER = "user=hansho "
CITY_FOLDER = "directory=/etc/hansho "
CITY_COMMAND = "argv=/opt/hansho/.venv/bin/hansho "

# Whoever reads its input to the end outlives us, however we end; then Postfix stops and leaves nothing behind.
_GUARD = """
cat >/dev/null
"$1" -c "$2/etc" stop || kill "$(head -n 1 "$2/queue/pid/master.pid")"
rm -rf "$2"
"""

_MAIN = """
compatibility_level = 3.6
config_directory = {folder}/etc
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
myhostname = relay.example.jp
myorigin = relay.example.jp
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtpd_peername_lookup = no
smtp_dns_support_level = disabled
alias_maps =
alias_database =
local_recipient_maps =
notify_classes =
relayhost = [127.0.0.1]:{carrier}
smtpd_tls_security_level = none
lmtp_tls_security_level = none
smtp_connect_timeout = 5s
smtp_connection_cache_on_demand = no
fast_flush_domains =
lmtp_connect_timeout = 5s
lmtp_data_done_timeout = 3s
# Seconds stand for what are minutes and days on a city's server.
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 1s
transport_retry_time = 1s
delay_warning_time = 1s
address_verify_poll_delay = 1s
hansho_time_limit = 50s
"""

_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
127.0.0.1:{asking} inet n - n - - smtpd
    -o mynetworks=192.0.2.0/24
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
verify    unix  - - n - 1 verify
proxymap  unix  - - n - - proxymap
smtp      unix  - - n - - smtp
relay     unix  - - n - - smtp
error     unix  - - n - - error
retry     unix  - - n - - error
lmtp      unix  - - n - - lmtp
anvil     unix  - - n - 1 anvil
postlog   unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True)
class Ports:
    """Where Postfix listens, and where the two others do that it hands mail to."""

    own: int
    asking: int  # here too, but those who come in here are strangers: it asks our door about each recipient
    door: int
    carrier: int


class Postfix:
    """Runs between entering and leaving. For mail to PIPE_DOMAIN pipe(8) starts `command`, which stands for `hansho`,
    in `directory`, as nobody and almost without an environment: Postfix starts nothing as root."""

    def __init__(self, *, carrier_port: int, command: str, directory: Path) -> None:
        self.ports = Ports(free_port(), free_port(), free_port(), carrier_port)
        self.folder = Path(tempfile.mkdtemp(prefix="hansho-postfix-"))
        self._command = command
        self._directory = directory

    def __enter__(self) -> Self:
        self._furnish()
        binary = _found("postfix")
        self._guard = Guard(_GUARD, binary, str(self.folder))
        try:
            self._run(binary, "start")
        except BaseException:
            self._guard.end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._guard.end()

    def submit(self, sender: str, recipients: Sequence[str], message: bytes) -> None:
        """As a telephone, or a stranger's server, hands a mail to the city's; addresses as the wire writes them."""
        with smtplib.SMTP("127.0.0.1", self.ports.own, timeout=10) as client:
            client.ehlo("phone.example.net")
            assert client.docmd("MAIL", f"FROM:<{sender}>")[0] == 250
            for recipient in recipients:
                assert client.docmd("RCPT", f"TO:<{recipient}>")[0] == 250
            assert client.data(message)[0] == 250

    def answer_to(self, recipient: str) -> int:
        """The code of the answer to RCPT, where Postfix asks the door first."""
        with smtplib.SMTP("127.0.0.1", self.ports.asking, timeout=15) as client:
            client.ehlo("phone.example.net")
            client.mail("taro@example.com")
            return client.rcpt(recipient)[0]

    @contextmanager
    def giving_up_at_once(self) -> Iterator[None]:
        """A mail that does not get through at its first try is returned, as others are after five days."""
        self._set("maximal_queue_lifetime", "0")
        yield
        self._set("maximal_queue_lifetime", "5d")

    def queued(self) -> int:
        """How many mails it has in hand. It moves them meanwhile, to and fro, so the way is walked and the first
        folder looked at once more."""
        folders = [self.folder / "queue" / name for name in ("deferred", "incoming", "active", "deferred")]
        return len({file.name for folder in folders for file in folder.rglob("*") if not file.is_dir()})

    def log(self, *words: str) -> list[str]:
        """The lines of its log that hold every word."""
        text = (self.folder / "log").read_text(errors="replace")
        return [line for line in text.splitlines() if all(word in line for word in words)]

    def _furnish(self) -> None:
        self.folder.chmod(0o755)
        etc = self.folder / "etc"
        values = {
            "folder": self.folder,
            "carrier": self.ports.carrier,
            "port": self.ports.own,
            "asking": self.ports.asking,
        }
        for name in ("etc", "queue", "data"):
            (self.folder / name).mkdir(mode=0o755)
        shutil.chown(self.folder / "data", "postfix")
        ours = {CITY: f"{DOMAIN}, {PIPE_DOMAIN}", CITY_TRANSPORT: f"texthash:{etc}/transport"}
        (etc / "main.cf").write_text(_MAIN.format(**values) + documented("main.cf", ours))
        (etc / "transport").write_text(self._transport())
        ours = {
            CITY_USER: "user=nobody:nogroup ",
            CITY_FOLDER: f"directory={self._directory} ",
            CITY_COMMAND: f"argv={self._command} ",
        }
        (etc / "master.cf").write_text(_MASTER.format(**values) + documented("master.cf", ours))

    def _transport(self) -> str:
        """One domain by each of the two roads of the file, of which a city has one."""
        by_lmtp, _, by_pipe = documented("transport", {CITY_DOOR: f"127.0.0.1:{self.ports.door}"}).splitlines()
        return f"{by_lmtp.replace(CITY, DOMAIN)}\n{by_pipe.removeprefix('# ').replace(CITY, PIPE_DOMAIN)}\n"

    def _set(self, name: str, value: str) -> None:
        self._run(_found("postconf"), "-e", f"{name}={value}")
        self._run(_found("postfix"), "reload")

    def _run(self, binary: str, *arguments: str) -> None:
        done = subprocess.run(
            [binary, "-c", str(self.folder / "etc"), *arguments],
            env={"PATH": PLACES},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def documented(name: str, ours: Mapping[str, str]) -> str:
    """A file of docs/postfix with what is a city's own replaced; each of it must stand there."""
    text = (DOCUMENTED / name).read_text(encoding="utf-8")
    for theirs, own in ours.items():
        assert theirs in text, f"{name} no longer says {theirs}"
        text = text.replace(theirs, own)
    return text


def need_postfix() -> None:
    """Skips, and says why, where there is none; where CI runs a missing one is a failure."""
    reason = None
    if shutil.which("postfix", path=PLACES) is None:
        reason = "Postfix is not installed (Debian: apt-get install postfix)"
    elif os.geteuid() != 0:
        reason = "Postfix starts only for root"
    if reason is None:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def _found(name: str) -> str:
    binary = shutil.which(name, path=PLACES)
    assert binary is not None
    return binary
