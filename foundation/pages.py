"""HTML pages from Jinja2 templates: everything escaped, nothing undefined, the same headers on each."""

from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse


class Pages:
    """Renders the templates below one folder; `shared` is what every page may name (the town, for one)."""

    def __init__(self, folder: Path, shared: Mapping[str, object]) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(folder),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(shared)

    def add_filter(self, name: str, function: object) -> None:
        self._environment.filters[name] = function

    def text(self, name: str, **context: object) -> str:
        return self._environment.get_template(name).render(**context)

    def answer(
        self, name: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **context: object
    ) -> HTMLResponse:
        return HTMLResponse(self.text(name, **context), status_code=status, headers=dict(headers or {}))
