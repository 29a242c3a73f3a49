"""The residents' pages as a browser, a link scanner and a mail program meet them."""

import re
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from foundation.database import Database
from foundation.ledger import LedgerLine
from foundation.tokens import Keyring
from subscribers.choices import Choices, chosen
from subscribers.headline import Headline
from subscribers.links import PREFERENCES, STOP
from subscribers.tables import Invitation, StopReason, SubscriberState
from subscribers.town import Town
from tests.subscribers.people import HANAKO, Desk, find, letters_to, subscriber_of
from tests.support.clock import HandClock
from tests.support.page_reader import PageReader


def _topics(page: str) -> list[str]:
    return re.findall(r'name="topic"[^>]*value="([^"]+)"', page)


def _ticked(page: str, name: str) -> list[str]:
    return [
        found.group(1)
        for found in re.finditer(rf'<input[^>]*name="{name}"[^>]*value="([^"]+)"[^>]*>', page)
        if " checked" in found.group(0)
    ]


def _without_ticket(page: str) -> str:
    """Each answer has a ticket of its own; they differ in nothing but chance."""
    return re.sub(r"/register/[\w-]{64}(?=\")", "/register/TICKET", page)


def test_the_first_page_names_the_sender_to_allow_before_the_first_step(client: PageReader, town: Town) -> None:
    page = client.get("/").text

    assert page.index(town.from_address) < page.index("touroku@mail.example.jp")
    assert town.sentences.privacy in page
    assert town.sentences.cost in page
    assert "月曜日〜金曜日 午前9時〜午後5時" in page


def test_the_first_page_shows_the_latest_bulletins_and_an_urgent_one_on_top(
    client: PageReader, headlines: list[Headline], standing: list[Headline], clock: HandClock
) -> None:
    headlines += [Headline(8, "避難指示 <南部>", clock.now()), Headline(7, "大雪の見込み", clock.now())]
    standing += headlines[:1]

    page = client.get("/").text

    assert page.count('href="/bulletins/8"') == 2
    assert page.index("避難指示 &lt;南部&gt;") < page.index("<h1>")
    assert "11月20日(金)" in page


def test_the_form_answers_the_same_for_known_unknown_and_capped_addresses(client: PageReader, desk: Desk) -> None:
    desk.register()
    client.post("/register", data={"address": HANAKO})

    known = client.post("/register", data={"address": HANAKO})
    capped = client.post("/register", data={"address": HANAKO})
    unknown = client.post("/register", data={"address": "taro-123@example.jp"})

    assert known.status_code == capped.status_code == unknown.status_code == 200
    alike = [_without_ticket(answer.text) for answer in (known, capped, unknown)]
    assert alike[0] == alike[1] == alike[2].replace("taro-123@example.jp", HANAKO)
    assert len(letters_to(desk.database)) == 4  # three invitations in ten minutes, and the completion letter


def test_addresses_as_carriers_issued_them_register_by_the_form(client: PageReader, database: Database) -> None:
    for address in ("a..b@docomo.ne.jp", "a.@ezweb.ne.jp", ".a@docomo.ne.jp"):
        answer = client.post("/register", data={"address": address})
        assert answer.status_code == 200
        assert len(letters_to(database, address)) == 1


def test_a_wrong_address_is_told_beside_the_field_and_on_top(client: PageReader, database: Database) -> None:
    for address in ("", "hanako", "hanako@example.jp\r\nBcc: all@example.jp", "a b@example.jp"):
        answer = client.post("/register", data={"address": address})
        assert answer.status_code == 422
        assert 'href="#f-address"' in answer.text
        assert 'id="e-address"' in answer.text

    with database.read() as session:
        assert session.scalars(select(Invitation)).all() == []


def test_a_place_named_in_the_leaflet_is_kept_by_the_form(client: PageReader, database: Database) -> None:
    page = client.get("/?place=library").text
    client.post("/register", data={"address": HANAKO, "place": "library"})
    client.post("/register", data={"address": "taro@example.jp", "place": "<b>"})

    assert "touroku-library@mail.example.jp" in page
    with database.read() as session:
        places = session.scalars(select(Invitation.place).order_by(Invitation.id)).all()
    assert places == ["library", None]


def test_opening_the_invitation_changes_nothing_and_shows_all_topics_chosen(
    client: PageReader, desk: Desk, town: Town
) -> None:
    token = desk.invite()

    first, second = client.get(f"/r/{token}"), client.get(f"/r/{token}")

    assert first.status_code == second.status_code == 200
    assert HANAKO in first.text
    assert _topics(first.text) == _ticked(first.text, "topic") == [topic.key for topic in town.topics]
    assert _ticked(first.text, "area") == []
    assert find(desk.database) is None


def test_confirming_registers_and_writes_the_completion_letter(client: PageReader, desk: Desk, town: Town) -> None:
    token = desk.invite()

    answer = client.post(f"/r/{token}", data={"topic": [topic.key for topic in town.topics]})

    assert answer.status_code == 200
    resident = subscriber_of(desk.database)
    assert (resident.state, resident.every_topic, resident.every_area) == (SubscriberState.ACTIVE, True, True)
    assert "登録が完了しました" in letters_to(desk.database)[-1].subject


def test_topics_and_areas_can_be_narrowed_while_confirming(client: PageReader, desk: Desk) -> None:
    token = desk.invite()

    page = client.post(f"/r/{token}", data={"topic": ["crime", "weather"], "area": ["north"]}).text

    with desk.database.read() as session:
        assert chosen(session, subscriber_of(desk.database).id) == Choices(("crime", "weather"), ("north",))
    assert "犯罪情報、気象情報" in page


def test_nothing_ticked_means_everything(client: PageReader, desk: Desk) -> None:
    token = desk.invite()

    client.post(f"/r/{token}")

    resident = subscriber_of(desk.database)
    assert (resident.every_topic, resident.every_area) == (True, True)


def test_a_forged_topic_is_refused_and_the_link_stays_open(client: PageReader, desk: Desk) -> None:
    token = desk.invite()

    refused = client.post(f"/r/{token}", data={"topic": ["crime", "no-such"]})
    accepted = client.post(f"/r/{token}", data={"topic": ["crime"]})

    assert (refused.status_code, accepted.status_code) == (422, 200)


def test_used_expired_and_unknown_links_say_how_to_start_again_and_name_nobody(
    client: PageReader, desk: Desk, clock: HandClock
) -> None:
    used, late = desk.invite(), desk.invite("taro@example.jp")
    client.post(f"/r/{used}")
    clock.move(timedelta(hours=24))

    for token, status in ((used, 410), (late, 410), ("a" * 32, 404)):
        for answer in (client.get(f"/r/{token}"), client.post(f"/r/{token}")):
            assert answer.status_code == status
            assert 'href="/"' in answer.text
            assert "hanako" not in answer.text
            assert "taro" not in answer.text
    assert find(desk.database, "taro@example.jp") is None


def test_whoever_is_registered_sees_their_own_choices_in_a_second_invitation(client: PageReader, desk: Desk) -> None:
    desk.register(choices=Choices(("crime",), ("north", "east")))

    page = client.get(f"/r/{desk.invite()}").text

    assert _ticked(page, "topic") == ["crime"]
    assert _ticked(page, "area") == ["north", "east"]
    assert "このアドレスは、もう登録されています</h1>" in page
    assert re.findall(r">([^<]+)</button>", page) == ["この内容に変更する"]


def test_preferences_are_shown_changed_and_written_into_the_ledger(
    client: PageReader, desk: Desk, keyring: Keyring
) -> None:
    number = desk.register()
    path = f"/me/{keyring.sign(PREFERENCES, number)}"

    before = client.get(path)
    after = client.post(path, data={"topic": ["weather"], "area": ["south"]})

    assert before.status_code == after.status_code == 200
    assert HANAKO not in before.text
    assert "ha…@example.jp" in before.text
    assert "変更しました" in after.text
    assert _ticked(client.get(path).text, "topic") == ["weather"]
    with desk.database.read() as session:
        assert session.scalars(select(LedgerLine.action).order_by(LedgerLine.id)).all()[-1] == "subscriber.changed"


def test_a_forged_choice_leaves_the_preferences_as_they_were(client: PageReader, desk: Desk, keyring: Keyring) -> None:
    number = desk.register(choices=Choices(("crime",)))

    answer = client.post(f"/me/{keyring.sign(PREFERENCES, number)}", data={"topic": ["no-such"]})

    assert answer.status_code == 422
    with desk.database.read() as session:
        assert chosen(session, number) == Choices(("crime",))


def test_the_preferences_of_a_stopped_address_say_so_and_cannot_be_changed(
    client: PageReader, desk: Desk, keyring: Keyring
) -> None:
    number = desk.register()
    path = f"/me/{keyring.sign(PREFERENCES, number)}"
    client.post(f"/stop/{keyring.sign(STOP, number)}")

    shown, changed = client.get(path), client.post(path, data={"topic": ["crime"]})

    assert (shown.status_code, changed.status_code) == (200, 409)
    assert "いまは配信していません" in shown.text
    assert subscriber_of(desk.database).every_topic


def test_asking_to_stop_stops_nothing_and_the_button_does(client: PageReader, desk: Desk, keyring: Keyring) -> None:
    number = desk.register()
    path = f"/stop/{keyring.sign(STOP, number)}"

    asked = client.get(path)
    still = subscriber_of(desk.database).state
    stopped = client.post(path, data={"stop": "yes"})
    again = client.post(path, data={"stop": "yes"})

    assert asked.status_code == stopped.status_code == again.status_code == 200
    assert still == SubscriberState.ACTIVE
    assert subscriber_of(desk.database).reason == StopReason.LEFT
    assert "配信を停止しました" in stopped.text
    assert "すでに停止しています" in again.text
    assert "すでに停止しています" in client.get(path).text


def test_one_click_stops_without_cookie_or_form(client: PageReader, desk: Desk, keyring: Keyring) -> None:
    number = desk.register()

    answer = client.post(
        f"/stop/{keyring.sign(STOP, number)}",
        content="List-Unsubscribe=One-Click",
        headers={"Content-Type": "application/x-www-form-urlencoded", "Origin": "https://mail.example.com"},
    )

    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert subscriber_of(desk.database).reason == StopReason.LEFT


def test_a_token_of_one_purpose_opens_no_other_page(client: PageReader, desk: Desk, keyring: Keyring) -> None:
    number = desk.register()

    assert client.post(f"/stop/{keyring.sign(PREFERENCES, number)}").status_code == 404
    assert client.get(f"/me/{keyring.sign(STOP, number)}").status_code == 404
    assert subscriber_of(desk.database).state == SubscriberState.ACTIVE


def test_a_link_of_someone_long_erased_is_answered_kindly(client: PageReader, keyring: Keyring) -> None:
    stop, me = f"/stop/{keyring.sign(STOP, 987654)}", f"/me/{keyring.sign(PREFERENCES, 987654)}"

    assert "すでに停止しています" in client.get(stop).text
    assert "すでに停止しています" in client.post(stop).text
    assert client.get(me).status_code == 200
    assert client.post(me).status_code == 409


def test_every_page_keeps_its_address_to_itself_and_personal_ones_are_not_stored(
    client: PageReader, desk: Desk, keyring: Keyring
) -> None:
    number = desk.register()
    personal = [f"/me/{keyring.sign(PREFERENCES, number)}", f"/stop/{keyring.sign(STOP, number)}", "/r/none"]

    for path in ["/", "/leaflet", "/entry.svg", "/entry.svg?place=A", *personal]:
        headers = client.get(path).headers
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "set-cookie" not in headers
        assert headers.get("Cache-Control") == ("no-store" if path in personal else headers.get("Cache-Control"))


def test_no_page_needs_a_script_or_anything_from_outside(client: PageReader, desk: Desk) -> None:
    for path in ("/", "/leaflet", f"/r/{desk.invite()}"):
        page = client.get(path).text
        assert "<script" not in page
        assert " style=" not in page
        assert not re.search(r'<(?!a )[^>]*(src|href|action)="(https?:)?//', page)


@given(text=st.text(max_size=60))
def test_no_token_that_strangers_make_up_is_read(text: str) -> None:
    assert Keyring(["a secret of the tests"]).read(STOP, text) is None
