"""Whatever the OpenAPI document allows, or forbids, is answered without a fault of ours."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok

from admin.people import api_tokens
from admin.people.roles import Role
from tests.admin.whole_console import Console, whole_console

EXAMPLES = 12  # a call of the API, good ones and bad ones


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    with whole_console(tmp_path_factory.mktemp("console")) as console:
        console.submitted()
        console.resident("hanako@example.jp")
        yield console


def test_no_call_that_a_stranger_invents_makes_the_service_fail(console: Console) -> None:
    with console.home.database.write() as session:
        token = api_tokens.issue(session, console.people[Role.MANAGER].id, at=console.clock.now(), actor="command")
    schema = schemathesis.openapi.from_url(f"{console.url}/api/openapi.json")
    called = 0

    for each in schema.get_all_operations():
        operation = each.ok() if isinstance(each, Ok) else None
        assert operation is not None, each
        for mode in GenerationMode:
            _try(operation.as_strategy(generation_mode=mode), {"Authorization": f"Bearer {token}"})
        called += 1

    assert called >= 13


def _try(strategy: Any, headers: dict[str, str]) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    @given(case=strategy)
    def answered(case: Case[Any]) -> None:
        answer = case.call(headers=headers)
        assert answer.status_code < 500, case.as_curl_command()

    answered()
