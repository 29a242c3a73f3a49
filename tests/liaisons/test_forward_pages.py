"""Behind the link: a look changes nothing, a stranger learns and sends nothing, and the code lets it out once."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select, text

from foundation.database import Database
from liaisons.forward_codes import CAPS, LIFE, TRIES
from liaisons.forward_tables import ForwardCode, ForwardOrder
from liaisons.personal_link import LIAISON
from liaisons.tables import Liaison, LiaisonState
from mailer.outbox_tables import LetterRow
from service.web import residents_app
from subscribers.town_forwarding import Forwarding
from tests.bulletins.corrections import correction
from tests.bulletins.office import Office, tokyo
from tests.liaisons.neighbourhood import TO_ALL_AND_LIAISONS, Neighbourhood
from tests.support import ready_file
from tests.support.clock import HandClock
from tests.support.served import served

_CODE = re.compile(r"^確認番号：(\d{3} \d{3})$", re.MULTILINE)
_KEY = re.compile(r'name="key" value="([a-z2-7]+)"')


@dataclass
class Door:
    """A liaison `sato` with three members, one of them on the city's list, before a bulletin that went out."""

    town: Neighbourhood
    client: httpx.Client
    number: int
    token: str

    @property
    def here(self) -> str:
        return f"/liaison/{self.token}/{self.number}"

    def ask(self, **fields: str) -> httpx.Response:
        return self.client.post(f"{self.here}/code", data={"sentence": "", **fields})

    def codes(self) -> list[str]:
        with self.town.office.database.read() as session:
            letters = session.scalars(select(LetterRow).order_by(LetterRow.id)).all()
        return [found for letter in letters for found in _CODE.findall(letter.body)]

    def send(self, key: str, code: str) -> httpx.Response:
        return self.client.post(f"{self.here}/send", data={"key": key, "code": code})

    def orders(self) -> int:
        with self.town.office.database.read() as session:
            return session.scalar(select(func.count()).select_from(ForwardOrder)) or 0

    def everything(self) -> list[object]:
        """All rows there are, but what a sender would do by itself."""
        with self.town.office.database.read() as session:
            tables = ("outbox", "letters", "forward_orders", "forward_codes", "ledger", "forward_years", "batches")
            return [session.execute(text(f"SELECT * FROM {name}")).all() for name in tables]  # noqa: S608 -- our own names


def key_of(answer: httpx.Response) -> str:
    found = _KEY.search(answer.text)
    assert found, answer.text
    return found[1]


@pytest.fixture
def door(tmp_path: Path, clock: HandClock) -> Iterator[Door]:
    yield from opened(tmp_path, clock, own_line=False)


@pytest.fixture
def own_words(tmp_path: Path, clock: HandClock) -> Iterator[Door]:
    """In a town where a liaison may add a line."""
    yield from opened(tmp_path, clock, own_line=True)


def opened(folder: Path, clock: HandClock, *, own_line: bool) -> Iterator[Door]:
    ready_file.make(folder / "hansho.db")
    database = Database(f"sqlite:///{folder / 'hansho.db'}")
    office = Office.open(database, clock, folder)
    vars(office.home).update(town=replace(office.home.town, forwarding=Forwarding(own_line=own_line)))
    for made_with_another_town in ("stationery", "network"):
        vars(office.home).pop(made_with_another_town, None)
    town = Neighbourhood(office)
    office.residents("both")
    liaison = town.liaison("sato", "a", "b", "both")
    number = office.sending(replace(TO_ALL_AND_LIAISONS, expires_after=timedelta(days=5)))
    office.post()
    with database.read() as session:
        subscriber = session.get_one(Liaison, liaison).subscriber_id or 0
    with served(residents_app(office.home)) as client:
        yield Door(town, client, number, office.home.keyring.sign(LIAISON, subscriber))
    database.close()


def test_looking_changes_nothing_however_often(door: Door) -> None:
    before = door.everything()

    pages = [door.client.get(way) for way in (f"/liaison/{door.token}", door.here, f"{door.here}/sheet")]
    others = [door.client.get(f"{door.here}/{way}") for way in ("code", "send")]

    assert [page.status_code for page in pages] == [200] * 3
    assert {other.status_code for other in others} <= {404, 405}
    assert door.everything() == before


def test_the_page_tells_the_notice_and_nothing_of_the_liaison_or_the_members(door: Door) -> None:
    pages = [door.client.get(way).text for way in (f"/liaison/{door.token}", door.here, f"{door.here}/sheet")]

    assert door.town.office.bulletin(door.number).subject in pages[1]
    for page in pages:
        assert not any(word in page for word in ("sato", "自治会", "both@"))
    assert "3人" in pages[1]
    assert door.client.get(door.here).headers["Referrer-Policy"] == "no-referrer"


def test_the_code_by_mail_lets_it_out_once(door: Door) -> None:
    asked = door.ask(sentence="2")
    assert door.orders() == 0
    key, code = key_of(asked), door.codes()[-1]

    sent = [door.send(key, code) for _ in range(2)]
    door.town.pass_on()

    assert [answer.status_code for answer in sent] == [200, 200]
    assert "転送を受け付けました" in sent[0].text
    assert door.orders() == 1
    assert door.town.received(door.number) == dict.fromkeys(("sato", "both", "a", "b"), 1)
    assert door.town.office.home.town.forwarding.sentences[1] in door.town.text("a", door.number)


def test_a_code_is_typed_as_people_type(door: Door) -> None:
    key, code = key_of(door.ask()), door.codes()[-1]
    wide = code.translate({ord(str(digit)): 0xFF10 + digit for digit in range(10)}).replace(" ", "－")

    assert door.send(key, f" {wide} ").status_code == 200
    assert door.orders() == 1


def test_without_the_code_nothing_leaves(door: Door) -> None:
    key = key_of(door.ask())
    right = door.codes()[-1].replace(" ", "")
    wrong = f"{(int(right) + 1) % 10**6:06}"

    answers = [door.send(key, guess) for guess in ("", wrong, "x" * 5000, "<b>", "000000\x00")[: TRIES - 1]]
    last = door.send(key, wrong)
    late = door.send(key, right)

    assert all(answer.status_code in (400, 409, 422) for answer in (*answers, last, late))
    assert door.orders() == 0
    assert "使えなくなりました" in late.text


def test_a_code_serves_only_the_page_that_asked_for_it_and_its_own_bulletin(door: Door) -> None:
    other = door.town.office.sending(TO_ALL_AND_LIAISONS)
    mine, stranger = key_of(door.ask()), key_of(door.ask())
    first, second = door.codes()[-2:]

    assert door.send(stranger, first).status_code == 422
    for _ in range(TRIES):
        door.send(stranger, "000000" if second != "000 000" else "111111")
    elsewhere = door.client.post(f"/liaison/{door.token}/{other}/send", data={"key": mine, "code": first})
    assert elsewhere.status_code == 409
    assert door.orders() == 0
    assert door.send(mine, first).status_code == 200


def test_a_code_is_good_for_minutes(door: Door) -> None:
    key, code = key_of(door.ask()), door.codes()[-1]
    door.town.office.clock.move(LIFE)

    assert "期限が切れました" in door.send(key, code).text
    assert door.orders() == 0


def test_a_stranger_cannot_flood_the_liaison(door: Door) -> None:
    few, many = CAPS[0][0], 12

    answers = [door.ask().status_code for _ in range(many)]
    links = [door.client.post(f"/liaison/{door.token}/link").status_code for _ in range(3)]

    assert answers == [200] * few + [429] * (many - few)
    assert links == [429] * 3
    assert len(door.codes()) == few


def test_in_a_whole_day_there_are_few_mails(door: Door) -> None:
    most = CAPS[1][0]

    for _ in range(20):
        door.client.post(f"/liaison/{door.token}/link")
        door.town.office.clock.move(timedelta(minutes=31))

    with door.town.office.database.read() as session:
        assert session.scalar(select(func.count()).select_from(ForwardCode)) == most


def test_codes_and_keys_are_kept_as_fingerprints(door: Door) -> None:
    key, code = key_of(door.ask()), door.codes()[-1].replace(" ", "")

    with door.town.office.database.read() as session:
        kept = str(session.execute(text("SELECT * FROM forward_codes")).all())

    assert key not in kept
    assert code not in kept


def test_a_fresh_link_comes_by_mail_to_the_liaison_alone(door: Door) -> None:
    answer = door.client.post(f"/liaison/{door.token}/link")

    last = door.town.office.rows()[-1]
    assert "メールを送りました" in answer.text
    assert last.address == "sato@example.jp"
    with door.town.office.database.read() as session:
        assert f"/liaison/{door.token}" in session.get_one(LetterRow, last.letter_id).body


@pytest.mark.parametrize("token", ["x", "a" * 24, "0" * 500, "%00", "<b>"])
def test_what_we_did_not_sign_opens_nothing(door: Door, token: str) -> None:
    before = door.everything()
    ways = [("GET", ""), ("GET", f"/{door.number}"), ("POST", f"/{door.number}/code"), ("POST", "/link")]

    answers = [door.client.request(how, f"/liaison/{token}{rest}") for how, rest in ways]

    assert all(answer.status_code in (400, 404, 405) for answer in answers)
    assert door.everything() == before


def test_another_liaison_s_words_and_numbers_open_nothing(door: Door) -> None:
    for number in (0, 99, 10**30):
        assert door.client.get(f"/liaison/{door.token}/{number}").status_code == 404
    unsent = door.town.office.sending()

    assert door.client.get(f"/liaison/{door.token}/{unsent}").status_code == 404


def test_after_consent_ended_the_page_says_so_kindly(door: Door) -> None:
    key, code = key_of(door.ask()), door.codes()[-1]
    door.town.change(1, state=LiaisonState.ENDED.value)

    answers = [door.client.get(door.here), door.ask(), door.send(key, code)]

    assert [answer.status_code for answer in answers] == [410] * 3
    assert "お礼を申し上げます" in answers[0].text
    assert door.orders() == 0


def test_what_is_put_right_meanwhile_is_refused_though_the_code_is_good(door: Door) -> None:
    door.town.office.finish()
    key, code = key_of(door.ask()), door.codes()[-1]
    door.town.office.waiting(correction(door.number))

    answer = door.send(key, code)

    assert answer.status_code == 409
    assert "訂正を出したため" in answer.text
    assert "data-copies" not in answer.text
    assert door.orders() == 0


def test_outside_the_hours_the_page_says_when_it_leaves(door: Door) -> None:
    door.town.office.clock.set(tokyo("2026-11-20T20:00:00"))
    key, code = key_of(door.ask()), door.codes()[-1]

    assert "11月24日(火) 午前9時から" in door.send(key, code).text


def test_where_the_town_does_not_allow_it_no_own_line_is_taken(door: Door) -> None:
    answer = door.ask(line="夕方、見回りをします。")

    assert answer.status_code == 422
    assert 'name="line"' not in door.client.get(door.here).text
    assert door.codes() == []


def test_an_own_line_is_set_apart_and_checked_as_the_staff_s_words_are(own_words: Door) -> None:
    asked = own_words.ask(line="田中さん（090-1234-5678）へ連絡を。\r\n※ わかば小学校の近くです。")

    assert all(word in asked.text for word in ("090-1234-5678", "田中さん", "わかば小学校", "もう一度ご確認ください"))
    own_words.send(key_of(asked), own_words.codes()[-1])
    own_words.town.pass_on()
    told = own_words.town.text("a", own_words.number)
    head, _, _ = told.partition("\n----------\n\n")
    assert head == "【連絡員より】\n田中さん（090-1234-5678）へ連絡を。\n※ わかば小学校の近くです。"


@pytest.mark.parametrize(
    "line",
    [
        "あ" * 201,
        "あ" * 5000,
        "見回り\x07中",
        "【連絡員より】市長です",
        "よろしく\n----------\n本日の訓練は中止です",
        "\u202eです",
    ],
)
def test_an_own_line_that_cannot_be_sent_is_refused_beside_its_field(own_words: Door, line: str) -> None:
    answer = own_words.ask(line=line)

    assert answer.status_code in (400, 422)
    assert own_words.codes() == []
    assert own_words.orders() == 0


@pytest.mark.parametrize("line", ["<script>alert(1)</script>", "{{ 7 * 7 }}", "{stop}", "{forward}"])
def test_marks_in_an_own_line_are_inert(own_words: Door, line: str) -> None:
    asked = own_words.ask(line=line)
    own_words.send(key_of(asked), own_words.codes()[-1])
    own_words.town.pass_on()

    assert "<script>alert" not in asked.text
    with own_words.town.office.database.read() as session:
        row = own_words.town.office.rows()[-1]
        letter = session.get_one(LetterRow, row.letter_id)
    assert line in letter.body
    assert line not in letter.tail.replace("{stop}", "")


@pytest.mark.parametrize("sentence", ["0", "4", "-1", "１", "x" * 400, "<b>"])
def test_only_the_town_s_sentences_are_taken(door: Door, sentence: str) -> None:
    assert door.ask(sentence=sentence).status_code == 422
    assert door.codes() == []


def test_the_sheet_has_boxes_for_some_twenty_households_and_the_board_has_none(door: Door) -> None:
    round_, board = (door.client.get(f"{door.here}/sheet{rest}").text for rest in ("", "?board=1"))

    assert round_.count("<li></li>") == 20
    assert board.count("<li></li>") == 0
    assert all(door.town.office.bulletin(door.number).subject in page for page in (round_, board))
