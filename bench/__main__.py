"""Runs the benchmarks, all or those that are named, and prints one table: `python -m bench [--list] [NAME…]`."""

import argparse
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from bench import results
from bench.catalogue import CATALOGUE
from bench.findings import NotMeasured
from bench.others import BUSY, busy_share
from bench.plan import ROOT, Plan
from bench.table import Missing, Row, table
from bench.telling import say

LONGEST_SECONDS = 3600
SMALL = 0.01


def main(arguments: Sequence[str]) -> int:
    """The exit status: 1 when something could not be measured or kept no target."""
    given = _options().parse_args(arguments)
    if given.list:
        print("\n".join(f"{name:20}  {sys.modules[each.__module__].__doc__}" for name, each in CATALOGUE.items()))
        return 0
    size = SMALL if given.small else given.size
    plan = Plan(size=size, runs=given.runs, connections=20, full=given.full, product=given.product.resolve())
    keep = given.results or (results.FOLDER if size == 1 else None)
    rows: list[Row | Missing] = []
    try:
        for name in given.names or CATALOGUE:
            rows += _measured(name, plan, keep=keep, seconds=given.longest)
    finally:
        if size != 1:
            print(f"at {size:g} of the full sizes, which a figure's name tells")
        print(table(rows))
    return int(any(isinstance(row, Missing) or row.reached is False for row in rows))


def _measured(name: str, plan: Plan, *, keep: Path | None, seconds: int) -> Sequence[Row | Missing]:
    print(f"… {name}", file=sys.stderr, flush=True)
    others = busy_share()
    if others > BUSY:
        say(f"{others:.0%} of this machine is in use by something else; the figures will show it")
    try:
        with _at_most(seconds):
            found = CATALOGUE[name](plan)
    except NotMeasured as problem:
        print(f"  not measured: {problem}", file=sys.stderr, flush=True)
        return [Missing(name, str(problem))]
    if keep is not None:
        results.write(keep, name, plan, found, busy_before=others)
    return found.rows


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(prog="python -m bench", description="The benchmarks; without a name, all.")
    options.add_argument("names", nargs="*", metavar="NAME", choices=[[], *CATALOGUE], help="see --list")
    options.add_argument("--list", action="store_true", help="the names, and what each measures")
    options.add_argument("-n", "--runs", type=int, default=5, help="of which the median counts (5)")
    options.add_argument("--size", type=float, default=1.0, help="share of the full sizes (1)")
    options.add_argument("--small", action="store_true", help=f"the same as --size {SMALL}; a look whether all works")
    options.add_argument("--full", action="store_true", help="old-rows-… with 50 million instead of 5")
    options.add_argument("--product", type=Path, default=ROOT, help="another checkout, to compare with")
    options.add_argument("--results", type=Path, help="where the JSON goes (bench/results, at full size only)")
    options.add_argument(
        "--longest", type=int, default=LONGEST_SECONDS, help="seconds a benchmark may take; 0 is no limit"
    )
    return options


@contextmanager
def _at_most(seconds: int) -> Iterator[None]:
    """Raises NotMeasured inside the block when the time is over; 0 is no limit."""
    if not seconds:
        yield
        return
    before = signal.signal(signal.SIGALRM, _out_of_time)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _out_of_time(_number: int, _frame: FrameType | None) -> None:
    raise NotMeasured("it took too long")


def _told_to_end(_number: int, _frame: FrameType | None) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # a second key must not keep the processes from being ended
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _told_to_end)
    signal.signal(signal.SIGINT, _told_to_end)
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
