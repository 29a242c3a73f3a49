"""The trial of a notice template: what is wrong is found before it serves, with its place, in Japanese."""

from dataclasses import replace

import pytest

from bulletins.notice_source import BODY, DATA, SUBJECT, NoticeSource, read_folder
from bulletins.notice_trial import EXAMPLE, Trial, tried
from tests.bulletins.samples import FRIDAY, NOTICES, komorebi

NAMES = sorted(folder.name for folder in NOTICES.iterdir() if folder.is_dir())
EVENT = read_folder(NOTICES / "event")


def _tried(source: NoticeSource) -> Trial:
    return tried(source, komorebi(), at=FRIDAY)


@pytest.mark.parametrize("name", NAMES)
def test_every_notice_that_ships_passes_its_trial(name: str) -> None:
    trial = _tried(read_folder(NOTICES / name))

    assert trial.faults == ()
    assert trial.findings == ()


@pytest.mark.parametrize(
    ("added", "told"),
    [
        ("{{ venu }}", "「venu」という項目は"),
        ("{% if venue %}", "終わっていません"),
        ("{% endif %}", "当たる {% if %}"),
        ("{% jump %}", "{% jump %} は使えません"),
        ("{{ venue", "閉じ忘れ"),
        ("{{ venue | upper }}", "「|」の後ろに書けるのは"),
        ("{{ contents }}", "{% for item in contents %}"),
        ("{{ held_at }}", "held_at | day }}、{{ held_at | clock"),
        ("{{ until }}", "until | clock"),
        ("{% for item in venue %}{{ item }}{% endfor %}", "くり返せません"),
        ("{{ contents | day }}", "種類に合わない"),
        ("{{ venue | join('、') }}", ""),
    ],
)
def test_a_fault_in_the_body_is_told_with_its_line(added: str, told: str) -> None:
    line = EVENT.body.count("\n") + 1

    trial = _tried(replace(EVENT, body=f"{EVENT.body}{added}\n"))

    if not told:
        assert trial.faults == ()  # an odd wish that harms nobody
        return
    (fault,) = trial.faults
    assert fault.part == BODY
    assert told in fault.message
    assert fault.line in (line, line + 1)


def test_what_fails_only_without_an_optional_field_is_found_too() -> None:
    """`until` may stay empty; then there is no time to write."""
    trial = _tried(replace(EVENT, body=EVENT.body + "{{ until | clock }}\n"))

    (fault,) = trial.faults
    assert fault.part == BODY


def test_what_fails_only_with_another_choice_is_found_too() -> None:
    source = read_folder(NOTICES / "evacuation")
    body = source.body + "{% if 'レベル５' in level %}{{ targets | day }}{% endif %}\n"

    (fault,) = _tried(replace(source, body=body)).faults

    assert fault.part == BODY


@pytest.mark.parametrize(
    ("old", "new", "part", "key"),
    [
        ('title = "催し（講習会・パトロールなど）"', 'title = ""', DATA, "title"),
        ('label = "会場"', 'label = ""', DATA, "fields[4].label"),
        ('default = "無料"', 'default = "{{ 9 * 9 }}"', DATA, "fields[8].default"),
        ('default = "無料"', 'default = "{{ x }}"', DATA, "fields[8].default"),
        ('"no_reply"', "", DATA, "standing_notes"),
        ('expires_after = "3d"', 'expires_after = "soon"', DATA, "expires_after"),
        ('topics = ["prevention"]', 'topics = ["none"]', DATA, "topics"),
        ('venue = "中央公民館 3階ホール"', 'venue = ""', EXAMPLE, "venue"),
        ('held_at = "2026-12-05 14:00"', 'held_at = "2026-13-05 14:00"', EXAMPLE, "held_at"),
        ('venue = "中央公民館 3階ホール"', 'venue = "〇〇公民館"', EXAMPLE, "venue"),
    ],
)
def test_a_fault_in_the_data_is_told_with_its_key(old: str, new: str, part: str, key: str) -> None:
    assert old in EVENT.toml

    trial = _tried(replace(EVENT, toml=EVENT.toml.replace(old, new, 1)))

    assert [(fault.part, fault.key) for fault in trial.faults] == [(part, key)]


@pytest.mark.parametrize(
    "source",
    [
        replace(EVENT, body=EVENT.body + "担当部署：にせの課\n"),
        replace(EVENT, body=EVENT.body + "担 当　部\u200b署：にせの課\n"),
        replace(EVENT, body=EVENT.body + "{% if cost == 'x' %}担当{{ venue }}{{ '部署' }}{% endif %}\n"),
        replace(EVENT, body=EVENT.body + "配信停止はこちら\n"),
        replace(EVENT, body=EVENT.body + "https://anzen.example.jp/stop/abc\n"),
        replace(EVENT, body=EVENT.body + "kaijo-abc@mail.example.jp\n"),
        replace(EVENT, body=EVENT.body + "登録内容の変更はこちら\n"),
        replace(EVENT, subject="担当部署：にせの課"),
        replace(EVENT, toml=EVENT.toml.replace('"無料"', '"担当部署：にせの課"')),
        replace(EVENT, toml=EVENT.toml.replace('"雨天決行"', '"配信停止はこちら"')),
        replace(
            EVENT,
            body=EVENT.body + "{{ cost | replace('無料', '担当') }}部x署".replace("x署", "{{ rain | default('署') }}"),
        ),
    ],
)
def test_a_template_cannot_pose_as_the_section_in_charge_or_offer_a_stop_link(source: NoticeSource) -> None:
    trial = _tried(source)

    assert "自動で付きます" in trial.faults[0].message


@pytest.mark.parametrize(
    ("source", "part"),
    [
        (replace(EVENT, body="x" * 8001), BODY),
        (replace(EVENT, subject="x" * 301), SUBJECT),
        (replace(EVENT, subject="一行目\n二行目"), SUBJECT),
        (replace(EVENT, body="一\x07二"), BODY),
        (replace(EVENT, body=" \n "), BODY),
        (replace(EVENT, subject=""), SUBJECT),
        (replace(EVENT, toml='title = "' + "x" * 40_000 + '"'), DATA),
        (replace(EVENT, toml="a = " + "[" * 5000), DATA),
        (replace(EVENT, toml="title = 1"), DATA),
        (replace(EVENT, toml="〓"), DATA),
    ],
)
def test_garbage_is_refused_and_never_raises(source: NoticeSource, part: str) -> None:
    assert part in {fault.part for fault in _tried(source).faults}
