"""A test on either event loop: the standard library's, and the sender's own."""

import asyncio
import functools
import inspect
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
import uvloop

Test = Callable[..., Coroutine[Any, Any, None]]
LoopFactory = Callable[[], asyncio.AbstractEventLoop]


def on_both_loops(test: Test) -> Callable[..., None]:
    """Asynchronous fixtures are not for such tests: they would live on another loop."""

    def run(*, loop_factory: LoopFactory, **given: Any) -> None:
        with asyncio.Runner(loop_factory=loop_factory) as runner:
            runner.run(test(**given))

    functools.update_wrapper(run, test)
    del run.__wrapped__  # type: ignore[attr-defined]  # update_wrapper has set it
    wanted = [
        parameter.replace(kind=parameter.KEYWORD_ONLY) for parameter in inspect.signature(test).parameters.values()
    ]
    own = inspect.Parameter("loop_factory", inspect.Parameter.KEYWORD_ONLY)
    run.__signature__ = inspect.Signature([own, *wanted])  # type: ignore[attr-defined]  # pytest reads it
    loops = [asyncio.new_event_loop, uvloop.new_event_loop]
    mark = pytest.mark.parametrize("loop_factory", loops, ids=["asyncio", "uvloop"])
    marked: Callable[..., None] = mark(run)
    return marked
