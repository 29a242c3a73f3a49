"""The latest bulletins of one subscriber: those alone, whatever else was mailed to them."""

from datetime import timedelta

from admin.residents.subscriber_history import deliveries
from bulletins.tables import batch_of
from foundation.database import Database
from mailer import outbox
from mailer.letter import Letter
from mailer.outbox import Post, To
from mailer.outbox_tables import Lane
from tests.support.clock import HandClock

ADDRESS = "taro@example.com"


def test_a_letter_about_a_meeting_or_a_move_is_no_bulletin(database: Database, clock: HandClock) -> None:
    at = clock.now()
    with database.write() as session:
        for batch in (batch_of(7), "meeting:3", "moved:5"):
            letter = outbox.write_letter(session, Letter("件名", "本文"), batch=batch, at=at)
            post = Post(batch=batch, once_key=batch, lane=Lane.BULK, at=at, expires_at=at + timedelta(hours=1))
            outbox.enqueue(session, letter, post, [To(ADDRESS, "example.com", 1)])

    with database.read() as session:
        assert [each.bulletin_id for each in deliveries(session, ADDRESS)] == [7]
