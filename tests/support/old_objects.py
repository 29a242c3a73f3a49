"""What was imported is there to stay: the collector of garbage does not look at all of it again and again.

A process of the tests holds half a million objects before the first test, and each application that is built for one
makes it look at them. Garbage of the tests themselves is collected as ever, somewhat less often.
"""

import gc

_THRESHOLDS = 5_000, 20, 20


def leave_alone() -> None:
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
