"""Whatever is posted at whichever door: it is refused or taken as text, never run, and the service stays up."""

import re
from collections.abc import Iterable, Iterator
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from admin.people import api_tokens
from admin.people.roles import Role
from tests.admin.role_table import Way, table
from tests.admin.whole_console import Console, whole_console
from tests.support.postgres import postgres_url

ADMIN = Path(__file__).parents[2] / "admin"
HTML = "\"'><script>alert(1)</script>{{7*191}}{% for each in range(99999999) %}"
NOTICE = "suspicious-person"
# Would sign the manager out who walks.
NOT_WALKED = frozenset({"/admin/sign-out"})
_READ = re.compile(r'\.(?:text|texts|has|number)\(\s*"([\w-]+)"')
_OTHERS = ("address", "password", "next", "address-1", "name-1", "role-1", "expires_after")


def _names(console: Console) -> list[str]:
    """Every field that any page reads, and those of the notice whose form is posted."""
    read = {name for path in ADMIN.glob("*.py") for name in _READ.findall(path.read_text(encoding="utf-8"))}
    asked = (notice for notice in console.desk.shelf.all() if notice.name in ("plain", NOTICE))
    return sorted({*read, *_OTHERS, *(f"field-{field.name}" for notice in asked for field in notice.fields)})


def _posted(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    return {"content": urlencode(list(pairs)), "headers": {"Content-Type": "application/x-www-form-urlencoded"}}


def _parts(names: list[str], value: bytes, *, charset: str = "utf-8", file: str = "") -> dict[str, Any]:
    name_of_file = f'; filename="{file}"' if file else ""
    parts = (
        f'--x\r\nContent-Disposition: form-data; name="{name}"{name_of_file}\r\n\r\n'.encode() + value + b"\r\n"
        for name in names
    )
    return {
        "content": b"".join(parts) + b"--x--\r\n",
        "headers": {"Content-Type": f"multipart/form-data; boundary=x; charset={charset}"},
    }


def _garbage(kind: str, names: list[str]) -> dict[str, Any]:
    shapes: dict[str, dict[str, Any]] = {
        "nothing": {},
        "files": _parts(names, b"MZ", file="a.exe"),
        "lone surrogates": _parts(names, b"+2AA-", charset="utf-7"),
        "a code that fails": _parts(names, b"a", charset="undefined"),
        "600 fields": _posted((f"f{number}", "x") for number in range(600)),
        "JSON": {"content": b'[{"a": "\\ud800"}]', "headers": {"Content-Type": "application/json"}},
        "half a form": {**_parts([], b""), "content": b"--x\r\nfoo"},
        "too large": {**_posted([]), "content": b"a=" + b"x" * (1 << 20)},
        "HTML and Jinja": _posted((name, HTML) for name in names),
        "control characters": _posted((name, "a\x00b\x01\x1b\x7f\r\n\u2028\u202e") for name in names),
        "one word of 10,000 letters": _posted((name, "x" * 10_000) for name in names),
        # Each field twice, with another value.
        "odd values": _posted(zip([*names, *names], cycle(ODD), strict=False)),
        "other odd values": _posted(zip([*names, *names], cycle(ODD[3:]), strict=False)),
    }
    return shapes[kind]


ODD = ("2026-02-30", "-1", str(2**63), "市外－不明－その他", "9999-12-31T23:59", "plain", "25:61", "1")
TYPED = ("HTML and Jinja", "control characters", "one word of 10,000 letters", "odd values", "other odd values")
# What the two databases see differently.
TYPED_ON_POSTGRESQL = ("control characters", "odd values")
WORDS = ("%00", "-1", str(2**63), "%C2%B2", "{{7*191}}")
SHAPES = ("nothing", "files", "lone surrogates", "a code that fails", "600 fields", "JSON", "half a form", "too large")


@pytest.fixture(scope="module")
def console(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    settings = {"HANSHO_DATABASE_URL": postgres_url()} if request.param == "postgresql" else {}
    with whole_console(tmp_path_factory.mktemp("console"), settings) as console:
        yield console


def _address(way: Way, console: Console, draft: int) -> str:
    """Of something that is there, so that more is read than the number."""
    real = {
        "bulletin_id": draft,
        "subscriber_id": 1,
        "staff_id": console.second.id,
        "notice": NOTICE,
        "name": NOTICE,
        "version": 0,
        "token": "a" * 32,
    }
    return re.sub(r"{(\w+)}", lambda found: str(real.get(found[1], 1)), way.path)


def _walkers(console: Console) -> tuple[httpx.Client, httpx.Client]:
    """The manager's browser, and a program that speaks for the manager."""
    manager = console.people[Role.MANAGER]
    with console.home.database.write() as session:
        token = api_tokens.issue(session, manager.id, at=console.clock.now(), actor="command")
    headers = {"Authorization": f"Bearer {token}"}
    return console.browser(manager), httpx.Client(base_url=console.url, trust_env=False, timeout=30, headers=headers)


@pytest.mark.parametrize(
    ("console", "kind"),
    [
        *(("sqlite", kind) for kind in (*TYPED, *SHAPES)),
        *(("postgresql", kind) for kind in TYPED_ON_POSTGRESQL),
    ],
    indirect=["console"],
)
def test_no_garbage_at_any_door_is_run_or_breaks_the_service(console: Console, kind: str) -> None:
    browser, program = _walkers(console)
    draft, body = console.submitted(), _garbage(kind, _names(console))
    wrong = []

    for way in sorted(table()):
        if way.method != "POST" or way.path in NOT_WALKED:
            continue
        client = program if way.path.startswith("/api/") else browser
        answer = client.post(_address(way, console, draft), **body)
        if answer.status_code >= 500 or "<script>alert" in answer.text or str(7 * 191) in answer.text:
            wrong.append((way.path, answer.status_code))

    assert wrong == []
    assert browser.get("/admin/people").status_code == 200
    program.close()


@pytest.mark.parametrize(
    ("console", "word"),
    [*(("sqlite", word) for word in WORDS), ("postgresql", "%00")],
    indirect=["console"],
)
def test_no_garbage_in_an_address_breaks_the_service(console: Console, word: str) -> None:
    browser, program = _walkers(console)
    query = "&".join(f"{name}={word}" for name in ("page", "state", "who", "room", "number", "since", "until", "after"))
    wrong = []

    for way in sorted(table()):
        if way.path in NOT_WALKED or (way.method != "GET" and "{" not in way.path):
            continue
        client = program if way.path.startswith("/api/") else browser
        address = re.sub(r"{\w+}", lambda _found: word, way.path)
        answer = client.request(way.method, f"{address}?{query}" if way.method == "GET" else address)
        if answer.status_code >= 500 or str(7 * 191) in answer.text:
            wrong.append((way, answer.status_code))

    assert wrong == []
    program.close()
