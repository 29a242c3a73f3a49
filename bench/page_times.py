"""How long pages take to answer: asked one after the other, on one connection, as one reader."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection
from statistics import median
from urllib.parse import urlencode

from bench.place import Place
from bench.processes import cpu_seconds, descendants

ASKED = 15


@dataclass(frozen=True)
class Asked:
    """`name` tells apart what is asked of one route in several ways."""

    name: str
    address: str
    cookie: str = ""
    form: Mapping[str, str] = field(default_factory=dict)
    status: int = 200

    @property
    def body(self) -> bytes | None:
        return urlencode(self.form).encode() if self.form else None


@dataclass(frozen=True)
class Page:
    """How a page answered; `milliseconds` a try, the first one left out, and `cpu` what the web process itself used for
    one, in milliseconds on average. `octets` are those on the wire, packed where the service packs."""

    asked: Asked
    status: int
    milliseconds: tuple[float, ...]
    cpu: float
    octets: int

    @property
    def median(self) -> float:
        return median(self.milliseconds)

    @property
    def is_as_it_should_be(self) -> bool:
        return self.status == self.asked.status

    def told(self) -> str:
        odd = "" if self.is_as_it_should_be else f"  answered {self.status}"
        times = f"{self.median:8.1f} ms {self.cpu:8.1f} ms of processor"
        return f"{times} {self.octets:8,} octets  {self.asked.name}{odd}"

    def run(self) -> dict[str, object]:
        return {
            "route": self.asked.name,
            "status": self.status,
            "median": round(self.median, 2),
            "cpu": round(self.cpu, 2),
            "octets": self.octets,
            "ms": self.milliseconds,
        }


def ask_all(place: Place, ways: Sequence[Asked], pid: int) -> Iterator[Page]:
    connection = HTTPConnection("127.0.0.1", place.web_port, timeout=120)
    processes = [pid, *descendants(pid)]
    for way in ways:
        spent, status, octets, before = [], 0, 0, 0.0
        for number in range(ASKED + 1):
            if number == 1:
                before = cpu_seconds(processes)
            begun = time.monotonic()
            status, octets = _ask(connection, way)
            spent.append((time.monotonic() - begun) * 1000)
        cpu = (cpu_seconds(processes) - before) * 1000 / ASKED
        yield Page(way, status, tuple(round(each, 2) for each in spent[1:]), cpu, octets)


def _ask(connection: HTTPConnection, way: Asked) -> tuple[int, int]:
    headers = {"Cookie": way.cookie} if way.cookie else {}
    headers["Accept-Encoding"] = "gzip"
    body = way.body
    if body is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    connection.request("GET" if body is None else "POST", way.address, body, headers)
    answer = connection.getresponse()
    return answer.status, len(answer.read())
