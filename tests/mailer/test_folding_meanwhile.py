"""The fold beside others: senders, reports, people, a second fold, and death."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

import mailer.folding
from foundation.database import Database
from foundation.strides import Strides
from mailer import claims, outbox
from mailer.bounce_facts import BounceFactRow
from mailer.claims import Claimed, Wish
from mailer.courier import Delivered
from mailer.folding import fold
from mailer.outbox_tables import Lane, OutboxRow, State, TallyRow
from tests.support.mail_engine import AT, many, put
from tests.support.old_letters import GONE, OLD, SPANS, but_r1, folded, left, of_batch, recounted, report, sent, strides


def test_a_run_that_ends_early_is_gone_on_with(database: Database) -> None:
    sent(database, many(300))
    sent(database, many(40), batch="c")
    before = (recounted(database), recounted(database, "c"))

    dropped = [fold(strides(database, limit=100, until=lambda: True), SPANS, at=OLD) for _ in range(3)]
    between = recounted(database)
    rest = folded(database)

    assert (dropped[0], sum(dropped) + rest) == (100, 340)
    assert between == before[0]
    assert (recounted(database), recounted(database, "c")) == before
    assert left(database) | left(database, "c") == set()


def test_killed_in_the_middle_of_a_chunk_it_loses_and_doubles_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(database, many(300))
    before = recounted(database)
    real, chunks = mailer.folding.fold_counts, iter(range(9))

    def dies(session: Session, batch: str, dropped: Counter[State]) -> None:
        real(session, batch, dropped)
        if next(chunks) == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr("mailer.folding.fold_counts", dies)
    with pytest.raises(KeyboardInterrupt):
        fold(strides(database, limit=100), SPANS, at=OLD)

    assert (len(left(database)), recounted(database)) == (200, before)
    assert folded(database) == 200
    assert recounted(database) == before


def test_two_at_once_do_no_harm(database: Database) -> None:
    for name in ("b", "c", "d"):
        sent(database, many(400), lambda address: GONE if address == "r7@example.jp" else Delivered("250"), batch=name)

    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(lambda _: fold(strides(database, limit=50), SPANS, at=OLD), range(2)))
    rest = folded(database)

    assert sum(runs) + rest == 3 * 399
    for name in ("b", "c", "d"):
        assert recounted(database, name) == {State.SENT: 399, State.FAILED: 1}
        assert of_batch(database, name).folded_at == OLD


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)  # SQLite has one writer at a time
def test_a_letter_in_another_hand_is_not_waited_for(database: Database) -> None:
    rows = sent(database, many(3))

    with database.write() as other:
        other.get(OutboxRow, rows["r1@example.jp"], with_for_update=True)
        assert folded(database) == 2
        assert of_batch(database).folded_at is None

    assert folded(database) == 1
    assert of_batch(database).folded_at == OLD


def test_a_report_that_comes_between_the_look_and_the_drop_is_kept(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = sent(database, many(3))
    real = Strides.write

    def late(self: Strides, work: Callable[[Session], int]) -> int:
        report(database, rows["r1@example.jp"], at=OLD)
        return real(self, work)

    monkeypatch.setattr(Strides, "write", late)
    folded(database)

    assert left(database) == {"r1@example.jp"}
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(BounceFactRow)) == 1


def test_a_batch_sent_again_between_the_look_and_the_drop_keeps_its_letters(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(database, many(3), but_r1)
    real = Strides.write

    def late(self: Strides, work: Callable[[Session], int]) -> int:
        with database.write() as session:
            outbox.send_again(session, "b", at=OLD, expires_at=OLD + timedelta(hours=1))
        return real(self, work)

    monkeypatch.setattr(Strides, "write", late)

    assert folded(database) == 0
    assert len(left(database)) == 3


def test_senders_claim_between_the_chunks_and_no_chunk_is_larger_than_its_limit(sqlite: Database) -> None:
    sent(sqlite, many(1000))
    put(sqlite, many(10), batch="new", at=OLD)
    claimed: list[Claimed] = []
    sizes: list[int] = []

    def breath(_seconds: float) -> bool:
        sizes.append(len(left(sqlite)))
        with sqlite.write() as session:
            claimed.extend(claims.claim(session, "s1", Wish({Lane.BULK: 2}), at=OLD).rows)
        return False

    run = Strides(sqlite, breath, seconds=60)
    run.limit = 50
    fold(run, SPANS, at=OLD)

    assert {row.batch for row in claimed} == {"new"}
    assert len(claimed) == 10
    chunks = [before - after for before, after in zip([1000, *sizes], sizes, strict=False)]
    assert chunks[0] == 50
    assert all(0 <= after <= max(2 * before, 50) for before, after in pairwise(chunks))


def test_erasing_in_between_hides_no_letter_from_the_fold(sqlite: Database) -> None:
    sent(sqlite, many(300))
    erased = iter(["r299@example.jp", "r5@example.jp", "r0@example.jp"])

    def breath(_seconds: float) -> bool:
        if (address := next(erased, None)) is not None:
            with sqlite.write() as session:
                outbox.forget(session, address, "erased:1" if address.startswith("r2") else f"zz:{address}")
        return False

    run = Strides(sqlite, breath, seconds=60)
    run.limit = 60

    assert fold(run, SPANS, at=OLD) == 300
    assert left(sqlite) == set()


def test_a_fold_without_old_batches_writes_nothing(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    sent(sqlite, many(3))
    with sqlite.write() as session:
        session.execute(delete(TallyRow))

    monkeypatch.setattr(Strides, "write", lambda *_: pytest.fail("it wrote"))

    assert folded(sqlite, at=AT) == 0
