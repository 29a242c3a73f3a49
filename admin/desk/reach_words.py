"""Whom a bulletin is for, how many that reaches and for how long it is tried, as one says it aloud."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from admin.frame.span_words import life_words
from bulletins.drafting import scope_of
from bulletins.liaison_edition import ToLiaisons
from bulletins.tables import Bulletin
from subscribers.audience import Reach
from subscribers.town import Town


def reach_words(reach: Reach, town: Town, *, to_all: bool) -> str:
    """Names what a topic or an area leaves out, and only that."""
    if not reach.everybody:
        return f"{town.name}の登録者は、まだいません。"
    everybody, reached = f"{reach.everybody:,}人", f"{reach.reached:,}人"
    if to_all or reach.reached == reach.everybody:
        return f"{town.name}の登録者 {everybody}全員に届きます。"
    if not reach.reached:
        return f"{town.name}の登録者 {everybody}のうち、だれにも届きません。配信区分と地域を確かめてください。"
    left_out = [
        f"{cause}で{number:,}人"
        for cause, number in (
            ("配信区分", reach.without_topic),
            ("地域", reach.without_area),
            ("一時停止", reach.paused),
        )
        if number
    ]
    return f"{town.name}の登録者 {everybody}のうち、{reached}に届きます。{'、'.join(left_out)}が対象外です。"


def addressee_words(bulletin: Bulletin, town: Town) -> tuple[str, ...]:
    """A line for the topics and one for the areas, and one for the liaisons where they get an edition of their own. A
    key that has left the town's file is named as it stands."""
    liaisons = ToLiaisons(bulletin.to_liaisons)
    if liaisons is ToLiaisons.ONLY:
        return "連絡員だけ", _area_words(bulletin, town)
    among = _liaison_words(liaisons, bulletin, town)
    scope = scope_of(bulletin)
    if scope.to_all:
        return ("登録者全員（一斉配信）", *among)
    topics = {topic.key: topic.label for topic in town.topics}
    every_topic = not scope.topics or topics.keys() <= set(scope.topics)
    return (
        "すべての配信区分" if every_topic else f"配信区分：{_labels(scope.topics, topics)}",
        _area_words(bulletin, town),
        *among,
    )


def liaisons_told(number: int, liaisons: ToLiaisons) -> str:
    """How many liaisons get it, behind how many residents do."""
    if liaisons is ToLiaisons.ONLY:
        return f"連絡員{number:,}人だけに届きます。登録者には届きません。" if number else "届けられる連絡員がいません。"
    if liaisons is ToLiaisons.NONE:
        return f"連絡員用のメールを受け取っていた連絡員{number:,}人にも届きます。"
    also = "（登録者でもある連絡員に届くのは、連絡員用の1通だけです）"
    return f"連絡員{number:,}人に、連絡員用のメールが届きます{also}。" if number else "届けられる連絡員はいません。"


def _liaison_words(liaisons: ToLiaisons, bulletin: Bulletin, town: Town) -> tuple[str, ...]:
    if liaisons is ToLiaisons.NONE:
        return ()
    if liaisons is ToLiaisons.FIRST and not bulletin.urgent:
        return (f"連絡員に先に送り、登録者には{life_words(town.forwarding.lead)}後から",)
    return ("連絡員にも、連絡員用のメール",)


def _area_words(bulletin: Bulletin, town: Town) -> str:
    scope, areas = scope_of(bulletin), {area.key: area.label for area in town.areas}
    return f"地域：{_labels(scope.areas, areas)}" if scope.areas and not scope.to_all else "市内全域"


def expiry_words(bulletin: Bulletin) -> str:
    """`始めてから24時間`."""
    return f"始めてから{life_words(timedelta(seconds=bulletin.expires_seconds))}"


def _labels(keys: Sequence[str], labels: Mapping[str, str]) -> str:
    """In the order of the town's file."""
    known = [label for key, label in labels.items() if key in keys]
    return "、".join([*known, *(key for key in keys if key not in labels)])
