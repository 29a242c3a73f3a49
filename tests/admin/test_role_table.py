"""Every way into the console and the API stands in docs/roles.md, and the server keeps to it."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from admin.people import api_tokens
from admin.people.roles import Role
from service.web import whole_app
from tests.admin.role_table import Way, line, routes, table
from tests.admin.whole_console import Console, whole_console


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    with whole_console(tmp_path_factory.mktemp("console")) as console:
        yield console


def test_the_table_has_every_way_in_and_no_other(tmp_path: Path) -> None:
    with whole_console(tmp_path) as console:
        real, told = routes(whole_app(console.home)), table()

    assert len(real) > 40
    missing = "\n".join(line(way, frozenset()) for way in sorted(real - told.keys()))
    assert real == told.keys(), f"missing from docs/roles.md:\n{missing}\nnot there any more: {told.keys() - real}"


def test_nobody_passes_without_signing_in(console: Console) -> None:
    with httpx.Client(base_url=console.url, trust_env=False, timeout=30) as stranger:
        let_in = [way for way, allowed in table().items() if allowed is not None and _passes(stranger, way)]

    assert let_in == []


@pytest.mark.parametrize("role", list(Role))
def test_each_role_passes_where_the_table_lets_it(console: Console, role: Role) -> None:
    pages = console.browser(role)
    asked = {way: allowed for way, allowed in table().items() if allowed is not None}

    with _program(console, role) as program:
        passed = {way for way in asked if _passes(program if way.path.startswith("/api/") else pages, way)}

    assert passed == {way for way, allowed in asked.items() if role in allowed}


def _program(console: Console, role: Role) -> httpx.Client:
    with console.home.database.write() as session:
        token = api_tokens.issue(session, console.people[role].id, at=console.clock.now(), actor="command")
    return httpx.Client(base_url=console.url, trust_env=False, timeout=30, headers={"Authorization": f"Bearer {token}"})


def _passes(client: httpx.Client, way: Way) -> bool:
    """Whether the guard let the request through; what became of it then is for other tests."""
    body: dict[str, str] | None = {} if way.path.startswith("/api/") and way.method in ("POST", "PUT") else None
    answer = client.request(way.method, way.address, json=body)
    if way.path.startswith("/api/"):
        return answer.status_code not in (401, 403)
    if answer.status_code == 303:
        return not answer.headers["location"].startswith("/admin/sign-in")
    return not (
        answer.status_code == 403 and ("の役割が必要です" in answer.text or "サインインが切れました" in answer.text)
    )
