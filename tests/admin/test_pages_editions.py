"""A bulletin's words in another language, written by hand: what was typed stays, what lies is seen, what is approved
leaves."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from admin.people.roles import Role
from mailer.outbox_tables import LetterRow, OutboxRow
from subscribers.tables import Subscriber
from tests.admin.whole_console import Console, whole_console, words

HOSTILE = 'Water <script>alert(1)</script> & "cut" {% raw %}'
ENGLISH = {"subject": "Water <b>cut</b>", "text": "No water & no <i>ice</i>.\r\nAsk us."}


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    with whole_console(tmp_path_factory.mktemp("console")) as console:
        yield console


def test_words_written_by_hand_are_shown_open_to_the_approver_and_leave_as_they_were_approved(console: Console) -> None:
    number = console.draft()
    way = f"/admin/bulletins/{number}"
    reader = console.resident("emma@example.jp", language="en")
    untouched = console.browser(Role.APPROVER).get(f"/admin/bulletins/{console.submitted()}").text

    answer = console.browser(Role.DRAFTER).post(f"{way}/editions/en", data={**ENGLISH, "version": "1"})
    console.desk.submit(number, console.people[Role.DRAFTER])
    page = console.browser(Role.APPROVER).get(way).text
    console.browser(Role.APPROVER).post(f"{way}/approve", data={"version": "2", "no_hold": "1"})
    with console.home.database.write() as session:
        console.home.publisher.open_due(session, at=console.clock.now())
        while console.home.publisher.fan_out(session, at=console.clock.now()):
            pass
        address = session.get_one(Subscriber, reader).address
        letter = select(LetterRow).join(OutboxRow, OutboxRow.letter_id == LetterRow.id)
        mailed = session.scalars(letter.where(OutboxRow.address == address)).one()

    assert answer.headers["location"] == f"{way}?done=translated"
    assert '<details class="fold" open><summary>ほかの言語の文面' in page
    assert "さんが書いた文面があります。" in page
    assert '<details class="fold"><summary>ほかの言語の文面' in untouched
    assert "Water &lt;b&gt;cut&lt;/b&gt;" in page
    assert (mailed.subject, mailed.body) == ("Water <b>cut</b>", "No water & no <i>ice</i>.\nAsk us.")


def test_what_is_refused_stays_in_the_form_as_it_was_typed(console: Console) -> None:
    way = f"/admin/bulletins/{console.draft()}/editions/en"

    answer = console.browser(Role.DRAFTER).post(way, data={"subject": HOSTILE, "text": "Ask us.", "version": "1"})

    assert answer.status_code == 422
    assert "「{% raw %}」が残っています" in words(answer)
    assert "<script>" not in answer.text
    assert 'value="Water &lt;script&gt;alert(1)&lt;/script&gt; &amp; &#34;cut&#34; {% raw %}"' in answer.text
    assert "Ask us.</textarea>" in answer.text
