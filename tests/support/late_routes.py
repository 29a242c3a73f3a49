"""Routes that are read when they are first met.

An application is built for nearly every test, with three hundred routes, and a test walks two or three of them. What
FastAPI reads off the signature of a page is read when somebody asks for the page, or for anything about its route but
the way to it. The service itself, started as a process by other tests, reads all of them at its start.
"""

from collections.abc import Callable
from functools import cache
from threading import RLock
from typing import Any

import pytest
from fastapi import routing
from fastapi.routing import APIRoute
from starlette.routing import compile_path

_read = APIRoute.__init__
_turn = RLock()


def keep(patch: pytest.MonkeyPatch) -> None:
    compiled = cache(compile_path)
    patch.setattr(routing, "compile_path", compiled)

    def written_down(route: APIRoute, path: str, endpoint: Callable[..., Any], **more: Any) -> None:
        route.path, route.endpoint = path, endpoint
        route.methods = {each.upper() for each in more.get("methods") or ["GET"]}
        route.path_regex, route.path_format, route.param_convertors = compiled(path)
        route.__dict__["_unread"] = more

    patch.setattr(APIRoute, "__init__", written_down)
    patch.setattr(APIRoute, "__getattr__", _now_read, raising=False)


def _now_read(route: APIRoute, name: str) -> Any:
    """Called for what is not there yet."""
    with _turn:
        more = route.__dict__.pop("_unread", None)
        if more is not None:
            _read(route, route.path, route.endpoint, **more)
    return object.__getattribute__(route, name)
