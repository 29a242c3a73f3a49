"""The columns of a register, and which of them the headings of an older system's list mean."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from subscribers.town import Town


class Column(StrEnum):
    """The value is the heading in our own export, and the name by which a person says what a column is."""

    label: str
    aliases: tuple[str, ...]

    def __new__(cls, word: str, label: str, *aliases: str) -> "Column":
        column = str.__new__(cls, word)
        column._value_ = word
        column.label = label
        column.aliases = aliases
        return column

    ADDRESS = (
        "address", "メールアドレス", "アドレス", "メール", "email", "mail", "mailaddress", "emailaddress", "eメール",
        "登録メールアドレス", "登録アドレス", "配信先", "配信先アドレス", "pcメールアドレス", "携帯メールアドレス",
    )  # fmt: skip
    TOPICS = (
        "topics", "配信区分", "区分", "カテゴリ", "カテゴリー", "配信カテゴリ", "受信カテゴリ", "配信項目", "受信項目",
        "配信種別", "配信内容", "希望情報", "グループ", "topic", "category", "categories",
    )  # fmt: skip
    AREAS = (
        "areas", "知りたい地域", "地域", "地区", "配信地域", "配信地区", "受信地域", "希望地域", "エリア", "配信エリア",
        "area",
    )  # fmt: skip
    LANGUAGE = "language", "言語", "使用言語", "配信言語", "lang"
    STATE = (
        "state", "状態", "登録状態", "配信状態", "配信状況", "会員状態", "利用状態", "ステータス", "登録ステータス",
        "status",
    )  # fmt: skip
    STOPPED = (
        "stopped", "停止", "停止フラグ", "配信停止", "配信停止フラグ", "解除", "解除フラグ", "退会フラグ", "削除フラグ",
        "停止日", "停止日時", "配信停止日", "配信停止日時", "解除日", "解除日時", "退会日", "退会日時", "削除日",
        "削除日時",
    )  # fmt: skip
    REASON = "reason", "停止の理由", "停止理由", "解除理由", "退会理由"
    PLACE = "place", "登録の場所", "登録場所", "配布場所", "配置場所"
    REGISTERED_AT = (
        "registered_at", "登録日時", "登録日", "登録年月日", "本登録日", "本登録日時", "入会日", "入会日時", "申込日",
        "申込日時", "作成日", "作成日時", "createdat", "created", "registered",
    )  # fmt: skip
    ERRORS = (
        "errors", "エラー回数", "エラー数", "エラー件数", "エラーカウント", "配信エラー回数", "配信エラー数",
        "連続エラー回数", "不達回数", "bounces", "bouncecount", "errorcount",
    )  # fmt: skip
    LAST_ERROR_AT = (
        "last_error_at", "最後のエラー", "最終エラー日", "最終エラー日時", "最終配信エラー日", "最終不達日",
        "直近エラー日",
    )  # fmt: skip


# What an export of ours has; `reason` is why an address is stopped, so that it can come back whole.
EXPORTED = (
    Column.ADDRESS, Column.TOPICS, Column.AREAS, Column.LANGUAGE, Column.STATE, Column.PLACE, Column.REGISTERED_AT,
    Column.REASON,
)  # fmt: skip
_SIGNS = re.compile(r"[\s_\-・/()\[\]【】「」:*※'\"]+")
_ABOUT_ADDRESS = re.compile(r"メールアドレス|e?mail(?:address)?")


class HeadInvalid(ValueError):
    """The headings cannot be used; the text says why, in Japanese."""


@dataclass(frozen=True)
class Meaning:
    """What one column is: one of ours, a topic or an area of its own (with a sign in each line that chose it), or
    nothing that is taken over."""

    heading: str
    column: Column | None = None
    topic: str = ""
    area: str = ""

    @property
    def is_taken(self) -> bool:
        return bool(self.column or self.topic or self.area)

    @property
    def words(self) -> str:
        """In Japanese, for confirmation."""
        if self.topic:
            return f"配信区分の一つ（{self.topic}）"
        if self.area:
            return f"地域の一つ（{self.area}）"
        return self.column.label if self.column else "（取り込みません）"


def meanings(headings: Sequence[str], town: Town, given: Mapping[str, str]) -> tuple[Meaning, ...]:
    """`given` are headings, as they stand, with the name of a column, or with nothing for a column to be left out.
    Raises HeadInvalid."""
    for name in given:
        if name not in headings:
            raise HeadInvalid(f"「{name}」という見出しは、このファイルにありません。")
    found = [_meaning(heading, town, given) for heading in headings]
    if not any(each.column is Column.ADDRESS for each in found):
        found = _with_address(found, given)
    for column in Column:
        those = [each.heading for each in found if each.column is column]
        if len(those) > 1 and column is not Column.STOPPED:
            # A resident's second address is not guessed to be the one to write to.
            raise HeadInvalid(
                f"{column.label}と読める見出しが二つあります（{'、'.join(those)}）。どちらかを外してください。"
            )
    return tuple(found)


def guesses(headings: Sequence[str], town: Town) -> tuple[Meaning, ...]:
    """What each heading would mean by itself, whether or not they make a register together."""
    return tuple(_meaning(heading, town, {}) for heading in headings)


def _meaning(heading: str, town: Town, given: Mapping[str, str]) -> Meaning:
    if heading in given:
        return Meaning(heading, _named(given[heading]))
    plain = folded(heading)
    for column in Column:
        if plain in _KNOWN[column]:
            return Meaning(heading, column)
    for topic in town.topics:
        if plain and plain in (folded(topic.key), folded(topic.label)):
            return Meaning(heading, topic=topic.key)
    for area in town.areas:
        if plain and plain in (folded(area.key), folded(area.label)):
            return Meaning(heading, area=area.key)
    return Meaning(heading)


def _with_address(found: list[Meaning], given: Mapping[str, str]) -> list[Meaning]:
    """No heading is quite one of those known: one that speaks of a mail address will do, if there is only one."""
    free = [at for at, each in enumerate(found) if not each.is_taken and each.heading not in given]
    # A file without headings begins with an address, which may well say "mail" too.
    likely = [at for at in free if _ABOUT_ADDRESS.search(folded(found[at].heading)) and "@" not in found[at].heading]
    if len(likely) != 1:
        raise HeadInvalid("1行目に見出しが必要です。メールアドレスの列の見出しは「メールアドレス」としてください。")
    return [Meaning(each.heading, Column.ADDRESS) if at == likely[0] else each for at, each in enumerate(found)]


def _named(name: str) -> Column | None:
    if not name:
        return None
    plain = folded(name)
    for column in Column:
        if plain in _KNOWN[column]:
            return column
    raise HeadInvalid(f"「{name}」という取り込み先はありません。使えるのは {'、'.join(Column)} です。")


def folded(text: str) -> str:
    """As two spellings of one heading or word compare."""
    return _SIGNS.sub("", unicodedata.normalize("NFKC", text).lower())


_KNOWN = {each: frozenset(folded(word) for word in (each.value, each.label, *each.aliases)) for each in Column}
