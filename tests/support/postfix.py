"""A Postfix of our own in a temporary folder: on loopback only, strangers' mail to a carrier, ours to our door."""

import os
import shutil
import smtplib
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from tests.support.house import free_port

PLACES = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
DOMAIN = "mail.example.jp"
PIPE_DOMAIN = "pipe.example.jp"

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
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtpd_peername_lookup = no
smtp_dns_support_level = disabled
alias_maps =
alias_database =
local_recipient_maps =
notify_classes =
relay_domains = {domain}, {pipe_domain}
relayhost = [127.0.0.1]:{carrier}
transport_maps = inline:{{ {{ {domain} = lmtp:inet:127.0.0.1:{door} }}, {{ {pipe_domain} = hansho: }} }}
smtpd_tls_security_level = none
smtp_tls_security_level = none
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
unverified_recipient_reject_code = 550
address_verify_poll_delay = 1s
hansho_destination_recipient_limit = 1
hansho_time_limit = 50s
"""

_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
127.0.0.1:{asking} inet n - n - - smtpd
    -o smtpd_recipient_restrictions=reject_unverified_recipient
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
hansho    unix  - n n - - pipe
  user=nobody:nogroup directory={directory} argv={command}
"""


@dataclass(frozen=True)
class Ports:
    """Where Postfix listens, and where the two others do that it hands mail to."""

    own: int
    asking: int  # here too, but asks our door about each recipient before it takes a mail
    door: int
    carrier: int


class Postfix:
    """Runs between entering and leaving. For mail to PIPE_DOMAIN pipe(8) starts `command` in `directory`, as nobody
    and almost without an environment: Postfix starts nothing as root."""

    def __init__(self, *, carrier_port: int, command: str, directory: Path) -> None:
        self.ports = Ports(free_port(), free_port(), free_port(), carrier_port)
        self.folder = Path(tempfile.mkdtemp(prefix="hansho-postfix-"))
        self._command = command
        self._directory = directory
        self._guard: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._furnish()
        binary = _found("postfix")
        self._guard = subprocess.Popen(
            ["/bin/sh", "-c", _GUARD, "guard", binary, str(self.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            self._run(binary, "start")
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

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
        """How many mails it has in hand."""
        folders = [self.folder / "queue" / name for name in ("incoming", "active", "deferred")]
        return sum(1 for folder in folders for file in folder.rglob("*") if file.is_file())

    def log(self, *words: str) -> list[str]:
        """The lines of its log that hold every word."""
        text = (self.folder / "log").read_text(errors="replace")
        return [line for line in text.splitlines() if all(word in line for word in words)]

    def _furnish(self) -> None:
        self.folder.chmod(0o755)
        values = {
            "folder": self.folder,
            "domain": DOMAIN,
            "pipe_domain": PIPE_DOMAIN,
            "door": self.ports.door,
            "carrier": self.ports.carrier,
            "port": self.ports.own,
            "asking": self.ports.asking,
            "command": self._command,
            "directory": self._directory,
        }
        for name in ("etc", "queue", "data"):
            (self.folder / name).mkdir(mode=0o755)
        shutil.chown(self.folder / "data", "postfix")
        (self.folder / "etc" / "main.cf").write_text(_MAIN.format(**values))
        (self.folder / "etc" / "master.cf").write_text(_MASTER.format(**values))

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

    def _end(self) -> None:
        if self._guard is None:
            return
        self._guard.communicate(timeout=20)
        self._guard = None


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
