"""What FastAPI reads off the signatures of our pages, kept for the other applications of this process.

An application is built for nearly every test, and two thirds of that is looking at the same signatures again.
"""

import inspect
from collections.abc import Callable
from typing import Any

import pytest
from fastapi._compat import v2
from fastapi.dependencies import utils
from pydantic import TypeAdapter

_signatures: dict[object, inspect.Signature] = {}
_adapters: dict[object, TypeAdapter[Any]] = {}
_read_signature = utils.get_typed_signature
_read_field = v2.ModelField.__post_init__


def keep(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(utils, "get_typed_signature", _signature)
    patch.setattr(v2.ModelField, "__post_init__", _field)


def _signature(call: Callable[..., Any]) -> inspect.Signature:
    """A method is the same for every object that it is bound to."""
    key = getattr(call, "__func__", None)
    if key is None:
        return _read_signature(call)
    if key not in _signatures:
        _signatures[key] = _read_signature(call)
    return _signatures[key]


def _field(field: v2.ModelField) -> None:
    key = (str(field.field_info.annotation), repr(field.field_info), str(field.config))
    if key in _adapters:
        field._type_adapter = _adapters[key]
        return
    _read_field(field)
    _adapters[key] = field._type_adapter
