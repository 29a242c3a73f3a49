"""The console script: when the house cannot even be entered, a mail server is told to keep its mail."""

import os
import sys
from importlib import import_module

EX_TEMPFAIL = 75
# What Postfix's pipe(8) may take as the last word: done, the mail cannot be taken, nobody of that name.
FINAL = frozenset({0, 65, 67})


def main() -> None:
    """Exit status: 0 done, 1 could not, 2 wrong usage or setting; `deliver-mail` answers by sysexits, and asks to try
    again later for whatever is wrong on our side, a broken installation included."""
    os.umask(0o077)  # addresses lie in the data folder: they are nobody else's to read on this machine
    arguments = sys.argv[1:]
    if arguments[:1] != ["deliver-mail"]:
        sys.exit(_run(arguments))
    try:
        status = _run(arguments)
    except Exception as problem:  # noqa: BLE001 -- any other exit status would make the mail server give up the mail
        print(f"hansho: {type(problem).__name__}", file=sys.stderr)  # noqa: T201 -- nothing else may be importable
        status = EX_TEMPFAIL
    sys.exit(status if status in FINAL else EX_TEMPFAIL)


def _run(arguments: list[str]) -> int:
    # By name and only now, so that a module missing in the middle of an upgrade is met inside the fence above.
    return int(import_module("service.commands").run(arguments))
