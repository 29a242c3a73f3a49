"""What the post-room answers is in the language of the entry address, or of the resident."""

import pytest

from foundation.languages import Language
from subscribers.links import STOP, STOP_MAIL_PREFIX
from subscribers.tables import Subscriber
from tests.service.test_complaints import feedback, marks
from tests.support.reception import BLANK, RESIDENT, Reception

SUBJECTS = {
    Language.JAPANESE: ("登録ページのご案内", "配信を停止しました", "返信は読まれません"),
    Language.PLAIN_JAPANESE: ("登録の ページ", "メールを 止めました", "返事の メールは 読みません"),
    Language.ENGLISH: ("Your link to sign up", "Your alerts have been stopped", "Replies to this address are not read"),
    Language.CHINESE: ("登记页面", "已停止发送", "发送到此地址的邮件无人阅读"),
}


def speaking(house: Reception, language: Language) -> int:
    """A resident of that language; gives the number."""
    number = house.resident()
    with house.database.write() as session:
        session.get_one(Subscriber, number).language = language
    return number


@pytest.mark.parametrize("language", list(Language))
def test_a_blank_mail_to_the_entry_address_of_a_language_is_answered_in_it(
    house: Reception, language: Language
) -> None:
    house.receive(BLANK, f"touroku-{language}")
    house.work()

    assert house.letters()[0].subject.endswith(SUBJECTS[language][0])


@pytest.mark.parametrize("language", list(Language))
def test_a_resident_is_told_in_their_language_that_their_mail_stopped_or_was_not_read(
    house: Reception, language: Language
) -> None:
    number = speaking(house, language)
    announced = house.home.town.from_address.partition("@")[0]

    house.receive(BLANK, announced)
    house.work()
    stop = STOP_MAIL_PREFIX + house.home.keyring.sign(STOP, number)
    house.receive(BLANK.replace("<1@", "<2@"), stop)
    house.work()

    unread, stopped = house.letters(RESIDENT)
    assert unread.subject.endswith(SUBJECTS[language][2])
    assert stopped.subject.endswith(SUBJECTS[language][1])


@pytest.mark.parametrize("language", list(Language))
def test_who_complained_is_told_in_their_language_how_to_come_back(house: Reception, language: Language) -> None:
    mark = marks(house, speaking(house, language))["mail"]
    house.receive(feedback(mark), "feedback", sender="fbl@provider.test")
    house.work()

    [letter] = house.letters(RESIDENT)
    assert letter.subject.endswith(SUBJECTS[language][1])
