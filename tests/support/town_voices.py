"""Voices as a town's office would have them: one in each state, one late, one from another address."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from foundation.ledger import Member
from liaisons import voice_life, voices
from liaisons.voice_life import Added, Turn
from liaisons.voice_links import ONE_VOICE
from liaisons.voice_tables import Road, ToldBy, Voice
from liaisons.voices import Heard
from service.home import Home
from tests.liaisons.network import enter

LIGHT = (
    "楓町2丁目の児童公園の街灯が、先週から切れています。夕方は真っ暗で、塾帰りの子どもが通るので心配です。\n"
    "隣の自転車置き場の灯りも、ちらついています。早めに見ていただけると助かります。\n\n--\n楓町自治会 防犯部"
)
CROSSING = "ひかり台小の通学路の横断歩道が、消えかけて見えにくくなっています。"
CASE = "先日のお知らせにあった不審者は、その後つかまりましたか。近くに住んでいるので教えてください。"
PATROL = "毎週金曜の見回りに、市の青パトも一緒に回ってもらえると心強いという声がありました。"
CAMERA = "駅前の防犯カメラを、今年中に全部の通りに付けてほしい。"
ENGLISH = "Could the evacuation map be handed out in English at the station?"
ANSWER = "11月24日に現地を確かめ、街灯2基の電球を交換しました。お知らせいただき、ありがとうございました。"


def fill(session: Session, home: Home, by: Member) -> list[int]:
    """Their numbers, in the order in which they came."""
    at = home.clock.now()
    liaison = enter(session, "yamada", at=at, areas=(home.town.areas[0].key,))
    section, areas = home.town.section, home.town.areas

    def hear(text: str, road: Road, *, days: int, **more: object) -> Voice:
        due = at.astimezone(home.town.zone).date() + timedelta(days=14 - days)
        kept: dict[str, object] = {"by": "resident", "at": at - timedelta(days=days), **more}
        once = f"sample:{road}:{days}"
        return voices.hear(session, Heard(road, text, once, due, **kept), at=at)  # type: ignore[arg-type]

    def turn() -> Turn:
        return Turn(by, at)

    me = (by.id, by.name)
    hear(CASE, Road.FORM, days=1, mail="hanako@example.com", area=areas[1].key)
    elsewhere = hear(CROSSING, Road.MAIL, days=2, liaison_id=liaison.id, mail="yamada@docomo.ne.jp", differs=True)
    late = hear(PATROL, Road.MEETING, days=20, liaison_id=liaison.id, writer=me)
    answered = hear(LIGHT, Road.PAGE, days=9, liaison_id=liaison.id, area=areas[0].key)
    wished = hear(CAMERA, Road.CALL, days=12, phone="042-000-1234", writer=me)
    hear(ENGLISH, Road.FORM, days=0, language="en")
    voice_life.assign(session, elsewhere, turn(), section="道路管理課", officer=None)
    for each in (late, answered, wished):
        voice_life.assign(session, each, turn(), section=section, officer=me)
        voice_life.take(session, each, turn())
    voice_life.move_due(
        session, wished, turn(), day=date.fromisoformat(wished.due_on), why="予算の担当に確かめているため"
    )
    voice_life.answer(session, answered, turn(), ANSWER)
    voice_life.told(session, answered, turn(), way=ToldBy.MAIL, day=at.date())
    voice_life.led_to(session, answered, turn(), bulletin_id=None, words="街灯の一斉点検を始めた")
    voice_life.add_words(
        session, answered, Added("明るくなりました。ありがとうございます。", "liaison", "sample:more", at.date()), at=at
    )
    voice_life.answer(session, answered, turn(), ANSWER)
    voice_life.cannot(
        session, wished, turn(), "今年度は、駅前の交差点3か所に付けます。ほかの通りは、来年度に検討します。"
    )
    session.flush()
    return [elsewhere.id - 1, elsewhere.id, late.id, answered.id, wished.id]


def pages(home: Home) -> tuple[str, ...]:
    """Of residents; the fourth was answered."""
    return "/voice", f"/voice/{home.keyring.sign(ONE_VOICE, 4)}", "/voice/unknown"
