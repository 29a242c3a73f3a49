"""Templates: strict, sandboxed, and plain about what is wrong with them."""

from datetime import date, time
from pathlib import Path

import pytest

from foundation.templating import TemplateBroken, TextTemplates, read_letter


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_blocks_leave_no_blank_lines(tmp_path: Path) -> None:
    path = _write(tmp_path / "body.txt", "A\n  {% if more %}\n{{ more }}\n  {% endif %}\nB\n")

    template = TextTemplates().compile(path)

    assert template.render(more="x") == "A\nx\nB"
    assert template.render(more="") == "A\nB"
    assert template.names == {"more"}


def test_dates_and_times_are_written_the_offices_way(tmp_path: Path) -> None:
    template = TextTemplates().compile(_write(tmp_path / "t", "{{ d|day }} {{ t|clock }} {{ d|era }}"))

    assert template.render(d=date(2018, 6, 5), t=time(7, 50)) == "6月5日(火) 午前7時50分 平成30年6月5日"
    assert template.render(d="〔いつ〕", t="〔何時〕") == "〔いつ〕 〔何時〕 〔いつ〕"


def test_a_syntax_error_names_file_and_line(tmp_path: Path) -> None:
    path = _write(tmp_path / "body.txt", "fine\n{% if %}\n")

    with pytest.raises(TemplateBroken) as caught:
        TextTemplates().compile(path)

    assert str(caught.value).startswith(f"{path}:2: ")
    assert "\n" not in str(caught.value)


def test_a_missing_value_names_file_and_line(tmp_path: Path) -> None:
    path = _write(tmp_path / "body.txt", "fine\n{{ nobody }}\n")

    with pytest.raises(TemplateBroken, match="nobody") as caught:
        TextTemplates().compile(path).render()

    assert caught.value.line == 2


def test_a_missing_file_and_a_file_in_another_encoding_are_refused(tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_bytes("お知らせ".encode("cp932"))

    for name in ("none.txt", "old.txt"):
        with pytest.raises(TemplateBroken, match="cannot be read"):
            TextTemplates().compile(tmp_path / name)


@pytest.mark.parametrize("source", ["{{ ''.__class__.__mro__ }}", "{{ x.append(1) }}", "{% include '/etc/passwd' %}"])
def test_a_template_reaches_nothing_but_its_values(tmp_path: Path, source: str) -> None:
    path = _write(tmp_path / "t", source)

    with pytest.raises(TemplateBroken):
        TextTemplates().compile(path).render(x=[])


def test_what_a_value_holds_is_never_run_as_a_template(tmp_path: Path) -> None:
    template = TextTemplates().compile(_write(tmp_path / "t", "{{ x }}"))

    assert template.render(x="{{ 7 * 7 }}") == "{{ 7 * 7 }}"


def test_a_letter_has_one_subject_line_whatever_the_values_hold(tmp_path: Path) -> None:
    _write(tmp_path / "subject.txt", "登録の\nご案内 {{ name }}\n")
    _write(tmp_path / "body.txt", "\n{{ name }}さま\n\n終わり\n\n")

    letter = read_letter(tmp_path)

    assert letter.subject(name="a\r\nBcc: x@example.jp") == "登録の ご案内 a Bcc: x@example.jp"
    assert letter.body(name="A") == "Aさま\n\n終わり\n"


def test_a_letter_without_a_body_is_refused(tmp_path: Path) -> None:
    _write(tmp_path / "subject.txt", "x")

    with pytest.raises(TemplateBroken, match=r"body\.txt"):
        read_letter(tmp_path)
