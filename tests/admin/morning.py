"""When the tests of the console begin."""

from datetime import UTC, datetime

MORNING = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)  # a Tuesday, 9:00 in Japan
