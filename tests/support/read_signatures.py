"""What FastAPI reads off the signatures of our pages, kept for the other applications of this process.

An application is built for nearly every test, and two thirds of that is looking at the same signatures again.
"""

import inspect
from collections.abc import Callable
from functools import partial
from types import FunctionType, MethodType
from typing import Any

import pytest
from fastapi._compat import v2
from fastapi.dependencies import models, utils
from pydantic import TypeAdapter

_typed: dict[object, inspect.Signature] = {}
_bare: dict[object, inspect.Signature] = {}
_adapters: dict[object, TypeAdapter[Any]] = {}
_read_typed = utils.get_typed_signature
_read_bare = utils._get_signature
_read_field = v2.ModelField.__post_init__


def keep(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(utils, "get_typed_signature", partial(_kept, _typed, _read_typed))
    patch.setattr(utils, "_get_signature", partial(_kept, _bare, _read_bare))
    patch.setattr(models, "_CallIdentity", _SameCall)
    patch.setattr(v2.ModelField, "__post_init__", _field)


class _SameCall:
    """Whether something is asynchronous, or a generator, is kept by FastAPI for each call; this is what it asks by."""

    __slots__ = ("_key", "call")

    def __init__(self, call: Callable[..., Any]) -> None:
        self.call = call
        self._key = _key(call) or call

    def __hash__(self) -> int:
        return id(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _SameCall) and self._key is other._key


def _kept(
    known: dict[object, inspect.Signature],
    read: Callable[[Callable[..., Any]], inspect.Signature],
    call: Callable[..., Any],
) -> inspect.Signature:
    key = _key(call)
    if key is None:
        return read(call)
    if key not in known:
        known[key] = read(call)
    return known[key]


def _key(call: Callable[..., Any]) -> object:
    """A method is the same for every object that it is bound to, and so is what makes an object callable. Functions
    that are made anew for each application are not kept."""
    if isinstance(call, MethodType):
        return call.__func__
    if isinstance(call, FunctionType):
        return None if call.__closure__ or "<locals>" in call.__qualname__ else call
    return None if isinstance(call, type | partial) else type(call)


def _field(field: v2.ModelField) -> None:
    # FastAPI's own word for a parameter leaves out what it must be, that a number is at least one, say.
    known_by = list(field.field_info.__repr_args__())
    key = (str(field.field_info.annotation), repr(field.field_info), str(known_by), str(field.config))
    if key in _adapters:
        field._type_adapter = _adapters[key]
        return
    _read_field(field)
    _adapters[key] = field._type_adapter
