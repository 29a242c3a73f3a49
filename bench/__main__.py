"""Runs every module of this folder that defines `rows()`, and prints one table: `python -m bench [NAME…]`."""

import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from pkgutil import iter_modules

import bench
from bench.table import Row, table


def measured(wanted: Sequence[str]) -> Iterator[Row]:
    """The rows of the named modules, of all when none is named; raises ModuleNotFoundError for an unknown name."""
    found = sorted(module.name for module in iter_modules(bench.__path__) if module.name != "__main__")
    for name in wanted or found:
        rows = getattr(import_module(f"bench.{name}"), "rows", None)
        if rows is not None:
            print(f"… {name}", file=sys.stderr, flush=True)
            yield from rows()


if __name__ == "__main__":
    print(table(list(measured(sys.argv[1:]))))
