"""What the benchmarks say while they work, on standard error."""

import sys


def say(text: str) -> None:
    """One line at once; the table alone goes to standard output."""
    print(f"  {text}", file=sys.stderr, flush=True)
