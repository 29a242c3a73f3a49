"""The pages of circles: joining, leaving and the liaison's own, where GET changes nothing and nobody is named."""

import re

import pytest
from markupsafe import escape

from foundation.database import Database
from foundation.languages import Language
from liaisons.circles import new_code
from liaisons.tables import Circle, Liaison, LiaisonState
from subscribers.links import PREFERENCES
from subscribers.tables import SubscriberState
from tests.liaisons.circle_town import KEYRING, PUBLIC_URL, TARO, CircleTown
from tests.subscribers.people import find, letters_to, subscriber_of
from tests.support.clock import HandClock

GARBAGE = ("", "0", "-1", "1 ", "１", "9" * 30, "x" * 5000, "\0", "<b>", "{{ 7*7 }}", "1\r\n")


@pytest.fixture
def database_kind() -> str:
    """A page shows what a room found; the rooms are proved on both."""
    return "sqlite"


@pytest.fixture
def here(database: Database, clock: HandClock) -> CircleTown:
    return CircleTown.opened(database, clock)


@pytest.fixture
def circle(here: CircleTown) -> Circle:
    return here.circle()


def test_looking_changes_nothing(here: CircleTown, circle: Circle) -> None:
    number, token = here.join("m@example.jp", circle.code), here.invite(TARO, circle.code)
    desk = here.desk(circle.liaison_id)
    before = here.everything()

    ways = [f"/c/{circle.code}", f"/r/{token}", here.me(number), f"{here.me(number)}/circle", f"{here.me(number)}/list"]
    ways += [here.stop(number), desk, *(f"{desk}{end}" for end in ("/open", "/close", "/sheet", ".svg", ".png"))]
    answers = [here.client.get(way).status_code for way in ways]

    assert set(answers) == {200, 303}
    assert here.everything() == before


@pytest.mark.parametrize("language", list(Language))
def test_the_way_in_names_the_organisation_and_offers_the_towns_bulletins_unticked(
    here: CircleTown, circle: Circle, language: Language
) -> None:
    page = here.client.get(f"/c/{circle.code}?lang={language}").text
    sent = here.client.post(f"/c/{circle.code}?lang={language}", data={"address": TARO})
    letter = letters_to(here.database, TARO)[-1]
    confirm = here.client.get(f"/r/{here.token_to(TARO)}").text
    joined = here.client.post(f"/r/{here.token_to(TARO)}", data={"join": "yes"}).text
    done = letters_to(here.database, TARO)[-1]

    assert sent.status_code == 200
    for text in (page, letter.body, confirm, joined, done.tail):
        assert "wakaba自治会" in text
    assert f"touroku-{'' if language is Language.JAPANESE else f'{language}-'}c-{circle.code}@mail.example.jp" in page
    box = re.search(r'<input type="checkbox" name="with_the_towns"[^>]*>', confirm)
    assert box is not None
    assert "checked" not in box[0]
    assert here.reached() == []
    assert subscriber_of(here.database, TARO).language == language


def test_the_box_is_heeded_and_another_button_joins_nobody(here: CircleTown, circle: Circle) -> None:
    token = here.invite(TARO, circle.code)

    other = here.client.post(f"/r/{token}", data={"topic": "crime"})
    nobody = find(here.database, TARO)
    joined = here.client.post(f"/r/{token}", data={"join": "yes", "with_the_towns": "yes"})

    assert (other.status_code, nobody, joined.status_code) == (200, None, 200)
    assert here.reached() == [TARO]
    assert here.number_in(circle) == 1
    assert here.client.post(f"/r/{token}", data={"join": "yes"}).status_code == 410


def test_a_button_of_a_circle_joins_nothing_where_the_link_is_for_the_town(here: CircleTown) -> None:
    here.client.post("/register", data={"address": TARO})

    answer = here.client.post(f"/r/{here.token_to(TARO)}", data={"join": "yes"})

    assert answer.status_code == 409
    assert find(here.database, TARO) is None


def test_a_circle_closed_meanwhile_is_told_kindly_and_the_link_serves_for_the_town(
    here: CircleTown, circle: Circle
) -> None:
    token = here.invite(TARO, circle.code)
    here.close(circle)

    shown, refused = here.client.get(f"/r/{token}"), here.client.post(f"/r/{token}", data={"join": "yes"})
    nobody = find(here.database, TARO)
    registered = here.client.post(f"/r/{token}")

    assert (shown.status_code, refused.status_code, nobody) == (200, 409, None)
    for page in (shown, refused):
        assert "この転送先は、いまは登録を受け付けていません" in page.text
        assert "wakaba" not in page.text
    assert registered.status_code == 200
    assert here.reached() == [TARO]


def test_a_code_that_leads_nowhere_is_answered_alike_and_mails_nobody(here: CircleTown, circle: Circle) -> None:
    here.close(circle)
    codes = (circle.code, new_code(), circle.code[:-1], "c-1", "x" * 300, "%00", "%3Cb%3E", "あ" * 10)

    pages = {here.client.get(f"/c/{code}").text for code in codes}
    posted = {here.client.post(f"/c/{code}", data={"address": TARO}).status_code for code in codes}

    assert len(pages) == len(posted) == 1
    assert posted == {404}
    assert "この転送先は見つかりません" in pages.pop()
    assert letters_to(here.database, TARO) == []


def test_known_and_unknown_addresses_are_answered_alike(here: CircleTown, circle: Circle) -> None:
    here.join(TARO, circle.code)

    def told(address: str) -> str:
        text = here.client.post(f"/c/{circle.code}", data={"address": address}).text
        return re.sub('/register/[^"?]+', "", text).replace(address, "")

    assert told(TARO) == told("jiro@example.jp")
    assert len(letters_to(here.database, "trap@example.jp")) == 0
    trap = here.client.post(f"/c/{circle.code}", data={"address": "trap@example.jp", "message": "buy"})
    assert trap.status_code == 200
    assert letters_to(here.database, "trap@example.jp") == []


@pytest.mark.parametrize("name", ["<b>若葉</b>", "{{ 7*7 }}{me}{stop}{x}%(town)s%", "若｜葉《わかば》", "若" * 60])
def test_an_organisation_may_be_named_oddly(here: CircleTown, circle: Circle, name: str) -> None:
    with here.database.write() as session:
        session.get_one(Liaison, circle.liaison_id).organisation = name
    number = here.join(TARO, circle.code)
    desk = here.desk(circle.liaison_id)

    letters = letters_to(here.database, TARO)
    pages = [here.client.get(way) for way in (f"/c/{circle.code}", here.me(number), desk, f"{desk}/sheet")]

    assert [page.status_code for page in pages] == [200] * 4
    assert all(str(escape(name)) in page.text for page in pages)
    assert "若" not in name or "若" in letters[-1].tail
    assert "49" not in letters[-1].tail


def test_a_wrong_address_is_told_beside_the_field(here: CircleTown, circle: Circle) -> None:
    for address in ("", "taro", "a b@example.jp", "taro@example.jp\r\nBcc: x@example.jp", "<script>@example.jp"):
        answer = here.client.post(f"/c/{circle.code}", data={"address": address})

        assert answer.status_code == 422
        assert 'id="e-address"' in answer.text
        assert "<script>" not in answer.text


def test_ones_own_page_shows_ones_circles_and_each_is_left_by_its_button(here: CircleTown, circle: Circle) -> None:
    second, other = here.circle("kaede"), here.circle("sakura")
    number = here.join(TARO, circle.code)
    here.join(TARO, second.code)
    here.join("m@example.jp", other.code)
    me = here.me(number)

    page = here.client.get(me).text
    for garbage in (*GARBAGE, str(other.id)):
        here.client.post(f"{me}/circle", data={"circle": garbage})
    untouched = here.joined_by(number), here.number_in(other)
    left = here.client.post(f"{me}/circle", data={"circle": str(second.id)})

    assert "wakaba自治会" in page
    assert "kaede自治会" in page
    assert "sakura" not in page
    assert untouched == (["kaede自治会", "wakaba自治会"], 1)
    assert (left.status_code, left.headers["location"]) == (303, f"{me}?done=left-circle")
    assert "転送先から抜けました" in here.client.get(f"{me}?done=left-circle").text
    assert here.joined_by(number) == ["wakaba自治会"]


def test_who_leaves_the_last_circle_has_left_and_may_take_it_back(here: CircleTown, circle: Circle) -> None:
    number = here.join(TARO, circle.code)

    page = here.client.post(f"{here.me(number)}/circle", data={"circle": str(circle.id)})
    state = here.state_of(TARO)
    undo = re.search(r'action="(/stop/[a-z2-7]+/undo)"', page.text)
    assert undo is not None
    here.client.post(undo[1])

    assert (page.status_code, state) == (200, SubscriberState.STOPPED)
    assert "配信を停止しました" in page.text
    assert 'name="why"' not in page.text
    assert here.joined_by(number) == ["wakaba自治会"]
    assert here.state_of(TARO) == SubscriberState.ACTIVE


def test_a_liaison_who_leaves_somebodys_circle_stays(here: CircleTown, circle: Circle) -> None:
    here.liaison("kaede")
    number = here.join("kaede@example.jp", circle.code)

    left = here.client.post(f"{here.me(number)}/circle", data={"circle": str(circle.id)})

    assert left.status_code == 303
    assert here.state_of("kaede@example.jp") == SubscriberState.ACTIVE


def test_the_towns_bulletins_are_taken_and_given_up_without_leaving_the_circle(
    here: CircleTown, circle: Circle
) -> None:
    number = here.join(TARO, circle.code)
    me = here.me(number)
    reached, pages = [], []
    for wanted in ("yes", "no", *GARBAGE):
        here.client.post(f"{me}/list", data={"wanted": wanted})
        reached.append(here.reached())
        pages.append(here.client.get(me).text)

    assert reached == [[TARO], *([[]] * (1 + len(GARBAGE)))]
    assert 'name="topic"' in pages[0]
    assert 'name="topic"' not in pages[1]
    assert "お知らせも受け取る" in pages[1]
    assert here.number_in(circle) == 1
    assert here.client.post(me, data={"topic": "crime"}).status_code == 409


def test_who_is_in_no_circle_gives_up_the_towns_bulletins_by_leaving_alone(here: CircleTown) -> None:
    number = here.register(TARO)

    here.client.post(f"{here.me(number)}/list", data={"wanted": "no"})

    assert here.reached() == [TARO]
    assert "お知らせだけをやめる" not in here.client.get(here.me(number)).text


def test_the_page_that_stops_everything_names_the_circles_too(here: CircleTown, circle: Circle) -> None:
    number = here.join(TARO, circle.code)

    page = here.client.get(here.stop(number)).text
    here.client.post(here.stop(number))

    assert "転送先からのお知らせも" in page
    assert here.number_in(circle) == 0


def test_the_liaison_opens_and_closes_by_one_button_each_and_sees_nothing_but_a_number(here: CircleTown) -> None:
    liaison = here.liaison()
    desk = here.desk(liaison)
    before = here.client.get(desk).text
    opened = here.client.post(f"{desk}/open")
    page = here.client.get(desk).text
    code = re.search(rf"{PUBLIC_URL}/c/([a-z2-9]+)", page)
    assert code is not None
    for name in ("taro", "jiro"):
        here.join(f"{name}@example.jp", code[1])
    with_two = here.client.get(desk).text
    closed = here.client.post(f"{desk}/close")

    assert 'action="' + desk + '/open"' in before
    assert (opened.headers["location"], closed.headers["location"]) == (f"{desk}?done=opened", f"{desk}?done=closed")
    assert "まだ、だれも登録していません" in page
    assert f"touroku-c-{code[1]}@mail.example.jp" in page
    assert "<strong>2人</strong>が登録しています" in with_two
    for told in ("taro", "jiro", "example.jp/me", "…@"):
        assert told not in with_two.replace("mail.example.jp", "")
    assert here.client.get(f"/c/{code[1]}").status_code == 404
    assert here.client.get(f"{desk}/sheet").status_code == 404


def test_opening_twice_keeps_the_code_and_its_members(here: CircleTown, circle: Circle) -> None:
    here.join(TARO, circle.code)

    here.client.post(f"{here.desk(circle.liaison_id)}/open")

    assert here.client.get(f"/c/{circle.code}").status_code == 200
    assert here.number_in(circle) == 1


def test_only_the_liaisons_own_token_opens_the_circles_page(here: CircleTown, circle: Circle) -> None:
    member = here.join(TARO, circle.code)
    desk = here.desk(circle.liaison_id)
    strangers = [KEYRING.sign(PREFERENCES, member), KEYRING.sign("liaison", member), *("x", "é", "a" * 5000, "%00")]

    seen = {here.client.get(f"/liaison/{each}/circle{end}").status_code for each in strangers for end in ("", ".svg")}
    done = {here.client.post(f"/liaison/{each}/circle/close").status_code for each in strangers}
    with here.database.write() as session:
        session.get_one(Liaison, circle.liaison_id).state = LiaisonState.ENDED.value

    # Who has a link that we signed for a liaison is told that this is over.
    assert seen == done == {404, 410}
    assert here.client.get(desk).status_code == here.client.post(f"{desk}/open").status_code == 410
    assert here.client.get(f"{desk}/sheet").status_code == 404
