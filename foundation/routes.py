"""Routes of several routers in one."""

from fastapi import APIRouter


def take_in(router: APIRouter, *others: APIRouter) -> None:
    """Each route serves as it was made. FastAPI's `include_router` would make all of them once more while the first
    visitor waits, since a prefix and demands may be added there; ours carry theirs from the beginning."""
    for each in others:
        router.routes.extend(each.routes)
