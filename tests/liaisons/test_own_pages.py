"""The pages behind liaisons' own links: GET changes nothing, one button each, no reason asked."""

import re
from urllib.parse import urlencode

import pytest
from fastapi import FastAPI

from foundation.routes import take_in
from liaisons import own_page
from liaisons.page_asked import AskedPages
from liaisons.page_own import OwnPages
from liaisons.personal_link import LIAISON
from tests.liaisons.office import SATO, TANAKA, Office
from tests.subscribers.people import letters_to
from tests.support.page_reader import PageReader
from tests.support.spoken import pages_in

FORM = {
    "name": TANAKA.name,
    "organisation": TANAKA.organisation,
    "post": "副会長",
    "other_posts": "",
    "way": "phone",
    "phone": "０４２－０００－９９９９",
    "fax": "",
    "postal": "",
    "areas": "north",
}


@pytest.fixture
def database_kind() -> str:
    """A page shows what a room found; the rooms are proved on both."""
    return "sqlite"


@pytest.fixture
def reader(office: Office) -> PageReader:
    app, pages = FastAPI(), pages_in(office.town)
    asked = AskedPages(office.database, office.clock, pages, office.asking)
    own = OwnPages(office.database, office.clock, pages, stationery=office.asking.stationery, keyring=office.keyring)
    take_in(app.router, asked.router(), own.router())
    return PageReader(app)


def link(office: Office, kind: str) -> str:
    found = re.search(rf"/liaison/{kind}/[a-z2-7]+", letters_to(office.database, TANAKA.address)[-1].body)
    assert found is not None
    return found[0]


def asked(office: Office) -> tuple[int, str]:
    number = office.ask()
    with office.database.write() as session:
        office.asking.send(session, number, SATO, at=office.clock.now())
    return number, link(office, "asked")


def own(office: Office) -> tuple[int, str]:
    number = office.active()
    with office.database.write() as session:
        subscriber = office.liaison(number).subscriber_id or 0
        own_page.send_link(session, office.asking.stationery, office.keyring, subscriber, at=office.clock.now())
    return number, link(office, "own")


def test_looking_answers_nothing_and_each_button_says_what_follows(office: Office, reader: PageReader) -> None:
    number, at = asked(office)

    pages = [reader.get(at) for _ in range(3)]

    assert office.liaison(number).state == "asked"
    assert [page.status_code for page in pages] == [200] * 3
    assert "広めるかどうかは、ご自身でお決めください" in pages[0].text
    assert "見送るときに、理由はいりません" in pages[0].text
    assert "no-store" in pages[0].headers["cache-control"]
    assert "noindex" in pages[0].headers["x-robots-tag"]


@pytest.mark.parametrize(("answer", "state"), [("yes", "consented"), ("no", "declined")])
def test_one_button_answers_once(office: Office, reader: PageReader, answer: str, state: str) -> None:
    number, at = asked(office)

    given = reader.post(at, data={"answer": answer, "version": office.wording.version})
    again = reader.post(at, data={"answer": "yes", "version": office.wording.version})

    assert (given.status_code, again.status_code) == (200, 410)
    assert office.liaison(number).state == state
    assert ("お引き受けいただきました" in given.text) == (answer == "yes")
    assert "お返事は済んでいます" in reader.get(at).text


@pytest.mark.parametrize("form", [{}, {"answer": "maybe"}, {"answer": "yes"}, {"answer": "yes", "version": "第0版"}])
def test_no_answer_is_made_of_anything_else(office: Office, reader: PageReader, form: dict[str, str]) -> None:
    number, at = asked(office)

    assert reader.post(at, data=form).status_code == 200

    assert office.liaison(number).state == "asked"


def test_they_see_all_that_is_held_and_correct_it(office: Office, reader: PageReader) -> None:
    number, at = own(office)

    page = reader.get(at)
    corrected = reader.post(at, data=FORM)
    after = reader.get(corrected.headers["location"])

    for held in (TANAKA.name, TANAKA.organisation, TANAKA.post, TANAKA.other_posts, TANAKA.phone, TANAKA.fax):
        assert held in page.text
    assert TANAKA.postal in page.text
    assert "東部" in page.text
    assert "ic…@example.jp" in page.text
    assert TANAKA.address not in page.text
    assert corrected.status_code == 303
    assert "直しました" in after.text
    row = office.liaison(number)
    assert (row.post, row.phone, row.fax, row.way) == ("副会長", "042-000-9999", "", "phone")
    assert office.ledger()[-1].actor == "liaison"
    assert "副会長" not in office.ledger()[-1].details


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"way": "fax"}, "fax"),
        ({"phone": "x" * 9_000}, "phone"),
        ({"areas": "moon"}, "areas"),
        ({"post": "一\n二"}, "post"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    office: Office, reader: PageReader, change: dict[str, str], field: str
) -> None:
    _, at = own(office)
    before = office.ledger()[-1].id

    answer = reader.post(at, data={**FORM, **change})

    assert answer.status_code == 422
    assert f'id="e-{field}"' in answer.text
    assert office.ledger()[-1].id == before


def test_rest_and_end_are_one_button_each(office: Office, reader: PageReader) -> None:
    number, at = own(office)

    odd = reader.post(f"{at}/rest", data={"weeks": "5200"})
    rested = reader.post(f"{at}/rest", data={"weeks": "2"})
    page = reader.get(rested.headers["location"])
    resumed = reader.post(f"{at}/resume")
    looked = [reader.get(f"{at}/{step}").status_code for step in ("rest", "resume", "end")]
    state = office.liaison(number).state
    ended = reader.post(f"{at}/end")

    assert [each.status_code for each in (odd, rested, resumed, ended)] == [303, 303, 303, 200]
    assert "12月4日" in page.text
    assert (looked, state) == ([303] * 3, "active")
    assert "理由" not in re.sub("理由はいりません", "", ended.text)
    assert office.liaison(number).name == ""
    assert [reader.get(at).status_code, reader.post(f"{at}/end").status_code] == [404, 404]
    assert office.deeds(number)[-3:] == ["liaison.rested", "liaison.resumed", "liaison.ended"]


def test_the_button_on_the_personal_page_says_the_same_whoever_presses_it(office: Office, reader: PageReader) -> None:
    number = office.active()
    token = office.keyring.sign(LIAISON, office.liaison(number).subscriber_id or 0)
    other, forged = office.keyring.sign(LIAISON, 999), office.keyring.sign("me", 1)

    answers = [reader.post(f"/liaison/{each}/own-page") for each in (token, other, forged, "x", "a" * 3_000)]

    assert {each.status_code for each in answers} == {200}
    assert len({each.text for each in answers}) == 1
    assert len(letters_to(office.database, TANAKA.address)) == 1


@pytest.mark.parametrize("token", ["x", "a" * 32, "%00", "{{7*7}}", "a" * 5_000, "%E3%81%82"])
def test_a_link_of_nobody_opens_nothing(reader: PageReader, token: str) -> None:
    at = f"/liaison/own/{token}"

    assert reader.get(f"/liaison/asked/{token}").status_code == 404
    assert reader.post(f"/liaison/asked/{token}", data={"answer": "yes"}).status_code == 404
    assert {reader.get(at).status_code, reader.post(at, data=FORM).status_code} == {404}
    assert reader.post(f"{at}/end", content=urlencode({"x": "y"})).status_code == 404
    assert "<script" not in reader.get(at).text


def test_a_name_with_markup_stands_as_it_was_typed(office: Office, reader: PageReader) -> None:
    _, at = own(office)

    reader.post(at, data={**FORM, "name": "<b>{{7*7}}", "organisation": '"><script>'})

    page = reader.get(at).text
    assert "&lt;b&gt;{{7*7}}" in page
    assert "<script>" not in page
