"""An older system's list comes in whole, harms nothing that is here, and our own goes out and comes back."""

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from foundation.database import Database
from foundation.ledger import LedgerLine
from mailer.outbox_tables import OutboxRow
from subscribers import leaving
from subscribers.choices import Choices, chosen
from subscribers.register_export import export
from subscribers.register_file import FileInvalid, RegisterFile
from subscribers.register_imports import Counts, Wish
from subscribers.register_transfer import BATCH, Importer, Rejected
from subscribers.tables import StopReason, Subscriber, SubscriberState
from subscribers.three_days import Rule
from subscribers.town import Town
from subscribers.unreachable import Watch
from tests.subscribers.people import HANAKO, Desk, find, subscriber_of
from tests.support.clock import HandClock


class Office:
    """Brings lists in and writes the register out."""

    def __init__(self, database: Database, town: Town, clock: HandClock, folder: Path) -> None:
        self.database = database
        self.rejected: list[Rejected] = []
        self._town = town
        self._clock = clock
        self._folder = folder

    def take(self, text: str, *, encoding: str = "utf-8", dry_run: bool = False) -> Counts:
        return self.take_octets(text.encode(encoding), dry_run=dry_run)

    def take_octets(self, octets: bytes, *, dry_run: bool = False, wish: Wish | None = None) -> Counts:
        path = self._folder / "list.csv"
        path.write_bytes(octets)
        importer = Importer(self.database, self._town, self._clock, wish=wish, reject=self.rejected.append)
        file = RegisterFile.open(path, self._town)
        return (importer.look(file) if dry_run else importer.run(file)).counts

    def written(self) -> str:
        return "".join(export(self.database, self._town, at=self._clock.now()))


@pytest.fixture
def office(database: Database, town: Town, clock: HandClock, tmp_path: Path) -> Office:
    return Office(database, town, clock, tmp_path)


def _everybody(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Subscriber)) or 0


def test_a_list_of_addresses_alone_registers_everyone_for_everything(office: Office) -> None:
    counts = office.take("address\nhanako@example.jp\na..b@docomo.ne.jp\n")

    assert counts == Counts(added=2)
    resident = subscriber_of(office.database)
    assert (resident.state, resident.every_topic, resident.every_area) == (SubscriberState.ACTIVE, True, True)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_choices_come_by_key_or_by_label_in_both_encodings(office: Office, encoding: str) -> None:
    office.take(
        "address,topics,areas,language,place,registered_at\r\n"
        "hanako@example.jp,犯罪情報;weather,north,yasashii,library,2019/04/08\r\n",
        encoding=encoding,
    )

    resident = subscriber_of(office.database)
    assert (resident.language, resident.place) == ("yasashii", "library")
    assert resident.since.isoformat() == "2019-04-07T15:00:00+00:00"
    with office.database.read() as session:
        assert chosen(session, resident.id) == Choices(("crime", "weather"), ("north",))


def test_nobody_gets_a_mail_from_an_import(office: Office) -> None:
    office.take("address\nhanako@example.jp\n")

    with office.database.read() as session:
        assert session.scalars(select(OutboxRow)).all() == []


def test_every_rejected_line_is_told_with_its_number_and_reason(office: Office) -> None:
    counts = office.take(
        "address,topics,state,registered_at\n"
        "hanako@example.jp,,,\n"
        "not an address,,,\n"
        "\n"
        '"unclosed@example.jp,,,\n'
        "a@example.jp,no-such,,\n"
        "b@example.jp,,asleep,\n"
        "c@example.jp,,,someday\n"
        "d@example.jp,,,2099-01-01\n"
        "HANAKO@example.jp,,,\n"
        "e@example.jp,,,,,\n"
        "f@example.jp\n"
    )

    assert counts == Counts(added=2, rejected=8, repeated=1)
    assert [line.line for line in office.rejected] == [3, 5, 6, 7, 8, 9, 10, 11]
    assert office.rejected[-2].reason == "2行目と同じメールアドレスです。"
    assert all("example.jp" not in line.reason for line in office.rejected)


def test_what_is_known_here_stays_as_it_is(office: Office, desk: Desk) -> None:
    number = desk.register(choices=Choices(("crime",)))

    counts = office.take("address,topics,state\nhanako@example.jp,weather,stopped\n")

    assert counts == Counts(known=1, stopped_there=1)
    with office.database.read() as session:
        assert chosen(session, number) == Choices(("crime",))
    assert subscriber_of(office.database).state == SubscriberState.ACTIVE


def test_an_address_that_left_here_is_not_brought_back(office: Office, desk: Desk, clock: HandClock) -> None:
    number = desk.register()
    with office.database.write() as session:
        leaving.stop(session, number, StopReason.LEFT, by="resident", at=clock.now())

    counts = office.take("address,state\nhanako@example.jp,active\n")

    assert counts == Counts(known=1, stopped_here=1)
    assert subscriber_of(office.database).reason == StopReason.LEFT


def test_a_stopped_state_is_kept_and_staff_cannot_undo_it(office: Office, clock: HandClock) -> None:
    counts = office.take("address,state\nhanako@example.jp,stopped\n")

    resident = subscriber_of(office.database)
    assert counts == Counts(added=1, added_stopped=1)
    assert (resident.state, resident.reason, resident.stopped_at) == ("stopped", "left", clock.now())
    with office.database.write() as session:
        assert leaving.undo(session, resident.id, by="staff:1", at=clock.now()) is None


def test_a_dry_run_counts_the_same_and_keeps_nothing(office: Office) -> None:
    text = "address\nhanako@example.jp\nhanako@example.jp\ntaro@example.jp\n"

    dry = office.take(text, dry_run=True)

    assert dry == Counts(added=2, rejected=1, repeated=1)
    assert _everybody(office.database) == 0
    assert office.take(text) == dry
    with office.database.read() as session:
        actions = session.scalars(select(LedgerLine.action).order_by(LedgerLine.id)).all()
    assert actions == ["subscribers.import-begun", "subscribers.imported"]


def test_more_than_one_batch_comes_in_and_a_second_run_adds_nothing(office: Office) -> None:
    text = "address\n" + "".join(f"r{number}@example.jp\n" for number in range(2 * BATCH + 3))

    first, second = office.take(text), office.take(text)

    assert first == Counts(added=2 * BATCH + 3)
    assert second == Counts(known=2 * BATCH + 3)
    assert office.written().count("\r\n") == 2 * BATCH + 4


@pytest.mark.parametrize(
    "text", ["", "hanako@example.jp\n", "氏名,topics\n", "a@mail.example.jp\n", "address,state,state\n", '"address\n']
)
def test_a_file_without_a_usable_header_is_refused_as_a_whole(office: Office, text: str) -> None:
    with pytest.raises(FileInvalid):
        office.take(text)


def test_columns_that_we_do_not_hold_are_left_out_and_named(tmp_path: Path, town: Town) -> None:
    path = tmp_path / "list.csv"
    path.write_text("address,氏名,電話\nhanako@example.jp,こもれび花子,042-000-0000\n", encoding="utf-8")

    assert RegisterFile.open(path, town).ignored == ("氏名", "電話")


def test_an_export_comes_back_as_it_went_out(office: Office, desk: Desk, clock: HandClock) -> None:
    desk.register(choices=Choices(("crime", "weather"), ("north", "south")))
    number = desk.register(".a@docomo.ne.jp")
    with office.database.write() as session:
        leaving.stop(session, number, StopReason.UNREACHABLE, by="rule:three-days", at=clock.now())
    written = office.written()
    with office.database.write() as session:
        for subscriber in session.scalars(select(Subscriber)):
            session.delete(subscriber)

    clock.move(timedelta(hours=1))
    counts = office.take(written)

    assert counts == Counts(added=2, added_stopped=1)
    assert office.written() == written


def test_an_export_stands_in_the_ledger_without_an_address(office: Office, desk: Desk) -> None:
    desk.register()

    office.written()

    with office.database.read() as session:
        line = session.scalars(select(LedgerLine).order_by(LedgerLine.id.desc())).first()
    assert line is not None
    assert (line.action, line.details) == ("subscribers.exported", '{"addresses": 1}')


def test_octets_of_no_encoding_spoil_their_own_line_only(office: Office) -> None:
    counts = office.take_octets(b"address\n\xff\xfe\x00@example.jp\nhanako@example.jp\n\x85\n")

    assert counts == Counts(added=1, rejected=2)
    assert find(office.database, HANAKO) is not None


LAST = (
    "address,state\nhanako@example.jp,left\ntaro@example.jp,解除\nerrors@example.jp,エラー停止\nnew@example.jp,解除\n"
)


def test_who_left_the_older_system_during_the_parallel_weeks_is_stopped_here_where_it_is_wished(
    office: Office, desk: Desk, clock: HandClock
) -> None:
    desk.register()  # hanako, by herself
    clock.move(timedelta(minutes=1))
    office.take("address\ntaro@example.jp\nerrors@example.jp\n")
    clock.move(timedelta(days=14))

    asked = [office.take_octets(LAST.encode(), dry_run=dry, wish=Wish(stops=True)) for dry in (True, False)]

    assert asked[0] == asked[1] == Counts(added=1, added_stopped=1, known=3, stopped_now=1, stopped_there=2)
    states = {each: subscriber_of(office.database, f"{each}@example.jp").state for each in ("hanako", "taro", "errors")}
    assert states == {"hanako": "active", "taro": "stopped", "errors": "active"}
    assert subscriber_of(office.database, "taro@example.jp").reason == StopReason.LEFT
    with office.database.read() as session:
        actions = session.scalars(select(LedgerLine.action).order_by(LedgerLine.id)).all()
    assert actions[-3:] == ["subscribers.import-begun", "subscriber.stopped", "subscribers.imported"]


def test_nobody_is_stopped_by_a_list_where_it_is_not_wished(office: Office, clock: HandClock) -> None:
    office.take("address\ntaro@example.jp\n")
    clock.move(timedelta(days=14))

    assert office.take(LAST) == Counts(added=3, added_stopped=3, known=1, stopped_there=1)
    assert subscriber_of(office.database, "taro@example.jp").state == SubscriberState.ACTIVE


def test_errors_that_an_older_system_counted_stop_no_working_address(office: Office, clock: HandClock) -> None:
    office.take("address,エラー回数,最終エラー日\nhanako@example.jp,999,2026/11/19\n")
    clock.move(timedelta(days=10))

    with office.database.write() as session:
        assert Watch(Rule(days=1), ZoneInfo("Asia/Tokyo")).draw(session, at=clock.now()) == []
    resident = subscriber_of(office.database)
    assert (resident.state, resident.evidence) == ("active", "以前のシステムの記録：エラー999回、最後は2026年11月19日")


def test_a_formula_is_no_formula_in_our_export_and_the_same_address_when_it_comes_back(office: Office) -> None:
    office.take("address\n=1+1@example.jp\n+a@example.jp\n-b@example.jp\n")
    written = office.written()
    with office.database.write() as session:
        for subscriber in session.scalars(select(Subscriber)):
            session.delete(subscriber)

    office.take(written)

    assert [line.partition(",")[0] for line in written.splitlines()[1:]] == [
        "'=1+1@example.jp",
        "'+a@example.jp",
        "'-b@example.jp",
    ]
    assert office.written() == written


def test_a_line_with_nul_is_refused_whichever_column_it_stands_in(office: Office) -> None:
    counts = office.take_octets("address,氏名\na@example.jp,花\0子\nb@example.jp,花子\n".encode())

    assert counts == Counts(added=1, rejected=1)
    assert office.rejected[0].line == 2


def test_a_last_line_that_is_cut_is_refused_and_one_that_is_whole_is_taken(office: Office) -> None:
    cut = office.take("address,topics\na@example.jp,\nhanako@example.co")
    whole = office.take("address,topics\nb@example.jp,")

    assert (cut, whole) == (Counts(added=1, rejected=1), Counts(added=1))
    assert office.rejected[0].reason == "行が途中で切れています。"


def test_a_list_without_lines_takes_nobody_in(office: Office) -> None:
    assert office.take("メールアドレス,配信区分\r\n") == Counts()
