"""What the cells of an older system's list say: states, dates, counts, topics and areas, in the words they use."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from foundation.era import western_year
from foundation.languages import Language
from subscribers.register_columns import folded
from subscribers.tables import StopReason


def _words(text: str) -> frozenset[str]:
    return frozenset(map(folded, text.split()))


_ACTIVE = _words(
    "active 有効 配信中 配信 登録 登録中 登録済 登録済み 本登録 正常 利用中 稼働 稼働中 受信中 会員 enabled subscribed"
)
_STOPPED: Mapping[str, StopReason] = {
    word: reason
    for reason, words in {
        StopReason.LEFT: "left stopped 停止 停止中 停止済 停止済み 配信停止 配信停止中 一時停止 利用停止 休止 休止中 "
        "無効 解除 解除済 解除済み 登録解除 退会 退会済 退会済み 削除 削除済 削除済み unsubscribed inactive disabled",
        StopReason.UNREACHABLE: "unreachable エラー エラー停止 エラー停止中 エラー超過 配信エラー 配信エラー停止 "
        "配信不能 不達 不達停止 不着 宛先不明 bounced undeliverable",
        StopReason.COMPLAINT: "complaint complained 苦情 苦情停止 迷惑メール申告",
        StopReason.STAFF: "staff 職員停止 管理者停止 強制停止 強制退会 強制解除",
    }.items()
    for word in _words(words)
}
_UNFINISHED = _words("仮登録 仮登録中 仮会員 未確認 未承認 承認待ち 登録待ち pending unconfirmed")
_YES = _words("1 ○ 〇 ◯ ● ✓ レ はい yes y true t on 有 有り あり 希望 希望する 選択 受信 する 済")
_NO = _words("0 × x ✕ いいえ no n false f off 無 無し なし 希望しない 未選択 しない ー")
_GONE = _words("停止 停止中 配信停止 停止済 停止済み 解除 解除済 解除済み 退会 退会済 退会済み 削除 削除済 削除済み")
_EVERY = _words("すべて 全て 全部 全区分 全地域 全域 市内全域 市内全部 全カテゴリ all")
_LANGUAGES: Mapping[str, str] = {
    **{folded(each.own_name): each.value for each in Language},
    **dict.fromkeys(("日本", "japanese", "jpn", "jajp"), Language.JAPANESE.value),
    **dict.fromkeys(("英語", "eng", "enus", "enja"), Language.ENGLISH.value),
    **dict.fromkeys(("中国語", "中国語簡体字", "chinese", "zhcn", "zhhans"), Language.CHINESE.value),
}
_JOINTS = re.compile(r"[;；,，、|｜/／\n]")
_ERA = r"(?:(?P<era>令和|平成|昭和|R|H|S)\s*)?"
_DATE = re.compile(
    _ERA
    + r"(?P<year>元|\d{1,4})\s*(?:年|[./-])\s*(?P<month>\d{1,2})\s*(?:月|[./-])\s*(?P<day>\d{1,2})\s*日?"
    + r"(?:\s*\([月火水木金土日祝・]+\))?"
    + r"(?:[T\s]*(?P<half>午前|午後|AM|PM)?\s*(?P<hour>\d{1,2})(?::|時)(?:(?P<minute>\d{1,2})(?:分|:)?)?"
    + r"(?:(?P<second>\d{1,2})(?:\.\d{1,9})?秒?)?)?",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"(\d{4})(\d\d)(\d\d)(?:[T\s]*(\d\d)(\d\d)(\d\d)?)?")
_ERAS = {"r": "令和", "h": "平成", "s": "昭和"}
_COUNT = re.compile(r"(\d{1,9})\s*[回件]?")


class LineInvalid(ValueError):
    """A line cannot be taken; the text is the reason, in Japanese, `kind` what several such lines have in common, and
    `word` a word of the list that this town does not know."""

    def __init__(self, reason: str, *, kind: str = "", word: str = "") -> None:
        super().__init__(reason)
        self.kind = kind or reason.removesuffix("。")
        self.word = word


@dataclass(frozen=True)
class Words:
    """The words of one list for topics (or areas), folded: our own keys and labels, and what a person said they mean.
    A word may stand for several keys, or for none."""

    name: str
    known: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, name: str, labels: Mapping[str, str], given: Mapping[str, str], parts: Mapping[str, str] | None = None
    ) -> "Words":
        """`labels` by key; `parts` are words for a part of what a key means; `given` are words with any of these,
        joined by `+`. Raises ValueError where these are not known."""
        known: dict[str, tuple[str, ...]] = {folded(word): (key,) for word, key in (parts or {}).items()}
        known |= {folded(word): (key,) for key, label in labels.items() for word in (key, label)}
        own = dict(known)
        for word, meant in given.items():
            keys = [own.get(folded(each)) for each in meant.split("+") if each.strip()]
            if None in keys:
                raise ValueError(f"「{meant}」という{name}は、この市にありません。")
            known[folded(word)] = tuple(key for found in keys if found for key in found)
        return cls(name, known)

    def read(self, text: str) -> tuple[str, ...]:
        """The keys; empty for all of them. Raises LineInvalid."""
        whole = folded(text)
        if not whole or whole in _EVERY:
            return ()
        if whole in self.known:
            return self._some(self.known[whole])
        keys: list[str] = []
        for word in _JOINTS.split(text):
            plain = folded(word)
            if plain in _EVERY:
                return ()
            if plain and plain not in self.known:
                raise LineInvalid(
                    f"この市にない{self.name}です：{shown(word)}", kind=f"この市にない{self.name}", word=shown(word)
                )
            keys += self.known.get(plain, ())
        return self._some(keys)

    def _some(self, keys: Sequence[str]) -> tuple[str, ...]:
        """Whoever wanted only what is not taken over does not get everything instead."""
        if not keys:
            raise LineInvalid(f"取り込む{self.name}が一つもありません。")
        return tuple(dict.fromkeys(keys))


@lru_cache(maxsize=4096)  # a list has few words beside its lines
def _folded(text: str) -> str:
    return folded(text)


def read_state(text: str, given: Mapping[str, str]) -> StopReason | None:
    """Why the address is stopped; None for one that is active. `given` are folded words with ours: of a code like `1`
    nobody but the older system's makers knows what it means. Raises LineInvalid."""
    word = _folded(text)
    word = given.get(word, word)
    if not word or word in _ACTIVE:
        return None
    if word in _STOPPED:
        return _STOPPED[word]
    if word in _UNFINISHED:
        raise LineInvalid(f"登録が終わっていない状態です：{shown(text)}", kind="登録が終わっていない（仮登録など）")
    raise LineInvalid(f"状態を読めません：{shown(text)}", kind="状態を読めない", word=shown(text))


def read_reason(text: str) -> StopReason:
    """A stop without a reason that we know counts as the resident's own wish: nobody else may undo it, and it is erased
    in time."""
    word = folded(text)
    if word in _STOPPED:
        return _STOPPED[word]
    for sign, reason in (("エラー", "unreachable"), ("不達", "unreachable"), ("苦情", "complaint"), ("職員", "staff")):
        if sign in word:
            return StopReason(reason)
    return StopReason.LEFT


def read_flag(text: str, zone: ZoneInfo) -> bool:
    """Of a column that holds a sign, or a date, where something is so. Raises LineInvalid."""
    word = _folded(text)
    if not word or word in _NO:
        return False
    if word in _YES or word in _GONE:
        return True
    try:
        read_moment(text, zone)
    except LineInvalid:
        raise LineInvalid(f"○か×か読めません：{shown(text)}", kind="○か×か読めない", word=shown(text)) from None
    return True


def read_moment(text: str, zone: ZoneInfo) -> datetime:
    """A date alone is that day's midnight; a time without offset is the town's. Raises LineInvalid."""
    try:
        moment = _moment(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise LineInvalid(f"日付を読めません：{shown(text)}", kind="日付を読めない") from None


def read_count(text: str) -> int:
    """Raises LineInvalid."""
    found = _COUNT.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        raise LineInvalid(f"エラー回数を読めません：{shown(text)}", kind="エラー回数を読めない")
    return int(found[1])


def read_language(text: str) -> str:
    """As it came, where it is none that we know by name."""
    return _LANGUAGES.get(_folded(text), text.strip().lower())


def shown(text: str) -> str:
    """For people, and never an address: short, and what looks like one is left out."""
    plain = "".join(sign if sign.isprintable() else "?" for sign in text.strip())
    return "〔メールアドレス〕" if "@" in unicodedata.normalize("NFKC", plain) else plain[:40]


@lru_cache(maxsize=4096)  # the days of a list are few beside its lines
def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.replace("/", "-"))
    except ValueError:
        pass
    plain = unicodedata.normalize("NFKC", text).strip()
    if found := _DIGITS.fullmatch(plain):
        return datetime(*(int(part or 0) for part in found.groups()))  # type: ignore[arg-type]  # noqa: DTZ001 -- the caller's zone
    found = _DATE.fullmatch(plain)
    if found is None:
        raise ValueError(text)
    year = 1 if found["year"] == "元" else int(found["year"])
    if found["era"]:
        year = western_year(_ERAS.get(found["era"].lower(), found["era"]), year)
    elif len(found["year"]) != 4:
        raise ValueError(text)
    hour = int(found["hour"] or 0)
    if found["half"]:
        hour = hour % 12 + (12 if found["half"].upper() in ("午後", "PM") else 0)
    minute, second = int(found["minute"] or 0), int(found["second"] or 0)
    return datetime(year, int(found["month"]), int(found["day"]), hour, minute, second)  # noqa: DTZ001 -- the caller's zone
