"""The whole life of a bulletin in a real browser, by the keyboard alone: from the police's text to its correction."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from admin.people.roles import Role
from tests.browser.by_keyboard import (
    Person,
    as_shown,
    bulletins,
    deliver,
    employ,
    go_home,
    lands,
    sign_in,
    submitted,
    window,
)
from tests.browser.desk import MORNING_OF_SAMPLE_1
from tests.support.clock import HandClock
from tests.support.house import House, eventually, links_of
from tests.support.keyboard import Keyboard

pytestmark = pytest.mark.browser

# The first printed bulletin, with the names of the service's own town.
POLICE_TEXT = """こもれび安全・安心メール
配信日\t平成30年6月5日\t配信時刻
配信内容\t市外－子どもの安全－その他
本文(以下の内容で配信します)
不審者による声かけ等の事案が発生！！
【こもれび警察署からの情報】
6月5日(火)、午前7時50分ごろ、こもれび市水車町1丁目の路上で、児童(女)が登校途中、男に声をかけられました。
■声かけ等の内容
・自分は、かっこいい？
・自分は、何歳位に見える？
・6月28日に映画を見に行かない？
■不審者の特徴
・性別・男、年齢50歳代、身長165センチ位、体格太め、白色無地Tシャツ
○対策
ご家庭におきましても、「防犯ブザーを鳴らす」「大声を出して近くの人に知らせる」「子どもを見守る家(カンガルーのポケット)に避難する」「すぐに110番する」等、危険を感じた時の対処法を、日頃から子どもたちと話し合っておきましょう。
※ この情報は「メールけいしちょう」で配信された情報を元に配信しています。
※ 返信メールは受け付けておりません。
担当部署：こもれび市地域安全課
"""
FILLED = {
    "happened_at": "2018-06-05T07:50",
    "place": "こもれび市水車町1丁目",
    "spot": "路上",
    "victim": "児童(女)",
    "situation": "登校途中",
    "offender": "男",
    "words": "自分は、かっこいい？\n自分は、何歳位に見える？\n6月28日に映画を見に行かない？",
    "features": "性別・男、年齢50歳代、身長165センチ位、体格太め、白色無地Tシャツ",
}
OUTSIDE = "配信内容は「市外」ですが"
SUBJECT = "不審者による声かけ等の事案が発生！！"
CORRECTION = "【訂正】先ほどのメールについて"
REASON = "どんな公園かが分かるように書いてください。"
BOTH = ("taro@example.com", "hanako@example.com")
LATE = "late@example.com"
# From the sign-in to the request for approval; each stop is one press of Tab.
MOST_STOPS = 30


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    clock = HandClock(MORNING_OF_SAMPLE_1)
    with House(tmp_path / "var", f"sqlite:///{tmp_path / 'hansho.db'}", clock) as house:
        yield house


def test_from_the_polices_text_to_the_correction_by_the_keyboard_alone(browser: Browser, house: House) -> None:
    writer, decider = employ(house, Role.DRAFTER), employ(house, Role.APPROVER, codes=True)
    for address in BOTH:
        house.register(address)
    with window(browser, house) as left, window(browser, house) as right:
        drafter, approver = Keyboard(left), Keyboard(right)

        first = _pasted_mended_and_submitted(drafter, house, writer)
        _returned(approver, house, decider)
        assert _resubmitted(drafter) == first
        text = _approved(approver)
        deliver(house, first)
        for address in BOTH:
            letter = house.letters(address)[-1]
            assert letter["Subject"] == SUBJECT
            assert as_shown(str(letter.get_content())) == text

        house.register(LATE)
        second = _corrected(drafter)
        _approved(approver)
        deliver(house, second)

    for address in BOTH:
        assert bulletins(house, address) == [SUBJECT, CORRECTION]
    assert bulletins(house, LATE) == []


def _pasted_mended_and_submitted(keys: Keyboard, house: House, person: Person) -> int:
    page = keys.page
    page.goto("/admin")
    sign_in(keys, house, person)
    keys.enter("本文へ進む", most=1)
    keys.enter("新しく書く", most=1)
    expect(page.locator("h1")).to_have_text("新しく書く")
    lands(keys, name="警察などの文章を貼り付ける")
    keys.paste(POLICE_TEXT)

    expect(page.locator("h1")).to_contain_text("不審者・声かけ")
    for name, value in FILLED.items():
        expect(page.locator(f"[name=field-{name}]")).to_have_value(value)
    expect(page.locator("#preview")).to_contain_text(OUTSIDE)
    keys.enter("確認の結果を見る", most=1)
    keys.enter("配信内容を選び直す", "link", most=2)
    lands(keys, name="配信内容")
    keys.choose("市内－子どもの安全－その他")
    expect(page.locator("#preview")).not_to_contain_text(OUTSIDE)
    keys.enter("承認を依頼する", "button", most=10)
    number = submitted(keys)
    assert keys.stops <= MOST_STOPS
    return number


def _returned(keys: Keyboard, house: House, person: Person) -> None:
    """By the approver, whom a letter led to the page."""
    asked = eventually(lambda: house.letters(person.address), what="the letter that asks")[-1]
    keys.page.goto(next(link for link in links_of(asked) if "/admin/bulletins/" in link))
    sign_in(keys, house, person)
    keys.enter("本文へ進む", most=1)
    keys.enter("差し戻す", "DisclosureTriangle", most=8)
    keys.to("差し戻す理由", most=1)
    keys.type(REASON)
    keys.enter("差し戻す", "button", most=1)
    expect(keys.page).to_have_url(re.compile("done=returned"))
    lands(keys, role="status")


def _resubmitted(keys: Keyboard) -> int:
    keys.enter("「はじめに」へ戻る", "link", most=1)
    expect(keys.page).to_have_url(re.compile("/admin$"))
    keys.enter("本文へ進む", most=1)
    expect(keys.page.locator("main")).to_contain_text(REASON)
    keys.enter("内容を直す", "link", most=6)
    expect(keys.page).to_have_url(re.compile("/edit$"))
    expect(keys.page.locator("main")).to_contain_text(REASON)
    keys.enter("本文へ進む", most=1)
    keys.write("どんな場所で", "水車公園前の路上")
    expect(keys.page.locator("#preview")).to_contain_text("水車公園前の路上で")
    keys.enter("承認を依頼する", "button", most=25)
    return submitted(keys)


def _approved(keys: Keyboard) -> str:
    """The text that was shown for it."""
    go_home(keys)
    keys.enter("内容を見て決める", "link", most=5)
    shown = keys.page.locator(".letter__text").first
    text = shown.text_content() or ""
    keys.enter("本文へ進む", most=1)
    keys.enter("承認する", "button", most=5)
    expect(keys.page).to_have_url(re.compile("done=approved"))
    lands(keys, role="status")
    return text.strip()


def _corrected(keys: Keyboard) -> int:
    go_home(keys)
    keys.to("お知らせ", "link", most=10, back=True)
    keys.press("Enter")
    expect(keys.page.locator("h1")).to_have_text("お知らせ")
    keys.enter("本文へ進む", most=1)
    keys.enter(SUBJECT, "link", most=5)
    expect(keys.page.locator("h1")).to_have_text(SUBJECT)
    keys.enter("本文へ進む", most=1)
    keys.enter("訂正を書く", "link", most=5)
    expect(keys.page.locator("h1")).to_contain_text("訂正")
    keys.enter("本文へ進む", most=1)
    keys.write("（誤）", "水車公園前の路上")
    keys.write("（正）", "水車町公園前の路上", most=1)
    keys.enter("承認を依頼する", "button", most=25)
    number = submitted(keys)
    expect(keys.page.locator("main")).to_contain_text("送った 2人のうち、いまも登録している 2人に届きます。")
    return number
