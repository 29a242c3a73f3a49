"""The small structure of what the office writes for people: headings, lists, steps and paragraphs. No HTML is read.

A line that begins with ■ is a heading, one with ・ belongs to a list, one with a number and a full stop to steps; an
empty line ends a paragraph.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

_STEP = re.compile(r"[0-9０-９]{1,2}[.．]\s*(?P<words>.*)")
_ITEM = re.compile(r"[・･]\s*(?P<words>.*)")
_HEADING = re.compile(r"■\s*(?P<words>.*)")


class Part(StrEnum):
    HEADING = "heading"
    LIST = "list"
    STEPS = "steps"
    PARAGRAPH = "paragraph"


_MARKS = ((Part.HEADING, _HEADING), (Part.LIST, _ITEM), (Part.STEPS, _STEP))


@dataclass(frozen=True)
class Block:
    """`lines` are items of a list, steps, or the lines of one paragraph; a heading has one."""

    part: Part
    lines: tuple[str, ...]


def blocks(text: str) -> tuple[Block, ...]:
    found: list[Block] = []
    for part, words in _lines(text):
        if found and part is not None and part is found[-1].part and part is not Part.HEADING:
            found[-1] = Block(part, (*found[-1].lines, words))
        elif part is not None:
            found.append(Block(part, (words,)))
        elif found and found[-1].lines:
            found.append(Block(Part.PARAGRAPH, ()))
    return tuple(block for block in found if block.lines)


def _lines(text: str) -> Iterator[tuple[Part | None, str]]:
    """None for an empty line. A mark with nothing behind it is an ordinary line."""
    for line in text.splitlines():
        words = line.strip()
        marked = ((part, mark.fullmatch(words)) for part, mark in _MARKS)
        part, match = next(((part, match) for part, match in marked if match and match["words"]), (None, None))
        if part is not None and match is not None:
            yield part, match["words"]
        else:
            yield (Part.PARAGRAPH if words else None), words


def settled(text: str) -> str:
    """Line ends as one character, no spaces at the ends of lines, no more than one empty line in a row."""
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")
