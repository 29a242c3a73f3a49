"""Whom a correction or retraction reaches, and what may still be put right, as one says it aloud."""

from collections.abc import Sequence

from admin.desk.reach_words import addressee_words, liaisons_told, reach_words
from bulletins.liaison_edition import ToLiaisons
from bulletins.mending import Addressed
from bulletins.tables import Bulletin
from subscribers.audience import Reach
from subscribers.town import Town


def reach_sentence(reach: Reach, bulletin: Bulletin, addressed: Addressed, town: Town) -> str:
    """As `reach_words`, and for those who were already sent something, of how many and of whom."""
    if reach.liaisons is None:
        return _residents(reach, bulletin, addressed, town)
    liaisons = ToLiaisons(bulletin.to_liaisons)
    told = liaisons_told(reach.liaisons, liaisons)
    return told if liaisons is ToLiaisons.ONLY else _residents(reach, bulletin, addressed, town) + told


def _residents(reach: Reach, bulletin: Bulletin, addressed: Addressed, town: Town) -> str:
    if reach.had is None:
        usual = reach_words(reach, town, to_all=bulletin.to_all)
        return f"{_forgotten(addressed.mended)}{usual}" if addressed.forgotten else usual
    named = _numbers(addressed.mended)
    if not reach.had:
        return f"{named}は、まだだれにも送っていません。"
    if reach.had_at_most is not None:
        span = f"{reach.had:,}人以上、{reach.had_at_most:,}人以下"
        return (
            f"{named}のどれかを送った人（{span}）のうち、いまも登録している人（{reach.reached:,}人以上）に届きます。"
            "重ねて受け取った人が多く、1人ずつは数えていないため、幅で示しています。"
        )
    return f"{named}を送った {reach.had:,}人のうち、いまも登録している {reach.reached:,}人に届きます。"


def addressees(bulletin: Bulletin, addressed: Addressed, town: Town) -> tuple[str, ...]:
    if addressed.scope.had:
        return (f"{_numbers(addressed.mended)}を送った人だけ",)
    return addressee_words(bulletin, town)


def _forgotten(mended: Sequence[Bulletin]) -> str:
    return f"{_numbers(mended)}は配信から日がたち、だれに送ったかの記録が残っていません。ふだんの届け先に送ります。"


def _numbers(mended: Sequence[Bulletin]) -> str:
    return f"お知らせ{'・'.join(str(each.id) for each in mended)}番"
