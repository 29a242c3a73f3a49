"""An urgent bulletin stands on top of every residents' page, of those that nobody asked for too."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select, text

from bulletins.life import BulletinState
from bulletins.other_languages import EditionRow
from bulletins.tables import Bulletin
from service import standing_now
from service.standing_now import StandingNow
from tests.support.full_town import FullTown, full_town
from tests.support.served import NO_TLS


@pytest.fixture(autouse=True)
def _always_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing_now, "FRESH_SECONDS", 0.0)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[FullTown]:
    with full_town(tmp_path) as town:
        yield town


@pytest.fixture
def client(town: FullTown) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=town.url, trust_env=False, timeout=30, verify=NO_TLS) as client:
        yield client


def _urgent(town: FullTown) -> int:
    """The newest that was sent becomes urgent, and has just begun."""
    with town.home.database.write() as session:
        newest = select(Bulletin).where(Bulletin.state == BulletinState.SENT).order_by(Bulletin.id.desc())
        bulletin = session.scalars(newest).first()
        assert bulletin is not None
        bulletin.urgent, bulletin.subject, bulletin.started_at = True, "避難指示 <南部>", town.clock.now()
        return bulletin.id


def test_it_stands_before_everything_else_on_every_page(town: FullTown, client: httpx.Client) -> None:
    number = _urgent(town)
    pages = [*town.resident_pages(), "/bulletins/999999", "/bulletins?month=x", "/entry.svg?place=%00x", "/me/nobody"]

    for path in [path for path in pages if path != f"/bulletins/{number}"]:
        page = client.get(path).text
        assert page.count('class="band band--urgent"') == 1, path
        band = page.index("避難指示 &lt;南部&gt;</a>")
        assert f'href="/bulletins/{number}"' in page[page.index("band--urgent") : band]
        assert band < page.index("<h1"), path


def test_it_stands_there_in_the_language_of_the_page(town: FullTown, client: httpx.Client) -> None:
    number = _urgent(town)
    with town.home.database.write() as session:
        revision = session.get_one(Bulletin, number).revision
        english = session.get_one(EditionRow, (number, "en"))
        english.subject, english.text, english.revision = "Evacuate <now>", "Evacuate <now>\nGo.", revision
        session.get_one(EditionRow, (number, "zh")).revision = revision - 1

    band = {language: client.get(f"/lost?lang={language}").text.partition("<header")[0] for language in ("en", "zh")}

    assert f'<a href="/bulletins/{number}?lang=en">Evacuate &lt;now&gt;</a>' in band["en"]
    assert '<span lang="ja">避難指示 &lt;南部&gt;</span></a>' in band["zh"]


def test_it_is_on_the_answer_to_a_form_too(town: FullTown, client: httpx.Client) -> None:
    _urgent(town)

    for data in ({"address": "taro@"}, {"address": "taro@example.jp"}):
        assert "避難指示 &lt;南部&gt;</a>" in client.post("/register", data=data).text


def test_its_own_page_and_the_console_are_without_it(town: FullTown, client: httpx.Client) -> None:
    number = _urgent(town)

    assert "band--urgent" not in client.get(f"/bulletins/{number}").text
    assert "band--urgent" not in client.get("/admin/sign-in").text


def test_without_one_nothing_stands_there(client: httpx.Client) -> None:
    for path in ("/", "/nowhere"):
        assert "band--urgent" not in client.get(path).text


def test_while_the_database_does_not_answer_what_was_known_stands_on(town: FullTown) -> None:
    number = _urgent(town)
    now = StandingNow(town.home.database, town.clock)
    before = now()
    with town.home.database.write() as session:
        session.execute(text("ALTER TABLE bulletins RENAME TO elsewhere"))

    assert [each.bulletin_id for each in now()] == [each.bulletin_id for each in before] == [number]


def test_it_is_asked_for_once_in_a_while_however_many_pages_are_read(
    town: FullTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standing_now, "FRESH_SECONDS", 3600.0)
    now = StandingNow(town.home.database, town.clock)
    before = now()
    _urgent(town)

    assert [now() for _ in range(3)] == [before] * 3
