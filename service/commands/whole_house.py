"""The assembled service, for the commands that need more of it than its entrance."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, ParamSpec, TypeVar

import click

from service.entrance import Entrance
from service.home import Home

P = ParamSpec("P")
R = TypeVar("R")


def pass_home(command: Callable[Concatenate[Home, P], R]) -> Callable[P, R]:
    """As click.pass_obj; the rooms of the house are made when the command first enters them."""

    def opened(entrance: Entrance, /, *args: P.args, **options: P.kwargs) -> R:
        home = entrance if isinstance(entrance, Home) else Home(entrance.settings, entrance.clock)
        return command(home, *args, **options)

    update_wrapper(opened, command)
    return click.pass_obj(opened)
