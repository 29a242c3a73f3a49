"""Leaflet, poster and card as a browser prints them: the right paper, nothing cut, and codes that a telephone reads."""

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from admin.people.roles import Role
from subscribers.entry_code import CARD_CODE, LEAST_MODULE, EntryCode, PrintedOn
from subscribers.places import PlaceForm
from tests.admin.whole_console import Console, whole_console
from tests.support.bad_photograph import photograph
from tests.support.code_reader import codes_in
from tests.support.paper import Paper

pytestmark = pytest.mark.browser

A4, A3 = (210, 297), (297, 420)
LONGEST_KEY = "w" * 40
LONGEST_LABEL = "若葉野地区センター内の公民館分室と図書コーナーにある掲示板の右から三番目の枠の"[:40]
PLACES = ("library", LONGEST_KEY)
PAPERS = ("/leaflet?place={}", "/poster?place={}", "/poster?place={}&size=a3", "/card?place={}")
BODY = f"?subject={quote('登録')}&body={quote('このまま送信してください')}"
# What a browser leaves white unless told otherwise is left white here, too.
AS_PEOPLE_PRINT = {"prefer_css_page_size": True, "print_background": False}

Print = Callable[[str], Paper]


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    with whole_console(tmp_path_factory.mktemp("paper"), residents=True) as console:
        with console.home.database.write() as session:
            form = PlaceForm(LONGEST_LABEL, "other", key=LONGEST_KEY)
            console.home.places.add(session, form, console.people[Role.DRAFTER], at=console.clock.now())
        yield console


@pytest.fixture(scope="module")
def page(browser: Browser, console: Console) -> Iterator[Page]:
    context = browser.new_context(base_url=console.url, java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def printed(page: Page, tmp_path_factory: pytest.TempPathFactory) -> Print:
    folder, done = tmp_path_factory.mktemp("sheets"), dict[str, Paper]()

    def printed(way: str) -> Paper:
        if way not in done:
            path = folder / f"{len(done)}.pdf"
            page.goto(way)
            page.pdf(path=path, **AS_PEOPLE_PRINT)  # type: ignore[arg-type]  # of several kinds
            done[way] = Paper(path)
        return done[way]

    return printed


def link(place: str) -> str:
    return f"mailto:touroku-{place}@mail.example.jp{BODY}"


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("way", "codes"), list(zip(PAPERS, (1, 1, 1, 10), strict=True)))
def test_every_code_of_every_paper_writes_to_its_own_place(
    printed: Print, tmp_path: Path, place: str, way: str, codes: int
) -> None:
    paper = printed(way.format(place))

    for sheet in range(1, paper.sheets + 1):
        assert codes_in(paper.picture(sheet), tmp_path) == [link(place)] * codes


@pytest.mark.parametrize("way", PAPERS)
def test_a_code_is_read_off_a_bad_photograph(printed: Print, tmp_path: Path, way: str) -> None:
    for place, seeds in (("library", (0,)), (LONGEST_KEY, (0, 1))):
        paper = printed(way.format(place)).picture(1, dpi=300 if "card" in way else 150)
        part = around_a_code(paper, way)

        for seed in seeds:
            assert codes_in(photograph(part, seed=seed), tmp_path) == [link(place)], (place, seed)


def around_a_code(paper: Image.Image, way: str) -> Image.Image:
    """What one holds the telephone over: a whole card, or the part of the sheet around the code."""
    across, down = paper.size
    left, top, right, bottom = {
        "/card": (14 / 210, 11 / 297, 105 / 210, 66 / 297),
        "/post": (0.0, 0.36, 0.55, 0.72),
        "/leaf": (0.55, 0.22, 1.0, 0.52),
    }[way[:5]]
    part = paper.crop((round(left * across), round(top * down), round(right * across), round(bottom * down)))
    # A small part of what a telephone's camera sees; one goes nearer to a card than to a poster.
    wide = 1200 if "card" in way else 800
    return part.resize((wide, round(part.height * wide / part.width)), Image.Resampling.BICUBIC)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("way", "sheets", "size"), list(zip(PAPERS, (2, 1, 1, 1), (A4, A4, A3, A4), strict=True)), ids=str
)
def test_a_paper_has_its_size_its_sheets_and_its_letters_within(
    printed: Print, place: str, way: str, sheets: int, size: tuple[int, int]
) -> None:
    paper = printed(way.format(place))

    assert (paper.sheets, paper.size) == (sheets, size)
    assert paper.fonts_not_embedded() == []
    # Office printers reach to within 5 mm of the edge.
    assert min(paper.margins()) >= 5


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("way", PAPERS)
def test_nothing_on_a_paper_is_cut_off(page: Page, printed: Print, place: str, way: str) -> None:
    text = printed(way.format(place)).text()

    page.goto(way.format(place))
    page.set_viewport_size({"width": 1500, "height": 1000})
    page.emulate_media(media="print")
    shown = {"".join(line.split()) for line in page.locator("main").inner_text().splitlines()}
    cut = page.evaluate(CUT)
    page.emulate_media(media="screen")
    assert cut == []
    # Marks of lists are drawn by the style sheet, and stand in the PDF alone.
    assert [line for line in sorted(shown) if line not in text] == []


CUT = """() => [...document.querySelectorAll(".side, .card, .card__text, .card__code")].flatMap((box) => {
  const edge = box.getBoundingClientRect();
  return [...box.querySelectorAll("*")].filter((each) => {
    const it = each.getBoundingClientRect();
    const beyond = Math.max(it.right - edge.right, it.bottom - edge.bottom, edge.left - it.left, edge.top - it.top);
    return it.width && beyond > 1;
  }).map((each) => each.outerHTML.slice(0, 120));
})"""


def test_each_paper_names_its_place_in_small_print(printed: Print) -> None:
    for way in PAPERS:
        text = printed(way.format("library")).text()

        assert "中央図書館touroku-library@" in text


def test_a_poster_is_read_from_two_metres(page: Page) -> None:
    """Letters of 1/330 of the distance are what somebody with 0.3 sight still reads: 6 mm."""
    page.goto("/poster?place=library")
    page.set_viewport_size({"width": 1280, "height": 1000})

    sizes = {
        each: min(float(size) * 25.4 / 96 for size in page.evaluate(LETTERS, each))
        for each in ("h1", ".town", ".name", ".call li", ".good li", ".topics", ".contact")
    }

    assert sizes["h1"] > 20
    assert min(sizes.values()) >= 5.9, sizes


LETTERS = (
    """(which) => [...document.querySelectorAll(which)].map((each) => parseFloat(getComputedStyle(each).fontSize))"""
)


def test_the_codes_have_the_sizes_that_they_were_reckoned_for(page: Page) -> None:
    wanted = {
        "/leaflet?place=library": [56, 38],
        "/poster?place=library": [88],
        "/poster?place=library&size=a3": [124],
        "/card?place=library": [CARD_CODE] * 10,
    }
    page.set_viewport_size({"width": 1500, "height": 1000})

    for way, sizes in wanted.items():
        page.goto(way)
        boxes = [each.bounding_box() for each in page.locator(".code").all()]
        assert [round(box["width"] * 25.4 / 96) for box in boxes if box] == sizes


@pytest.mark.parametrize("place", ["a", LONGEST_KEY])
@pytest.mark.parametrize(
    "domain", ["mail.example.jp", "anzen-anshin-mail.city.komorebi.hinata.jp", "m" * 63 + ".example.jp"]
)
def test_a_module_on_a_card_is_never_finer_than_a_telephone_reads(domain: str, place: str) -> None:
    assert CARD_CODE / EntryCode(domain, place).modules(PrintedOn.CARD) >= LEAST_MODULE
