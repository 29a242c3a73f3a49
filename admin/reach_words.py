"""How many a bulletin reaches, as one says it aloud."""

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
        for cause, number in (("配信区分", reach.without_topic), ("地域", reach.without_area))
        if number
    ]
    return f"{town.name}の登録者 {everybody}のうち、{reached}に届きます。{'、'.join(left_out)}が対象外です。"
