"""A form for writing as a browser would hold and send it."""

from html.parser import HTMLParser
from typing import Any

import httpx

from tests.admin.whole_console import PLAIN


class _Hidden(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input" and given.get("type") == "hidden" and given.get("name") != "next":
            self.fields[str(given["name"])] = given.get("value") or ""


def opened(browser: httpx.Client, path: str, **typed: str) -> dict[str, str]:
    """What the page at this path would send, with the words of the plain notice and these typed into it."""
    return hidden(browser.get(path)) | PLAIN | {f"field-{name}": value for name, value in typed.items()}


def hidden(page: httpx.Response) -> dict[str, str]:
    assert page.status_code < 500, page.text
    parser = _Hidden()
    parser.feed(page.text)
    return parser.fields


def autosave(browser: httpx.Client, form: dict[str, str]) -> Any:
    """The answer's JSON; the form takes up what the script would write into it."""
    answer = browser.post("/admin/write/autosave", data=form, headers={"Accept": "application/json"})
    told = answer.json()
    if told["state"] == "saved":
        form |= {"bulletin": str(told["id"])} | {name: str(told[name]) for name in ("version", "revision")}
    return told
