"""What a line of plain text may hold, so that nothing typed can reach a mail header as a second line."""

import unicodedata

# Line and paragraph separators end a line on some screens; lone surrogates cannot be encoded;
# direction marks show a text in another order than it is stored.
_REFUSED_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})
_DIRECTION_MARKS = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))


def forbidden_character(text: str, *, several_lines: bool = False) -> str | None:
    """The first character that must not stand here, or None; LF and TAB are fine only with several lines."""
    for character in text:
        if several_lines and character in "\n\t":
            continue
        if unicodedata.category(character) in _REFUSED_CATEGORIES or character in _DIRECTION_MARKS:
            return character
    return None


def one_line(text: str) -> str:
    """Joins the lines of a text by single spaces; blank lines and the space around each line go."""
    return " ".join(line.strip() for line in text.splitlines() if line.strip())


def full_width(text: str) -> float:
    """Width in full-width characters: half-width ones count one half (Unicode TR 11, ambiguous ones are wide)."""
    return sum(1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.5 for c in text)
