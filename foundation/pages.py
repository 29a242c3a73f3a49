"""HTML pages from Jinja2 templates: everything escaped, nothing undefined, the same headers on each."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from foundation.catalogue import Catalogue, marked_japanese, readings_above
from foundation.languages import Language
from foundation.spoken_dates import day_told, fiscal_year_told, moment_told, month_told
from foundation.telephone_links import with_calls

IN_JAPANESE = Catalogue(Language.JAPANESE, {})


class Pages:
    """Renders the templates below one folder; `shared` is what every page may name (the town, for one).

    A template says `{{ _("…") }}` for what readers see, and `{{ bare("…") }}` where no markup may stand: in titles and
    attributes. `link("/path")` is a page of ours in the same language; `japanese(text)` marks what is Japanese on every
    page, such as a bulletin, and `spoken(text)` shows what was mailed in the language of the page;
    `with_calls(…)` makes links of the telephone numbers in either. `day(…)` and `moment(…)` write a date, and a date
    with its time, in the town's own zone already; `month_name(…)` and `fiscal_year_name(…)` a month and a year by their
    first day.
    """

    def __init__(self, folder: Path, shared: Mapping[str, object], catalogue: Catalogue = IN_JAPANESE) -> None:
        self._catalogue = catalogue
        self._environment = Environment(
            loader=FileSystemLoader(folder),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        # Jinja2 adds this method with the extension. Japanese has one form for any number.
        install: Callable[..., None] = vars(self._environment)["install_gettext_callables"]
        install(catalogue.on_page, lambda one, _many, _number: catalogue.on_page(one), newstyle=True)
        self._environment.globals.update(
            bare=catalogue.bare,
            language=catalogue.language,
            link=catalogue.language.link,
            japanese=_as_it_is if catalogue.language.tag == "ja" else marked_japanese,
            spoken=readings_above if catalogue.language is Language.PLAIN_JAPANESE else _as_it_is,
            with_calls=with_calls,
            day=partial(day_told, language=catalogue.language),
            moment=partial(moment_told, language=catalogue.language),
            month_name=partial(month_told, language=catalogue.language),
            fiscal_year_name=partial(fiscal_year_told, language=catalogue.language),
        )
        self._environment.globals.update(shared)

    def add_filter(self, name: str, function: object) -> None:
        self._environment.filters[name] = function

    def sentence(self, japanese: str) -> Markup:
        """One that was not written in a template."""
        return self._catalogue.on_page(japanese)

    def text(self, name: str, **context: object) -> str:
        return self._environment.get_template(name).render(**context)

    def answer(
        self, name: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **context: object
    ) -> HTMLResponse:
        return HTMLResponse(self.text(name, **context), status_code=status, headers=dict(headers or {}))


def _as_it_is(text: str) -> str:
    return text
