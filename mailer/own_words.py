"""What somebody wrote above, between or below the mail they answer: their own words, signature included.

What mail programs put around a quotation is no standard; these are the forms seen in Japanese and English ones.
"""

import re

_QUOTED = re.compile(r"^[ \t\u3000]*[>＞]")
# Rules and headings after which the whole mail follows that is answered.
_MARK = re.compile(
    r"^[ \t]*(?:[-_=*＝―─━]{2,}[ \t]*"
    r"(?:original message|original mail|forwarded message|元のメッセージ|元のメール|オリジナルメッセージ"
    r"|転送(?:メッセージ|メール)?"
    r"|forwarded by .*|begin forwarded message.*)[ \t]*[-_=*＝―─━]*|_{20,})[ \t]*$",
    re.IGNORECASE,
)
# `2026年11月27日(金) 10:00 Name <a@b>:`, `On Fri, Nov 27, 2026 at 10:00 Name <a@b> wrote:`, with a break anywhere.
_SAID = re.compile(
    r"^(?:on\b.{5,200}\bwrote|\d{4}[年/.-]\s?\d{1,2}[月/.-]\s?\d{1,2}日?.{0,200}(?:<[^<>]{3,254}@[^<>]{3,254}>|のメール|wrote|さん(?:は|が)?書きました))"
    r"[ \t]*[:：][ \t]*$",
    re.IGNORECASE,
)
_SAID_ONCE_MORE = re.compile(r"(?:wrote|@[^\s@<>]+>?|書きました|のメール)[ \t]*[:：][ \t]*$", re.IGNORECASE)
_HEAD = re.compile(
    r"^[ \t*]*(?:from|sent|date|to|subject|差出人|送信日時|送信者|日時|日付|宛先|件名)[ \t*]*[:：]", re.IGNORECASE
)
_HEADS = 3  # lines of them, one below the other, are the head of a mail


def own_words(text: str) -> str:
    """Empty where nothing but a quotation is there."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept: list[str] = []
    place = 0
    while place < len(lines):
        line = lines[place]
        if _MARK.match(line) or _begins_head(lines, place):
            break
        said = _attribution(lines, place)
        if said:
            place += said
            # Without signs before its lines, nobody can tell where the quotation ends.
            if not any(_QUOTED.match(each) for each in lines[place:]):
                break
            continue
        if not _QUOTED.match(line):
            kept.append(line.rstrip())
        place += 1
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def _begins_head(lines: list[str], place: int) -> bool:
    return all(_HEAD.match(line) for line in lines[place : place + _HEADS]) and len(lines) - place >= _HEADS


def _attribution(lines: list[str], place: int) -> int:
    """How many lines say who wrote what follows; 0 where these do not."""
    line = lines[place].strip()
    if _SAID.match(line):
        return 1
    both = f"{line} {lines[place + 1].strip()}" if place + 1 < len(lines) else ""
    return 2 if both and _SAID_ONCE_MORE.search(both) and _SAID.match(both) else 0
