"""When a carrier domain is left alone because its refusals rise too suddenly to be the residents' fault."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How many attempts say enough, and what share of permanent refusals is too much."""

    attempts: int = 50
    share: float = 0.20
    all_of: int = 10  # so many attempts without one success are a whole domain failing at once


USUAL = Thresholds()


def should_pause(*, attempts: int, permanent: int, thresholds: Thresholds = USUAL) -> bool:
    """Whether a domain with that many attempts and permanent refusals among them is paused for a person to judge.

    Exactly the share is not yet too much. Refusals reported later may outnumber the attempts counted so far.
    """
    if attempts >= thresholds.all_of and permanent >= attempts:
        return True
    return attempts >= thresholds.attempts and permanent > attempts * thresholds.share
