"""The form of a notice template as a browser without a script fills and posts it."""

import re
from html import unescape

import httpx

from admin.people.roles import Role
from tests.admin.whole_console import Console, words

ADDED = "どなたでも参加できます。お気軽にどうぞ。"


def typed(page: httpx.Response) -> dict[str, str | list[str]]:
    """What a browser would post of the form as it stands."""
    form: dict[str, str | list[str]] = {}
    text = page.text.split("data-preview", 1)[1]
    for tag in re.findall(r"<input[^>]*>", text):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name is None or ("checkbox" in tag and "checked" not in tag):
            continue
        taken = form.setdefault(name[1], [])
        assert isinstance(taken, list)
        taken.append(unescape(value[1]) if value else "")
    for name_, inner in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n(.*?)</textarea>', text, re.DOTALL):
        form[name_] = unescape(inner)
    for name_, inner in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', text, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', inner)
        assert chosen is not None, name_
        form[name_] = unescape(chosen[1])
    return form


def edited(browser: httpx.Client, path: str = "/admin/notices/event/edit", **changes: str) -> httpx.Response:
    """The form opened, changed, and saved. `body` given as `+…` is added at the end."""
    form = typed(browser.get(path))
    if changes.get("body", "").startswith("+"):
        changes["body"] = f"{form['body']}\n{changes['body'][1:]}"
    return browser.post(path, data={**form, **changes, "action": "save"})


def released(console: Console, body: str = f"+{ADDED}") -> None:
    saved = edited(console.browser(Role.MANAGER), body=body)
    assert saved.status_code == 303, words(saved)
    path = saved.headers["location"].partition("?")[0]
    answer = console.browser(Role.APPROVER).post(f"{path}/release")
    assert answer.status_code == 303, words(answer)


def serving(console: Console) -> int:
    return console.desk.shelf.get("event").version
