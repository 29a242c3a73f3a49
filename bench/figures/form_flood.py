"""A flood of forms from one network: what it gets, and how long everybody else waits meanwhile."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field

import httpx

from bench.findings import Findings, NotMeasured
from bench.percentile import percentile
from bench.place import Place, new_folder
from bench.plan import Plan
from bench.sinks import until_open
from bench.table import Row
from bench.telling import say

POSTS = 100_000
SECONDS = 60.0
LINES = 20
AT_ONCE = 5  # posts that a line sends before it hears of the first
FLOOD, VISITORS = "192.0.2.7", "198.51.100.7"  # as a proxy on this machine tells them
BREAK = 0.25  # seconds between two visits
_BODY = b"address=nobody%40example.com"


@dataclass
class Visits:
    """Of people from another network: what they got, and after how long."""

    waits: list[float] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)


def measure(plan: Plan) -> Findings:
    """The flood comes at an even pace; visitors look at the first page and send the form by turns."""
    posts = plan.letters(POSTS)
    seconds = SECONDS * posts / POSTS
    refused, taken, longest, ninety_ninths, runs = [], [], [], [], []
    for run in range(plan.runs):
        with new_folder() as folder:
            place = Place(folder, plan.product, {"HANSHO_MODE": "practice"})
            place.run("migrate")
            with place.serve("web"):
                until_open(place.web_port, seconds=60)
                begun = time.monotonic()
                flood, visits = asyncio.run(_both(place.web_port, posts, seconds, run))
                lasted = time.monotonic() - begun
        if set(visits.answers) != {200}:
            raise NotMeasured(f"visitors were answered {dict(visits.answers)}")
        refused.append(float(flood[429]))
        taken.append(float(flood.total() - flood[429]))
        ninety_ninths.append(percentile(visits.waits, 0.99))
        longest.append(max(visits.waits))
        runs.append({"seconds": lasted, "flood": dict(flood), "visits": len(visits.waits), "p99": ninety_ninths[-1]})
        say(f"{flood.total()} posts in {lasted:.0f} s, {flood[429]} refused; visitors' p99 {ninety_ninths[-1]:.3f} s")
    minutes = 1 + int(max(lasted, seconds) // 60)
    return Findings(
        [
            Row("100,000 posts in a minute from one network: refused", tuple(refused), "", at_least=float(posts - 240)),
            Row("the same: taken", tuple(taken), "", at_most=120.0 * minutes),
            Row("the same: visitors of another network, p99", tuple(ninety_ninths), "s", at_most=0.5),
            Row("the same: visitors' longest wait", tuple(longest), "s"),
        ],
        runs,
    )


async def _both(port: int, posts: int, seconds: float, run: int) -> tuple[Counter[int], Visits]:
    visits, over = Visits(), asyncio.Event()
    visiting = asyncio.create_task(_visit(port, visits, over, run))
    each, begun = posts // LINES, time.monotonic()
    found = await asyncio.gather(*(_pour(port, each, begun, seconds) for _ in range(LINES)))
    over.set()
    await visiting
    return sum(found, Counter()), visits


async def _pour(port: int, posts: int, begun: float, seconds: float) -> Counter[int]:
    """One kept connection; answers are read as they come."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"POST /register HTTP/1.1\r\nHost: t\r\nX-Forwarded-For: {FLOOD}\r\nContent-Length: {len(_BODY)}\r\n"
    form = head.encode() + b"Content-Type: application/x-www-form-urlencoded\r\n\r\n" + _BODY
    found: Counter[int] = Counter()
    for sent in range(0, posts, AT_ONCE):
        await asyncio.sleep(max(0.0, begun + seconds * sent / posts - time.monotonic()))
        many = min(AT_ONCE, posts - sent)
        writer.write(form * many)
        for _ in range(many):
            told = await reader.readuntil(b"\r\n\r\n")
            found[int(told[9:12])] += 1
            length = told.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
            await reader.readexactly(int(length))
    writer.close()
    return found


async def _visit(port: int, visits: Visits, over: asyncio.Event, run: int) -> None:
    headers = {"X-Forwarded-For": VISITORS}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60) as client:
        while not over.is_set():
            turn, begun = len(visits.waits), time.monotonic()
            form = {"address": f"visitor-{run}-{turn}@example.org"}
            # A form a second is what one network may send.
            asks_form = turn % 4 == 3
            answer = await (client.post("/register", data=form) if asks_form else client.get("/"))
            visits.waits.append(time.monotonic() - begun)
            visits.answers[answer.status_code] += 1
            await asyncio.sleep(BREAK)
