"""The filter help: facts with their source, and a page that says on what they stand."""

from datetime import date
from pathlib import Path

import pytest
from fastapi import FastAPI

from foundation.routes import take_in
from subscribers.filter_help import FilterHelpInvalid, load_filter_help
from subscribers.page_help import HelpPages
from subscribers.town import Town
from tests.support.page_reader import PageReader
from tests.support.spoken import pages_in


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('checked = "2026-11-27"', "令和8年11月27日(金) に、公式ページで確かめた手順です。"),
        ("from_copy = true", "公式ページの、いつのものか分からない写しで確かめた手順です。"),
        ("", "公式ページでは、まだ確かめていない手順です。"),
    ],
)
def test_a_page_of_help_says_on_what_its_steps_stand(town: Town, tmp_path: Path, line: str, sentence: str) -> None:
    path = tmp_path / "filter_help.toml"
    entry = '[[service]]\nkey = "au"\nname = "au"\ndomains = []\nsteps = ["x"]\nsource = "https://example.jp/"\n'
    path.write_text(entry + line, encoding="utf-8")
    app = FastAPI()
    take_in(app.router, HelpPages(pages_in(town), load_filter_help(path)).router())

    page = PageReader(app).get("/help/au").text

    assert [each in page for each in ("公式ページで確かめた", "写しで確かめた", "まだ確かめていない")].count(True) == 1
    assert sentence in page


def test_each_service_names_its_own_page_and_a_day_that_is_a_day() -> None:
    for service in load_filter_help():
        assert service.steps
        assert service.source is None or service.source.startswith("https://")
        assert service.checked is None or date(2026, 1, 1) < service.checked


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('key = "docomo"', 'key = "Do Como"'),
        ('key = "au"', 'key = "docomo"'),
        ("from_copy = true", 'checked = "2026-13-45"'),
        ("from_copy = true", 'checked = "yesterday"'),
        ("from_copy = true", 'chekced = "2026-11-27"'),
        ("from_copy = true", 'from_copy = "yes"'),
        ("from_copy = true", 'from_copy = true\nchecked = "2026-11-27"'),
        ('source = "https://', 'source = "javascript://'),
        ("steps = [", "steps = [1, "),
        ("[[service]]", "[[service"),
    ],
)
def test_a_wrong_line_of_the_file_is_named_in_one_line(tmp_path: Path, old: str, new: str) -> None:
    shipped = Path(__file__).parents[2] / "subscribers" / "filter_help.toml"
    path = tmp_path / "filter_help.toml"
    path.write_text(shipped.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")

    with pytest.raises(FilterHelpInvalid) as caught:
        load_filter_help(path)

    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


def test_who_waits_for_the_letter_is_led_to_the_help_of_their_own_mail_service(client: PageReader) -> None:
    known = client.post("/register?lang=en", data={"address": "hanako@i.softbank.jp"}).text
    unknown = client.post("/register?lang=en", data={"address": "hanako@example.jp"}).text

    assert '<a href="/help/softbank?lang=en">settings for SoftBank</a>' in known
    assert '<a href="/help?lang=en">three questions</a>' in unknown
    assert "/help/" not in unknown
