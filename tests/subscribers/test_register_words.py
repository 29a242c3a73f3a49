"""What older systems write: headings, states, dates and choices are read as they are meant, or not at all."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from subscribers.register_columns import Column, HeadInvalid, Meaning, meanings
from subscribers.register_entry import Entry, EntryReader
from subscribers.register_file import FileInvalid, RegisterFile, Told
from subscribers.register_values import LineInvalid, Words, read_flag, read_moment, read_reason, read_state
from subscribers.tables import StopReason, SubscriberState
from subscribers.town import Town

TOKYO = ZoneInfo("Asia/Tokyo")
AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def _reader(town: Town, headings: str, **told: dict[str, str]) -> EntryReader:
    found = meanings(headings.split(","), town, told.get("columns", {}))
    words = {name: told.get(name, {}) for name in ("topics", "areas", "states")}
    return EntryReader(found, town, at=AT, **words)


def _entry(town: Town, headings: str, cells: str, **told: dict[str, str]) -> Entry:
    return _reader(town, headings, **told).read(cells.split(","))


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("メールアドレス", Column.ADDRESS),
        ("アドレス", Column.ADDRESS),
        ("E-mail", Column.ADDRESS),
        ("ｅｍａｉｌ", Column.ADDRESS),
        ("登録日時", Column.REGISTERED_AT),
        ("登録日", Column.REGISTERED_AT),
        ("配信区分", Column.TOPICS),
        ("カテゴリ", Column.TOPICS),
        ("ｶﾃｺﾞﾘ", Column.TOPICS),
        ("地域", Column.AREAS),
        ("状態", Column.STATE),
        ("停止", Column.STOPPED),
        ("エラー回数", Column.ERRORS),
        ("最終エラー日", Column.LAST_ERROR_AT),
        ("氏名", None),
        ("電話番号", None),
    ],
)
def test_headings_of_other_systems_are_understood(town: Town, heading: str, column: Column | None) -> None:
    others = () if column is Column.ADDRESS else ("address",)

    assert meanings([heading, *others], town, {})[0] == Meaning(heading, column)


def test_a_heading_that_is_not_quite_known_is_taken_when_it_is_the_only_one_of_its_kind(town: Town) -> None:
    assert meanings(["会員メールアドレス１", "氏名"], town, {})[0].column is Column.ADDRESS
    with pytest.raises(HeadInvalid):
        meanings(["会員メールアドレス１", "会員メールアドレス２"], town, {})


def test_two_columns_of_addresses_are_not_guessed_between(town: Town) -> None:
    with pytest.raises(HeadInvalid, match="二つ"):
        meanings(["メールアドレス", "携帯メールアドレス"], town, {})

    chosen = meanings(["メールアドレス", "携帯メールアドレス"], town, {"メールアドレス": ""})

    assert [each.column for each in chosen] == [None, Column.ADDRESS]


def test_what_a_person_says_of_a_column_goes_before_every_guess(town: Town) -> None:
    with pytest.raises(HeadInvalid, match="ありません"):
        meanings(["address"], town, {"メアド": "address"})
    with pytest.raises(HeadInvalid, match="使えるのは"):
        meanings(["address", "x"], town, {"x": "birthday"})

    assert meanings(["address", "登録日"], town, {"登録日": ""})[1].is_taken is False


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("", None),
        ("有効", None),
        ("配信中", None),
        ("停止", StopReason.LEFT),
        ("解除", StopReason.LEFT),
        ("退会済み", StopReason.LEFT),
        ("エラー停止", StopReason.UNREACHABLE),
        ("不達", StopReason.UNREACHABLE),
        ("苦情", StopReason.COMPLAINT),
        ("管理者停止", StopReason.STAFF),
    ],
)
def test_states_keep_their_reason(word: str, reason: StopReason | None) -> None:
    assert read_state(word, {}) == reason


@pytest.mark.parametrize("word", ["仮登録", "1", "0", "９", "謎"])
def test_a_state_that_nobody_knows_is_not_guessed(word: str) -> None:
    with pytest.raises(LineInvalid):
        read_state(word, {})


def test_codes_mean_what_a_person_said(town: Town) -> None:
    said = {"1": "有効", "9": "エラー停止"}

    active, stopped = (_entry(town, "address,状態", f"a@example.jp,{code}", states=said) for code in ("1", "９"))

    assert (active.state, stopped.reason) == (SubscriberState.ACTIVE, StopReason.UNREACHABLE)
    with pytest.raises(ValueError, match="謎"):
        _reader(town, "address,状態", states={"1": "謎"})


def test_whichever_column_says_that_an_address_is_stopped_it_is(town: Town) -> None:
    headings = "address,状態,停止フラグ,解除日時,停止理由"

    found = [
        _entry(town, headings, cells).reason
        for cells in (
            "a@example.jp,配信中,0,,",
            "a@example.jp,配信中,1,,",
            "a@example.jp,配信中,,2026/01/05 9:00,本人の希望",
            "a@example.jp,停止,,,配信エラーのため",
            "a@example.jp,エラー停止,,,なんとなく",
        )
    ]

    assert found == [None, StopReason.LEFT, StopReason.LEFT, StopReason.UNREACHABLE, StopReason.UNREACHABLE]


def test_a_stop_for_a_reason_that_nobody_knows_is_the_residents_own() -> None:
    assert read_reason("なんとなく") is StopReason.LEFT


@pytest.mark.parametrize(
    "text",
    [
        "2019/4/8 09:30",
        "2019-04-08 09:30:00",
        "2019-04-08T09:30:00+09:00",
        "2019年4月8日 午前9時30分",
        "2019年4月8日(月) 9:30",
        "平成31年4月8日 9:30",
        "平成31年04月08日　午前９時３０分",
        "H31.4.8 9:30",
        "20190408093000",
        "201904080930",
        "2019.4.8 9:30:00",
    ],
)
def test_dates_and_times_are_read_in_the_usual_spellings(text: str) -> None:
    assert read_moment(text, TOKYO) == datetime(2019, 4, 8, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["令和元年5月7日", "R1.5.7", "2019/05/07", "20190507", "２０１９年５月７日", "2019-5-7"]
)
def test_a_date_alone_is_that_days_midnight(text: str) -> None:
    assert read_moment(text, TOKYO) == datetime(2019, 5, 6, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["むかし", "19/5/7", "2019/13/1", "令和7年2月30日", "2019/5/7 25:00", "12", "令和", "0"]
)
def test_what_is_no_date_is_not_read_as_one(text: str) -> None:
    with pytest.raises(LineInvalid):
        read_moment(text, TOKYO)


def test_topics_come_by_our_words_or_by_what_a_person_said(town: Town) -> None:
    said = {"防犯": "crime+prevention", "グルメ": ""}

    def topics(cell: str) -> tuple[str, ...]:
        return _entry(town, "address\tカテゴリ".replace("\t", ","), f"a@example.jp,{cell}", topics=said).choices.topics

    assert topics("すべて") == topics("") == ()
    assert topics("気象情報") == topics("weather") == topics("ＷＥＡＴＨＥＲ") == ("weather",)
    assert topics("迷子・迷い人情報") == ("missing",)
    assert topics("防犯／気象情報") == topics("防犯;weather") == ("crime", "weather", "prevention")
    with pytest.raises(LineInvalid, match="ない配信区分"):
        topics("野球")
    with pytest.raises(LineInvalid, match="一つもありません"):
        topics("グルメ")


def test_a_column_for_each_topic_is_read_by_its_signs(town: Town) -> None:
    headings = "address,犯罪情報,気象情報,北部（北栗林町・椎の木町・丘の上町）"

    chosen = _entry(town, headings, "a@example.jp,○,0,1").choices

    assert (chosen.topics, chosen.areas) == (("crime",), ("north",))
    with pytest.raises(LineInvalid, match="一つも選ばれていません"):
        _entry(town, headings, "a@example.jp,0,×,1")
    with pytest.raises(LineInvalid, match="○か×か"):
        _entry(town, headings, "a@example.jp,有効?,0,1")


def test_a_word_that_means_all_is_all_beside_others() -> None:
    assert Words.of("配信区分", {"crime": "犯罪情報"}, {}).read("犯罪情報、すべて") == ()


def test_a_town_is_read_as_the_area_in_which_it_lies_and_what_was_said_of_it_goes_first(town: Town) -> None:
    said = _entry(town, "address,地域", "a@example.jp,楓町、若葉野、ひかり台")

    assert said.choices.areas == ("central", "east")
    with pytest.raises(LineInvalid, match="この市にない地域です：隣町"):
        _entry(town, "address,地域", "a@example.jp,楓町、隣町")
    parts = {"楓町": "central", "北部": "central"}
    words = Words.of("地域", {"central": "中央部", "north": "北部"}, {"楓町": "北部", "丘": "楓町"}, parts)
    assert [words.read(each) for each in ("楓町", "北部", "丘")] == [("north",), ("north",), ("central",)]


def test_a_flag_is_a_sign_or_a_date() -> None:
    assert [read_flag(text, TOKYO) for text in ("", "0", "×", "1", "○", "停止", "2026/1/5")] == [False] * 3 + [True] * 4


def test_languages_and_places_come_by_name(town: Town) -> None:
    found = _entry(town, "address,言語,登録場所", "a@example.jp,やさしい日本語,中央図書館")

    assert (found.language, found.place) == ("yasashii", "library")


def test_errors_of_the_older_system_are_noted_and_nothing_more(town: Town) -> None:
    found = _entry(town, "address,エラー回数,最終エラー日", "a@example.jp,12回,令和8年3月4日")

    assert found.state is SubscriberState.ACTIVE
    assert found.noted == "以前のシステムの記録：エラー12回、最後は2026年3月4日"


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        (b"", "空"),
        (b"PK\x03\x04rest", "xlsx"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls"),
        (b"\xff\xfea\x00", "UTF-16"),
        (b"\x1f\x8b\x08", "圧縮"),
        (b"\n\n", "見出し"),
        (b"\0" * 100_000, "見出し"),
        (b"a" * 100_000, "見出し"),
    ],
    ids=lambda value: str(value)[:12],
)
def test_a_file_that_is_no_list_is_refused_with_what_to_do(
    town: Town, tmp_path: Path, octets: bytes, words: str
) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(octets)

    with pytest.raises(FileInvalid, match=words):
        RegisterFile.open(path, town)


def test_a_file_of_two_encodings_is_read_line_by_line(town: Town, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(
        "メールアドレス,カテゴリ\r\n".encode("utf-8-sig")
        + "a@example.jp,犯罪情報\r\n".encode("cp932")
        + "b@example.jp,犯罪情報\r\n".encode()
    )
    file = RegisterFile.open(path, town)
    reader = EntryReader(file.meanings, town, topics={}, areas={}, states={}, at=AT)

    found = [reader.read(line.cells or ()).choices.topics for line in file.lines()]

    assert found == [("crime",), ("crime",)]


def test_what_was_told_is_a_value(town: Town, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("メアド,気象情報\na@example.jp,1\n", encoding="utf-8")

    assert RegisterFile.open(path, town, Told(columns={"メアド": "address"})).meanings[0].column is Column.ADDRESS
