"""The pages of an import: nothing comes in before somebody has seen how it is read, and nothing of it is kept longer
than it is needed."""

import csv
import io
import re
from contextlib import closing
from datetime import timedelta
from http.client import HTTPConnection
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import func, select

from admin.frame.form_reading import MOST_UPLOADED
from admin.people.roles import Role
from foundation.ledger import LedgerLine
from mailer.outbox_tables import Lane, OutboxRow
from service.request_limits import MOST_OCTETS
from service.timetable import Timetable
from subscribers import register_imports
from subscribers.register_imports import ImportRow, ImportState
from subscribers.tables import Subscriber
from tests.admin.whole_console import Console, words

PAGE = "/admin/subscribers/import"
LIST = (
    "会員番号,氏名,メールアドレス,カテゴリ,状態,エラー回数,登録日時\r\n"
    "1,こもれび花子,hanako@example.jp,防犯,1,0,令和3年4月1日\r\n"
    "2,こもれび太郎,taro@example.jp,気象情報,1,3,2019/4/8 9:30\r\n"
    "3,,broken,気象情報,1,0,\r\n"
    "4,,=1+1,気象情報,1,0,\r\n"
    "5,,gone@example.jp,すべて,9,12,\r\n"
)
WORDS = {"topics": "防犯=犯罪情報+防犯のお知らせ", "states": "1=有効\n9=エラー停止"}


@pytest.fixture
def manager(console: Console) -> httpx.Client:
    return console.browser(Role.MANAGER)


def send(browser: httpx.Client, octets: bytes) -> httpx.Response:
    return browser.post(PAGE, files={"file": ("名簿.csv", octets, "text/csv")})


def sent(browser: httpx.Client, text: str = LIST) -> str:
    answer = send(browser, text.encode("cp932"))
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def as_shown(page: httpx.Response) -> dict[str, str]:
    """The choices of the columns as the form has them."""
    found = re.findall(r'name="(column-\d+)".*?</select>', page.text, re.DOTALL)
    parts = re.findall(r"<select.*?</select>", page.text, re.DOTALL)
    chosen = [re.search(r'value="([^"]*)" selected', part) for part in parts]
    return {name: each[1] if each else "" for name, each in zip(found, chosen, strict=True)}


def _announced(url: str, octets: int) -> int:
    """What is answered to a stranger who says that so much will come, and sends nothing yet."""
    with closing(HTTPConnection(urlsplit(url).netloc, timeout=20)) as line:
        line.putrequest("POST", PAGE)
        line.putheader("Content-Length", str(octets))
        line.endheaders()
        return line.getresponse().status


def work(console: Console) -> None:
    Timetable(console.home).take_in(console.clock.now())


def checked(console: Console, browser: httpx.Client, **more: str) -> str:
    """A list that was looked at, and can be taken in."""
    at = sent(browser)
    answer = browser.post(f"{at}/check", data={**as_shown(browser.get(at)), **WORDS, **more})
    assert answer.headers["location"] == at, answer.text
    work(console)
    return at


def everybody(console: Console) -> dict[str, tuple[str, str | None, str | None]]:
    with console.home.database.read() as session:
        return {str(row.address): (row.state, row.reason, row.evidence) for row in session.scalars(select(Subscriber))}


def letters(console: Console) -> int:
    with console.home.database.read() as session:
        return session.scalar(select(func.count()).select_from(OutboxRow)) or 0


def test_a_list_is_sent_looked_at_and_taken_in(console: Console, manager: httpx.Client) -> None:
    at = sent(manager)
    page = manager.get(at)
    shown = as_shown(page)
    assert "Shift_JIS" in words(page)
    assert list(shown.values()) == ["", "", "address", "topics", "state", "errors", "registered_at"]

    manager.post(f"{at}/check", data=shown | WORDS)
    waits = words(manager.get(at))
    work(console)
    looked = words(manager.get(at))

    assert "全部の行を調べています" in waits
    assert "まだ何も取り込んでいません" in looked
    assert re.search(r"新しく登録 ?3 ?うち停止中として ?1 ?登録済み（変わらない） ?0 ?取り込めない行 ?2", looked)
    assert everybody(console) == {}

    assert manager.post(f"{at}/start").headers["location"] == at
    work(console)

    assert "取り込みました" in words(manager.get(at))
    assert everybody(console) == {
        "hanako@example.jp": ("active", None, None),
        "taro@example.jp": ("active", None, "以前のシステムの記録：エラー3回"),
        "gone@example.jp": ("stopped", "unreachable", "以前のシステムの記録：エラー12回"),
    }
    assert letters(console) == 0


def test_the_words_of_the_list_that_nobody_knows_are_named(console: Console, manager: httpx.Client) -> None:
    at = sent(manager)
    manager.post(f"{at}/check", data={**as_shown(manager.get(at)), "states": WORDS["states"]})
    work(console)

    page = words(manager.get(at))

    assert "この市にないことばがありました" in page
    assert "「防犯」 1行" in page
    assert "「防犯=この市でのことば」のように" in page


def test_rejected_lines_are_fetched_as_a_table_in_which_no_cell_is_a_formula(
    console: Console, manager: httpx.Client
) -> None:
    at = checked(console, manager)

    answer = manager.get(f"{at}/rejected.csv")

    table = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert table[0] == ["行", "取り込めなかった理由", "メールアドレスの欄"]
    assert [(line[0], line[2]) for line in table[1:]] == [("4", "broken"), ("5", "'=1+1")]
    assert answer.headers["cache-control"] == "no-store"


def test_a_courtesy_letter_goes_once_to_those_who_come_in_active(console: Console, manager: httpx.Client) -> None:
    at = checked(console, manager, courtesy="1")
    assert "2人に、移行のお知らせを送ります" in words(manager.get(at))
    assert letters(console) == 0

    manager.post(f"{at}/start")
    work(console)
    manager.post(f"{at}/start")
    work(console)

    with console.home.database.read() as session:
        rows = session.scalars(select(OutboxRow).order_by(OutboxRow.address)).all()
    assert [(row.address, row.lane, row.batch) for row in rows] == [
        ("hanako@example.jp", Lane.BULK, "moved:1"),
        ("taro@example.jp", Lane.BULK, "moved:1"),
    ]


def test_who_did_what_stands_in_the_ledger_without_an_address(console: Console, manager: httpx.Client) -> None:
    at = checked(console, manager)
    manager.post(f"{at}/start")
    work(console)

    with console.home.database.read() as session:
        lines = [
            line
            for line in session.scalars(select(LedgerLine).order_by(LedgerLine.id))
            if line.action in (register_imports.BEGUN, register_imports.ENDED)
        ]
    assert [line.action for line in lines] == [register_imports.BEGUN, register_imports.ENDED]
    assert {line.actor for line in lines} == {console.people[Role.MANAGER].actor}
    assert not any("@" in line.details for line in lines)
    assert '"added": 3' in lines[1].details


def test_an_import_goes_on_after_a_restart(console: Console, manager: httpx.Client) -> None:
    text = "メールアドレス\r\n" + "".join(f"r{number}@example.jp\r\n" for number in range(2500))
    at = sent(manager, text)
    manager.post(f"{at}/check", data=as_shown(manager.get(at)))
    work(console)
    manager.post(f"{at}/start")
    turns = iter([False, True])
    console.home.import_work.turn(lambda: next(turns))
    assert re.search(r"38% ?新しく登録 ?1,000", words(manager.get(at)))

    work(console)

    assert len(everybody(console)) == 2500
    assert re.search(r"新しく登録 ?2,500", words(manager.get(at)))


def test_files_are_deleted_when_they_are_not_needed(console: Console, manager: httpx.Client) -> None:
    folder = console.home.settings.data / "imports"
    at, left = checked(console, manager), sent(manager)
    dismissed = sent(manager)
    manager.post(f"{dismissed}/dismiss")
    assert len(list(folder.glob("*.csv"))) == 3  # two uploads, and the rejected lines of one

    manager.post(f"{at}/start")
    work(console)
    after = sorted(path.name.partition(".")[2] for path in folder.iterdir())
    console.clock.move(timedelta(days=6))
    Timetable(console.home).tidy(console.clock.now())
    kept = console.browser(Role.MANAGER).get(f"{at}/rejected.csv").status_code
    console.clock.move(timedelta(days=2))
    Timetable(console.home).tidy(console.clock.now())

    assert after == ["csv", "rejected.csv"], "the upload that was not taken in, and the rejected lines of the other"
    assert kept == 200
    assert list(folder.iterdir()) == []
    assert console.browser(Role.MANAGER).get(f"{at}/rejected.csv").status_code == 404
    with console.home.database.read() as session:
        states = dict(session.execute(select(ImportRow.id, ImportRow.state)).tuples().all())
    assert states == {1: ImportState.DONE, 2: ImportState.DISMISSED, 3: ImportState.DISMISSED}
    assert left.endswith("/2")


@pytest.mark.parametrize(
    ("octets", "said"),
    [
        (b"", "空"),
        (b"PK\x03\x04", "xlsx"),
        (b"%PDF-1.7", "PDF"),
        (b"\0\0\0", "見出し"),
    ],
)
def test_what_is_no_list_is_refused_and_not_kept(
    console: Console, manager: httpx.Client, octets: bytes, said: str
) -> None:
    answer = send(manager, octets)

    assert answer.status_code == 422
    assert said in words(answer)
    assert list((console.home.settings.data / "imports").glob("*")) == []


def test_a_form_without_a_file_is_told_so(manager: httpx.Client) -> None:
    for answer in (manager.post(PAGE), manager.post(PAGE, data={"file": "x"}), manager.post(PAGE, files={"x": b""})):
        assert answer.status_code == 422
        assert "選んでください" in words(answer)


def test_columns_without_an_address_and_words_of_no_meaning_are_refused(manager: httpx.Client) -> None:
    at = sent(manager)
    shown = as_shown(manager.get(at))

    no_address = manager.post(f"{at}/check", data={**shown, "column-2": ""})
    no_topic = manager.post(f"{at}/check", data={**shown, "topics": "防犯=グルメ"})
    no_pair = manager.post(f"{at}/check", data={**shown, "topics": "防犯"})

    assert [each.status_code for each in (no_address, no_topic, no_pair)] == [422] * 3
    assert "メールアドレスの列" in words(no_address)
    assert "「グルメ」という配信区分は、この市にありません" in words(no_topic)
    assert "防犯=グルメ" in no_topic.text
    assert "の形で書いてください" in words(no_pair)


def test_nothing_is_taken_in_that_was_not_looked_at(console: Console, manager: httpx.Client) -> None:
    at = sent(manager)

    answer = manager.post(f"{at}/start")
    work(console)

    assert answer.status_code == 409
    assert everybody(console) == {}


def test_a_large_file_comes_in_and_one_of_a_stranger_is_not_read(console: Console, manager: httpx.Client) -> None:
    large = b"address\r\n" + b"x" * (2 * MOST_OCTETS)
    stranger = httpx.Client(base_url=console.url, trust_env=False, timeout=30)

    taken, refused = send(manager, large), send(stranger, large)
    announced = _announced(console.url, MOST_UPLOADED + 1)
    stranger.close()

    assert taken.status_code == 303
    assert refused.status_code == 403
    assert announced == 413
    assert manager.post("/admin/write/preview", content=large).status_code == 413
