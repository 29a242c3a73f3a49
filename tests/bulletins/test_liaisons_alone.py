"""What went to the liaisons alone is theirs to pass on: no page of the public, feed or banner tells of it."""

from pathlib import Path

import pytest

from foundation.database import Database
from tests.bulletins.public_archive import PublicArchive
from tests.support.clock import HandClock


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


def test_the_public_neither_sees_it_nor_finds_it(database: Database, clock: HandClock, tmp_path: Path) -> None:
    archive = PublicArchive(database, clock)
    secret = archive.add("連絡員のみなさまへ", text="見回りの相談", urgent=True, to_all=True)
    shown = archive.add("みなさまへ")
    archive.hide_from_all_but_liaisons(secret)

    pages = [
        archive.page(way) for way in ("/bulletins", "/bulletins.atom", "/bulletins?q=見回り", f"/bulletins/{shown}")
    ]

    assert archive.reader.get(f"/bulletins/{secret}").status_code == 404
    assert not any("連絡員のみなさまへ" in page for page in pages)
    assert not any("見回りの相談" in page for page in pages)
    assert [each.id for each in archive.standing()] == []
