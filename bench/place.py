"""A place of its own for one benchmark: an empty folder, settings, a migrated database, residents and staff."""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from bench import residents
from bench.findings import NotMeasured
from bench.office import Office
from bench.plan import Plan
from bench.processes import Child, module
from bench.sinks import free_port, until_open

PASSWORD = "correct horse battery 9\n"  # noqa: S105 -- of people who exist for a minute
MAIL_DOMAIN = "mail.example.jp"
STAFF = {"drafter": "drafter@city.example.jp", "approver": "approver@city.example.jp"}


@dataclass(frozen=True)
class Place:
    """`settings` holds every HANSHO_… of it; commands see no others."""

    folder: Path
    product: Path
    settings: Mapping[str, str]
    smtp_port: int = field(default_factory=free_port)
    web_port: int = field(default_factory=free_port)

    @property
    def database_url(self) -> str:
        return self.settings.get("HANSHO_DATABASE_URL") or f"sqlite:///{self.folder / 'var' / 'hansho.db'}"

    def with_settings(self, **settings: str) -> "Place":
        return replace(self, settings={**self.settings, **settings})

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def run(self, *arguments: str, stdin: str = "") -> str:
        """What the command printed. Raises NotMeasured when it fails."""
        done = subprocess.run(
            module("service", *arguments),
            env=self._environment({}),
            cwd=self.folder,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if done.returncode:
            raise NotMeasured(f"hansho {' '.join(arguments)}: {done.stderr.strip()[-300:]}")
        return done.stdout

    def serve(self, *roles: str, host: str = "var") -> Child:
        """The service with these roles; `host` is the name of its data folder, another one a host."""
        options = [word for role in roles for word in ("--role", role)]
        settings = {"HANSHO_DATA": str(self.folder / host)}
        if not self.settings.get("HANSHO_DATABASE_URL"):
            settings["HANSHO_DATABASE_URL"] = self.database_url
        command = module("service", "serve", *options)
        return Child(command, environment=self._environment(settings), folder=self.folder, log=self.log)

    @contextmanager
    def serving_office(self) -> Iterator[None]:
        """Everything but the sender, once both doors are open."""
        with self.serve("web", "receive", "timetable"):
            until_open(self.web_port, seconds=60)
            until_open(self.smtp_port, seconds=60)
            yield

    def own_settings(self) -> dict[str, str]:
        """Every HANSHO_… as the commands see them, for rooms that are entered here."""
        return {name: value for name, value in self._environment({}).items() if name.startswith("HANSHO_")}

    def office(self) -> Office:
        """Two people with tokens."""
        tokens = []
        for role, address in STAFF.items():
            self.run("staff", "add", address, "--name", role, "--role", role, "--password-stdin", stdin=PASSWORD)
            tokens.append(self.run("staff", "token", address).strip())
        return Office(self.web_port, *tokens)

    def _environment(self, more: Mapping[str, str]) -> dict[str, str]:
        plain = {name: value for name, value in os.environ.items() if not name.startswith("HANSHO_")}
        return {
            **plain,
            "PYTHONPATH": str(self.product),
            "HANSHO_DATA": str(self.folder / "var"),
            "HANSHO_SMTP_LISTEN": f"127.0.0.1:{self.smtp_port}",
            "HANSHO_WEB_LISTEN": f"127.0.0.1:{self.web_port}",
            "HANSHO_PUBLIC_URL": f"http://127.0.0.1:{self.web_port}",
            "HANSHO_MAIL_DOMAIN": MAIL_DOMAIN,
            "HANSHO_SECRET": "a secret of the benchmarks that is long enough",
            "HANSHO_MODE": "live",
            "HANSHO_HOURS": "always",
            "HANSHO_HOLD": "0",
            **self.settings,
            **more,
        }


@contextmanager
def new_folder() -> Iterator[Path]:
    """Gone at the end."""
    with tempfile.TemporaryDirectory(prefix="hansho-bench-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def settled(
    folder: Path, plan: Plan, *, port: int, people: int, connections: int | None = None, database_url: str = ""
) -> Place:
    """A place with its residents, that sends to the relay on that port."""
    settings = {"HANSHO_RELAYS": f"smtp://127.0.0.1:{port}?connections={connections or plan.connections}"}
    if database_url:
        settings["HANSHO_DATABASE_URL"] = database_url
    place = Place(folder, plan.product, settings)
    place.run("migrate")
    residents.settle(place.database_url, people)
    return place
