"""The code by mail: it lets a forward out once, nobody guesses it, and nobody is flooded by it."""

from datetime import timedelta

from sqlalchemy import func, select, text

from liaisons import forward_codes
from liaisons.forward_codes import CAPS, LIFE, TRIES
from liaisons.forward_tables import ForwardCode
from mailer.outbox_tables import LetterRow
from mailer.quiet import is_quiet
from tests.liaisons.door import Door, key_of
from tests.liaisons.neighbourhood import TO_ALL_AND_LIAISONS


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


def test_after_some_weeks_neither_codes_nor_their_mails_are_left(door: Door) -> None:
    door.ask()
    door.town.office.post()
    door.town.office.clock.move(timedelta(days=15))

    with door.town.office.database.write() as session:
        forward_codes.forget(session, at=door.town.office.clock.now())

    assert door.codes() == []
    with door.town.office.database.read() as session:
        assert session.scalars(select(ForwardCode)).all() == []
    assert not any(is_quiet(row.batch) for row in door.town.office.rows())


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
