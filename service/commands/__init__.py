"""The commands: `hansho …`, one file a group."""

def main() -> None:
    raise SystemExit("not yet")
