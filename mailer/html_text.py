"""HTML of strangers' mail as plain text, in one pass whatever it is made of."""

import html
import re

# Possessive throughout: what could be split in many ways would be tried in all of them where no `>` follows.
_MARK = re.compile(r"<!--|-->|<(/?)([A-Za-z][A-Za-z0-9]*+)[^<>]*+>|<[!?/][^<>]*+>")
_ENDLESS_NUMBER = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9A-Fa-f]{8,});?")  # no character has such a one
_SILENT = frozenset({"script", "style", "title"})
_LINES = frozenset(
    {"br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "table", "ul", "ol", "hr", "blockquote", "pre"}
)
_BLANKS = re.compile(r"[ \t\r\f\v\u00a0]+")
_EMPTY_LINES = re.compile(r"\n\s*\n\s*")


def text_of_html(source: str) -> str:
    """Blocks and breaks become line ends; scripts, styles and comments are left out."""
    pieces: list[str] = []
    silent = ""
    end = 0
    for mark in _MARK.finditer(source):
        if not silent:
            pieces.append(source[end : mark.start()].replace("\n", " "))
        end = mark.end()
        name = (mark[2] or "").lower()
        if silent:
            silent = "" if _ends(silent, mark) else silent
        elif mark[0] == "<!--":
            silent = "-->"
        elif name in _SILENT and not mark[1]:
            silent = name
        elif name in _LINES:
            pieces.append("\n")
        elif name in {"td", "th"}:
            pieces.append(" ")
    if not silent:
        pieces.append(source[end:].replace("\n", " "))
    text = _BLANKS.sub(" ", html.unescape(_ENDLESS_NUMBER.sub("\ufffd", "".join(pieces))))
    return _EMPTY_LINES.sub("\n\n", text.replace(" \n", "\n").replace("\n ", "\n")).strip()


def _ends(silent: str, mark: re.Match[str]) -> bool:
    if silent == "-->":
        return mark[0] == "-->"
    return bool(mark[1]) and mark[2].lower() == silent
