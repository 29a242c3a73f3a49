"""A delivery in words: how long yet, why it stands still, and a line for each domain."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin.desk.lookout import Sighting
from admin.desk.progress_words import again_words, done_words, left_words, progress_view, rate_words
from bulletins.life import BulletinState
from bulletins.progress import Circumstances, Progress, Reading
from mailer.delivery_hours import DeliveryHours
from mailer.holidays import ClosingDays
from mailer.tallies import Counts

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
HOURS = DeliveryHours.parse(
    "mon-fri 09:00-17:00", zone=ZoneInfo("Asia/Tokyo"), closing_days=ClosingDays(()), grace=timedelta(hours=1)
)
SENDING = Circumstances(BulletinState.SENDING, may_travel=True)


def sighting(around: Circumstances = SENDING, *, queued: int = 600, deferred: int = 0, moved: int = 0) -> Sighting:
    counts = Counts(sent=12_000, deferred=deferred)
    readings = (Reading(NOON - timedelta(seconds=10), 12_000 - moved), Reading(NOON, 12_000))
    found = Progress(12_000 + queued + deferred, queued, counts, fanned_out=True)
    return Sighting(1, found, around, {"docomo.ne.jp": counts}, readings)


@pytest.mark.parametrize(
    ("left", "text"),
    [
        (None, "計算中"),
        (timedelta(0), "まもなく終わります"),
        (timedelta(seconds=45), "まもなく終わります"),
        (timedelta(seconds=46), "あと約1分"),
        (timedelta(seconds=121), "あと約3分"),
        (timedelta(minutes=59), "あと約59分"),
        (timedelta(minutes=59, seconds=1), "あと約1時間"),
        (timedelta(minutes=95), "あと約1時間40分"),
        (timedelta(hours=23, minutes=50), "あと約23時間50分"),
        (timedelta(days=3), "あと1日以上"),
    ],
)
def test_time_left_is_said_plainly_and_rounded_up(left: timedelta | None, text: str) -> None:
    assert left_words(left) == text


@given(st.floats(0, 1e9))
def test_every_time_left_has_words(seconds: float) -> None:
    assert left_words(timedelta(seconds=seconds)).startswith(("あと", "まもなく"))


@pytest.mark.parametrize(
    ("pace", "text"),
    [(None, "計算中"), (0.25, "毎分 15件"), (0.001, "毎分 1件"), (0, "毎秒 0件"), (1234.4, "毎秒 1,234件")],
)
def test_the_pace_is_said_by_the_second_or_by_the_minute(pace: float | None, text: str) -> None:
    assert rate_words(pace) == text


def test_what_is_done_is_never_all_before_the_last() -> None:
    nearly = Progress(1000, 1, Counts(sent=999), fanned_out=True)

    assert done_words(nearly) == "1,000件のうち 999件が済みました（99％）。"
    assert done_words(replace(nearly, fanned_out=False)).endswith("宛先はまだ増えます。")
    assert "（0％）" in done_words(Progress(0, 0, Counts(), fanned_out=False))


def test_while_it_moves_the_time_is_said_and_while_it_does_not_the_reason() -> None:
    moving = progress_view(sighting(moved=100), HOURS)
    closed = progress_view(sighting(Circumstances(BulletinState.SENDING, may_travel=False), moved=100), HOURS)

    assert (moving.words["left"], moving.words["rate"], moving.words["stands"]) == ("あと約1分", "毎秒 10件", "")
    assert (closed.words["left"], closed.words["rate"], closed.stands) == ("", "", "closed")


@pytest.mark.parametrize(
    ("seen", "text"),
    [
        (sighting(Circumstances(BulletinState.HALTED, may_travel=True)), "再開するまで、残りのメールは送られません"),
        (sighting(Circumstances(BulletinState.HALTED, may_travel=True), queued=0), "送るメールは、もう残っていません"),
        (sighting(queued=0, deferred=7), "送り直し待ちの 7件が残っています"),
        (sighting(Circumstances(BulletinState.SENDING, may_travel=True, paused=("au.com",))), "au.comへの配信を止めて"),
        (
            sighting(Circumstances(BulletinState.SENDING, may_travel=True, paused=("au.com", "docomo.ne.jp"))),
            "au.com など 2ドメインへの配信を止めて",
        ),
        (sighting(Circumstances(BulletinState.SENDING, may_travel=True, trouble="x")), "送り出せない状態です（x）"),
        (
            sighting(Circumstances(BulletinState.SENDING, may_travel=True, held={"docomo": NOON, "kddi": NOON})),
            "docomo など 2社が混み合っているため、きょう 正午 まで待っています。",
        ),
        (sighting(), "送信が進んでいません"),
    ],
)
def test_each_standstill_has_its_sentence(seen: Sighting, text: str) -> None:
    assert text in progress_view(seen, HOURS).words["stands"]


def test_outside_the_hours_the_next_opening_is_named() -> None:
    closed = sighting(Circumstances(BulletinState.SENDING, may_travel=False))
    evening = replace(closed, readings=(Reading(NOON + timedelta(hours=7), 12_000),))

    assert "続きは 明日 11月25日(水) 午前9時 から送ります。" in progress_view(evening, HOURS).words["stands"]


def test_the_largest_ten_domains_stand_first_and_the_smallest_are_added_up() -> None:
    domains = {f"d{place}.jp": Counts(audience=1001 - place, sent=1000 - place, failed=1) for place in range(130)} | {
        "": Counts(failed=1)
    }
    seen = progress_view(replace(sighting(moved=100), domains=domains), HOURS)

    assert [line[0] for line in seen.largest] == [f"d{place}.jp" for place in range(10)]
    assert len(seen.others) == 90
    made, sent = sum(1001 - n for n in range(99, 130)), sum(1000 - n for n in range(99, 130))
    assert seen.others[-1][:6] == ["そのほか 31ドメイン", f"{made:,}", f"{sent:,}", "0", "0", "31"]
    assert seen.words["others"] == "ほかのドメイン（120）"
    assert {len(line) for line in (*seen.largest, *seen.others)} == {10}


def test_a_paused_domain_says_so_and_a_moving_one_how_fast() -> None:
    readings = tuple(
        Reading(NOON + timedelta(seconds=s), 50 * s, {"au.com": 50 * s, "docomo.ne.jp": 0}) for s in (0, 2)
    )
    domains = {"au.com": Counts(sent=100), "docomo.ne.jp": Counts(failed=60), "gmail.com": Counts(sent=1)}
    around = Circumstances(BulletinState.SENDING, may_travel=True, paused=("docomo.ne.jp",))

    lines = progress_view(replace(sighting(around), readings=readings, domains=domains), HOURS).largest

    assert [line[-1] for line in lines] == ["毎秒 50件", "止めています", "―"]


def test_sending_again_says_whom_it_reaches_before_it_is_pressed() -> None:
    both, one = Counts(sent=9, failed=3, expired=1200, bounced=2), Counts(failed=1)

    assert again_words(both) == (
        "送れず 3件と期限切れ 1,200件、合わせて 1,203件に、もう一度送ります。届いた人には送りません。"
        "送ったあとに不達の知らせが来た 2件にも送りません。"
    )
    assert again_words(one) == "送れず 1件に、もう一度送ります。届いた人には送りません。"


def test_while_liaisons_are_ahead_it_says_when_all_others_begin() -> None:
    ahead = sighting(replace(SENDING, lead_until=NOON), queued=0)
    waiting = replace(ahead, progress=replace(ahead.progress, fanned_out=False))

    told = progress_view(waiting, HOURS).words["stands"]

    assert told == "連絡員への配信が終わりました。登録者への配信は きょう 正午 に始まります。"
