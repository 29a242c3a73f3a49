"""Translations of notices at load: a fault is named by file and line, and harms no more than its own language."""

import shutil
from pathlib import Path

import pytest

from bulletins.notice_shelf import NoticeShelf, load_notices
from bulletins.phrases import read_phrases
from bulletins.tongue import read_tongues
from foundation.languages import Language
from foundation.templating import TemplateBroken
from tests.bulletins.samples import EDITIONS, NOTICES, komorebi, shelf, tongues


def _changed(folder: Path, name: str, file: str, change: tuple[str, str]) -> NoticeShelf:
    shutil.copytree(NOTICES / name, folder / name)
    path = folder / name / file
    text = path.read_text(encoding="utf-8")
    assert change[0] in text
    path.write_text(text.replace(*change, 1), encoding="utf-8")
    return load_notices(folder, komorebi(), tongues(komorebi()))


@pytest.mark.parametrize(
    ("name", "file", "old", "new", "told"),
    [
        ("evacuation", "en/body.txt", "{{ reason }}", "{{ raeson }}", "body.txt:24: 「raeson」という項目は"),
        ("evacuation", "en/body.txt", "{{ item }}", "{{ targets }}", "「targets」にはいくつも入る"),
        ("evacuation", "zh/body.txt", "{{ issued_at | day }}", "{{ issued_at }}", "body.txt:2: 「issued_at」は日時"),
        ("evacuation", "zh/subject.txt", "{{ level }}", "{{ level", "subject.txt:1: "),
        ("evacuation", "zh/subject.txt", "{{ level }}", "{{ subject }}", "subject.txt:1: 「subject」という項目は"),
        ("evacuation", "en/body.txt", "{% endif %}", "", "body.txt:"),
        ("evacuation", "en/body.txt", "{{ reason }}", "{{ 'a' * 10**9 }}", "body.txt:24: "),
        (
            "evacuation",
            "yasashii/words.toml",
            '"【警戒レベル４】避難指示" =',
            '"【警戒レベル４】避難" =',
            "「【警戒レベル４】避難指示」の訳",
        ),
        (
            "evacuation",
            "en/words.toml",
            '"近所の方にも',
            '"近くの方にも',
            "「近所の方にも声をかけてください。」の訳がありません",
        ),
        ("evacuation", "en/words.toml", 'reason = "Reason"\n', "", "words.toml:1: labels.reason"),
        ("evacuation", "en/words.toml", "reason =", "raeson =", "words.toml:3: labels.raeson"),
        ("evacuation", "en/words.toml", "[words]", "[wrods]", "wrods"),
        ("evacuation", "en/words.toml", 'reason = "Reason"', "reason = 1", "words.toml:3: labels.reason"),
        ("evacuation", "en/words.toml", 'reason = "Reason"', 'reason = "Reason', "words.toml:3: "),
        ("suspicious-person", "en/words.toml", '"男2人" = "two men"\n', "", "「男2人」の訳がありません"),
        (
            "fraud-call",
            "zh/words.toml",
            "{{ town.police.name }}の警察官",
            "{{ town.polcie.name }}の警察官",
            "words.toml:1: ",
        ),
        (
            "event",
            "en/body.txt",
            "{% if until %} to {{ until | clock }}{% endif %}",
            "",
            "「until」が、訳のどこにも入っていません",
        ),
        ("evacuation", "en/body.txt", "{{ reason }}", "{{ reason | day }}{{ targets | day }}", "body.txt:24: "),
        ("evacuation", "en/body.txt", "{{ reason }}", "{{ town.polcie.name }}", "body.txt:24: "),
        (
            "event",
            "en/body.txt",
            "{% if until %} to {{ until | clock }}{% endif %}",
            "{{ until | clock }}",
            "body.txt:2: ",
        ),
        ("retraction", "en/body.txt", "{{ safety }}\n", "", "「safety」が、訳のどこにも入っていません"),
    ],
)
def test_a_fault_is_named_and_the_notice_serves_without_this_language(
    tmp_path: Path, name: str, file: str, old: str, new: str, told: str
) -> None:
    loaded = _changed(tmp_path, name, file, (old, new))

    (broken,) = loaded.broken
    assert str(broken).startswith(str(tmp_path / name / file.partition("/")[0]))
    assert told in str(broken)
    language = Language(file.partition("/")[0])
    assert set(loaded.get(name).translations) == set(Language) - {Language.JAPANESE, language}


@pytest.mark.parametrize("missing", ["body.txt", "subject.txt", "words.toml"])
def test_a_translation_without_one_of_its_files_is_refused(tmp_path: Path, missing: str) -> None:
    shutil.copytree(NOTICES / "event", tmp_path / "event")
    (tmp_path / "event" / "en" / missing).unlink()

    (broken,) = load_notices(tmp_path, komorebi(), tongues(komorebi())).broken

    assert f"{missing}:1" in str(broken)


def test_a_notice_without_a_translation_is_no_fault(tmp_path: Path) -> None:
    shutil.copytree(NOTICES / "event", tmp_path / "event")
    shutil.rmtree(tmp_path / "event" / "en")

    loaded = load_notices(tmp_path, komorebi(), tongues(komorebi()))

    assert loaded.broken == ()
    assert Language.ENGLISH not in loaded.get("event").translations


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('closing = "', 'closnig = "', "closing"),
        ('closing = "Issued by: "', 'closing = "Issued by: ', "en.toml:5: "),
        ("[frame]\n", '[frame]\nundo = "Undo"\n', "frame.undo"),
        ('issued = "{name} issued"', "issued = 3", "weather.issued"),
    ],
)
def test_a_fault_in_the_standing_phrases_is_named(tmp_path: Path, old: str, new: str, told: str) -> None:
    text = (EDITIONS / "en.toml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "en.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(TemplateBroken) as caught:
        read_phrases(path)

    assert str(caught.value).startswith(f"{path}:")
    assert told in str(caught.value)


def test_a_language_whose_phrases_are_missing_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(TemplateBroken, match=r"yasashii\.toml:1: cannot be read"):
        read_tongues(tmp_path, komorebi())


def test_every_language_words_the_same_things() -> None:
    """The same labels, the same words, the same fields: what one language has no other lacks."""
    for notice in shelf(komorebi()).all():
        first, *others = notice.translations.values() or (None,)
        for other in others:
            assert first is not None
            assert set(other.labels) == set(first.labels), notice.name
            assert len(other.words.words) == len(first.words.words), notice.name
            assert other.names == first.names, notice.name
    phrases = [tongue.phrases for tongue in tongues(komorebi()).values()]
    for each in phrases:
        assert set(each.words.words) == set(phrases[0].words.words)
        assert set(each.standing_notes) == set(komorebi().standing_notes)
