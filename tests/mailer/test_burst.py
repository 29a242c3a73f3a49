"""The burst: all that was to be written in one turn of the loop goes out at its end, in order."""

import asyncio
from functools import partial

from mailer.burst import Burst
from tests.support.loops import on_both_loops

Written = list[tuple[str, bytes]]


@on_both_loops
async def test_what_belongs_to_one_turn_is_written_at_its_end_in_the_order_it_came() -> None:
    written: Written = []
    burst = Burst()

    for who, octets in (("a", b"1"), ("b", b"2"), ("a", b"3")):
        burst.add(partial(note, written, who), octets)

    assert written == []
    await asyncio.sleep(0)
    assert written == [("a", b"1"), ("b", b"2"), ("a", b"3")]


@on_both_loops
async def test_what_is_added_while_a_burst_is_written_goes_out_in_the_next() -> None:
    written: Written = []
    burst = Burst()

    def answer(octets: bytes) -> None:
        note(written, "first", octets)
        burst.add(partial(note, written, "second"), b"2")

    burst.add(answer, b"1")

    await asyncio.sleep(0)
    assert written == [("first", b"1")]
    await asyncio.sleep(0)
    assert written == [("first", b"1"), ("second", b"2")]


def note(written: Written, who: str, octets: bytes) -> None:
    written.append((who, octets))


@on_both_loops
async def test_one_that_cannot_be_written_does_not_keep_the_others_back() -> None:
    written: Written = []
    burst = Burst()
    told: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context.get("exception")))

    def broken(_octets: bytes) -> None:
        raise RuntimeError("this line is broken")

    burst.add(partial(note, written, "a"), b"1")
    burst.add(broken, b"2")
    burst.add(partial(note, written, "b"), b"3")
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert written == [("a", b"1"), ("b", b"3")]
    assert [type(problem) for problem in told] == [RuntimeError]
