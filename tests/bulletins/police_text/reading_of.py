"""The texts of texts.toml, and one read on the Friday on which they are read."""

import tomllib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path

from bulletins.police_text.fitting import Fitted, fit
from bulletins.police_text.kinds import proposed
from bulletins.police_text.reading import read
from subscribers.town import Town
from tests.bulletins.samples import komorebi, shelf

FRIDAY = datetime.fromisoformat("2026-11-20T10:00:00+09:00")


@cache
def texts() -> Mapping[str, Mapping[str, object]]:
    return tomllib.loads(Path(__file__).with_name("texts.toml").read_text(encoding="utf-8"))


def fitted(text: str, notice: str = "", *, town: Town | None = None, at: datetime = FRIDAY) -> Fitted:
    """For the notice that the text itself proposes, unless one is named."""
    town = town or komorebi()
    notices = shelf(town)
    reading = read(text, town, at=at)
    name = notice or proposed(reading, [each.name for each in notices.all()])
    return fit(reading, notices.get(name), town)
