"""What is the same for everybody is packed, and not sent twice to whom has it; a page behind a token is left alone."""

import gzip
from collections.abc import Iterator

import httpx
import pytest

from tests.support.full_town import FullTown, full_town
from tests.support.served import NO_TLS

PUBLIC = ("/", "/bulletins", "/bulletins?topic=crime", "/bulletins/1", "/bulletins.atom", "/style/hansho.css")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FullTown]:
    with full_town(tmp_path_factory.mktemp("town")) as town:
        yield town


@pytest.fixture
def client(town: FullTown) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=town.url, trust_env=False, timeout=30, verify=NO_TLS) as client:
        yield client


def _raw(client: httpx.Client, path: str, **headers: str) -> tuple[httpx.Response, bytes]:
    with client.stream(
        "GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()}
    ) as answer:
        return answer, b"".join(answer.iter_raw())


@pytest.mark.parametrize("path", PUBLIC)
def test_a_public_page_is_packed_for_whom_says_so_and_is_the_same_page(client: httpx.Client, path: str) -> None:
    packed, octets = _raw(client, path, accept_encoding="br, gzip")
    plain, whole = _raw(client, path, accept_encoding="identity")
    refused, _ = _raw(client, path, accept_encoding="gzip;q=0")

    assert (packed.headers["content-encoding"], gzip.decompress(octets)) == ("gzip", whole)
    assert int(packed.headers["content-length"]) == len(octets) < len(whole)
    assert "content-encoding" not in plain.headers
    assert "content-encoding" not in refused.headers
    assert "accept-encoding" in plain.headers["vary"].lower()


@pytest.mark.parametrize("path", PUBLIC)
def test_who_has_a_page_already_is_sent_nothing_until_it_changes(client: httpx.Client, path: str) -> None:
    first, _ = _raw(client, path)

    again, octets = _raw(client, path, if_none_match=f'"x", {first.headers["etag"]}')
    other, whole = _raw(client, path, if_none_match='"x"')

    assert (again.status_code, octets, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert "public" in again.headers["cache-control"]
    assert "frame-ancestors 'none'" in again.headers["content-security-policy"]
    assert (other.status_code, bool(whole)) == (200, True)


def test_pages_behind_a_token_are_neither_packed_nor_kept(client: httpx.Client, town: FullTown) -> None:
    personal = [path for path in town.resident_pages() if path.startswith(("/r/", "/me/", "/stop/"))]

    for path in (*personal, "/admin/sign-in"):
        answer, _ = _raw(client, path, accept_encoding="gzip")
        assert answer.headers["cache-control"] == "no-store"
        assert {"content-encoding", "etag"}.isdisjoint(answer.headers)
    assert len(personal) == 4


def test_what_is_not_there_is_not_kept(client: httpx.Client) -> None:
    for path in ("/bulletins/999999", "/nowhere", "/style/nowhere.css", "/bulletins?month=x"):
        answer, _ = _raw(client, path, accept_encoding="gzip")
        assert answer.status_code == 404
        assert "public" not in answer.headers.get("cache-control", "")
        assert "etag" not in answer.headers
