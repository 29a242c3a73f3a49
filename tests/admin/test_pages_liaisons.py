"""The register in the console: from another section's candidate to the end, seen by all, each look in the ledger."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from admin.people.roles import Role
from tests.admin.liaison_pages import (
    CANDIDATE,
    CANDIDATES,
    LIST,
    MARKUP,
    TANAKA,
    active,
    asked,
    consented,
    deeds,
    liaison,
    lines,
)
from tests.admin.staff_pages import letters_to
from tests.admin.whole_console import Console, whole_console, words


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    with whole_console(tmp_path, residents=True) as console:
        yield console


def test_what_is_wrong_stands_beside_its_field_and_on_top(console: Console, clerk: httpx.Client) -> None:
    odd = {"name": "", "address": "nobody", "way": "", "areas": "moon", "phone": "x" * 10_000, "post": "一\r\n二"}

    answer = clerk.post(f"{LIST}/new", data={**TANAKA, **odd})

    assert answer.status_code == 422
    for field in odd:
        assert f'id="e-{field}"' in answer.text
        assert f'href="#f-{field}"' in answer.text
    assert len(answer.content) < 60_000
    assert deeds(console) == []


def test_a_consent_needs_its_way_its_day_and_the_words_of_today(console: Console, clerk: httpx.Client) -> None:
    at = asked(clerk)
    odd = [("way", ""), ("way", "link"), ("day", "きのう"), ("day", "2026-11-23"), ("day", "9999-12-31"), ("read", "")]

    answers = [(field, consented(console, clerk, at, **{field: value})) for field, value in odd]
    answers.append(("read", consented(console, clerk, at, version="第0版")))

    for field, answer in answers:
        assert answer.status_code == 422
        assert f'id="e-{field}"' in answer.text
    assert liaison(console, at).state == "asked"


def test_somebody_who_is_not_there_is_said_not_to_be(clerk: httpx.Client) -> None:
    steps = (
        "edit",
        "again",
        "decline",
        "activate",
        "confirm",
        "resume",
        "end",
        "own-link",
        "ask-by-mail",
        "erase-name",
    )
    answers = set()

    for number in ("999", "0", "-1", "x", "%00", "9" * 40, "{{7*7}}"):
        at = f"{LIST}/{number}"
        answers |= {clerk.get(f"{at}{step}").status_code for step in ("", "/edit", "/again")}
        answers |= {clerk.post(f"{at}/{step}", data={**TANAKA, "because": "x"}).status_code for step in steps}
        answers |= {clerk.get(f"{CANDIDATES}/{number}").status_code, clerk.get(f"{LIST}/years/{number}").status_code}

    assert answers == {404}


def test_a_candidate_of_another_section_becomes_a_liaison_and_ends(console: Console, clerk: httpx.Client) -> None:
    viewer = console.browser(Role.VIEWER)
    sent = viewer.post(CANDIDATES, data=CANDIDATE)
    home = words(clerk.get("/admin"))
    tray = clerk.get(LIST)
    read = clerk.get(f"{CANDIDATES}/1")
    form = clerk.get(f"{LIST}/new?candidate=1")

    at = asked(clerk, candidate="1")
    by_mail = clerk.post(f"{at}/ask-by-mail")
    path = re.search(r"/liaison/asked/[a-z2-7]+", letters_to(console, TANAKA["address"])[-1])
    assert path is not None
    answered = httpx.post(
        f"{console.url}{path[0]}", data={"answer": "yes", "version": "第1版"}, trust_env=False, timeout=30
    )
    begun = clerk.post(f"{at}/activate")
    page = words(clerk.get(at))
    told = words(viewer.get(CANDIDATES))
    ended = clerk.post(f"{at}/end")

    assert [each.status_code for each in (sent, by_mail, answered, begun, ended)] == [303, 303, 200, 303, 303]
    assert "候補が届いています 1人" in home
    assert "木村" not in words(tray)
    assert "田中 一郎 若葉野町会 会長" in words(tray)
    assert "見守りもしています。" in words(read)
    assert 'value="田中 一郎"' in form.text
    assert "電話 042-000-1111" in form.text
    assert "承諾2026年11月24日(火) メールのリンクから（第1版）" in page
    assert "打診することにした" in told
    assert "田中" not in words(clerk.get(f"{CANDIDATES}/1")) + words(clerk.get(at))
    assert [each for each in deeds(console) if "viewed" not in each] == [
        "candidate.sent",
        "liaison.asked",
        "candidate.taken",
        "liaison.asked-by-mail",
        "liaison.consented",
        "liaison.activated",
        "liaison.ended",
    ]


def test_every_look_at_the_list_a_page_or_an_export_is_a_line_of_numbers_only(
    console: Console, clerk: httpx.Client
) -> None:
    at = active(console, clerk)
    before = len(lines(console))
    viewer = console.browser(Role.VIEWER)

    for way in (LIST, f"{LIST}/print", at, f"{LIST}/review", f"{LIST}/handover?officer=1"):
        assert viewer.get(way).status_code == 200
    assert viewer.post(LIST, data={"words": "田中"}).status_code == 200
    assert clerk.get(f"{at}/edit").status_code == 200
    assert clerk.post(f"{LIST}/export").status_code == 200

    seen = lines(console)[before:]
    assert [(line.action, line.subject) for line in seen] == [
        ("liaison.list-viewed", "liaisons"),
        ("liaison.list-printed", "liaisons"),
        ("liaison.viewed", "liaison:1"),
        ("liaison.list-viewed", "liaisons"),
        ("liaison.handover-viewed", "staff:1"),
        ("liaison.list-viewed", "liaisons"),
        ("liaison.viewed", "liaison:1"),
        ("liaison.exported", "liaisons"),
    ]
    assert {line.actor for line in seen} == {console.people[Role.VIEWER].actor, console.people[Role.DRAFTER].actor}
    whole = "".join(f"{line.details}{line.subject}" for line in lines(console))
    assert not any(word in whole for word in ("田中", "042", "若葉野", "example.jp"))


def test_the_file_and_the_paper_say_who_took_them_and_what_they_are_not_for(
    console: Console, clerk: httpx.Client
) -> None:
    active(console, clerk, name="=cmd|' /c calc'!a1")

    file, paper = clerk.post(f"{LIST}/export"), words(clerk.get(f"{LIST}/print"))

    rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert file.content.startswith(b"\xef\xbb\xbf")
    assert rows[0] == ["書き出し：2026年11月24日(火) 9:00　配信担当者　【業務のほかに使わない】"]
    assert rows[1][:4] == ["番号", "状態", "氏名", "団体"]
    assert rows[2][:4] == ["1", "活動中", "'=cmd|' /c calc'!a1", "若葉野町会"]
    assert rows[2][7:10] == ["メール", "ichiro.tanaka@example.jp", "042-000-1111"]
    assert paper.count("印刷：2026年11月24日(火) 9:00 配信担当者 【業務のほかに使わない】") == 2
    assert console.browser(Role.VIEWER).post(f"{LIST}/export").status_code == 403


def test_the_list_is_searched_without_a_name_in_any_address(console: Console, clerk: httpx.Client) -> None:
    active(console, clerk)
    asked(clerk, name="佐々木 由美子", organisation="ひかり台商店会", address="s@example.jp", areas="central")

    found = words(clerk.post(LIST, data={"words": "商店", "shown": "asked", "area": "central"}))
    odd = clerk.post(LIST, data={"words": "あ" * 9_000, "shown": "x", "area": "'", "officer": "x"})

    assert "佐々木 由美子" in found
    assert "田中 一郎" not in found
    assert odd.status_code == 200
    assert "この条件に合う連絡員はいません" in words(odd)


def test_who_declined_is_found_again_and_asked_for_a_written_reason_only(console: Console, clerk: httpx.Client) -> None:
    at = asked(clerk)
    clerk.post(f"{at}/decline")
    page = words(clerk.get(at))
    refused = clerk.post(f"{LIST}/new", data={**TANAKA, "name": "田中一郎", "address": "other@example.jp"})
    bare = clerk.post(f"{at}/again", data={**TANAKA, "because": " "})
    again = clerk.post(f"{at}/again", data={**TANAKA, "because": "ご本人から電話があった"})

    assert "お願いしてしまうことのないよう、氏名と団体だけを3年間残します" in page
    assert refused.status_code == 422
    assert f'href="{at}"' in refused.text
    assert (bare.status_code, again.status_code) == (422, 303)
    assert 'id="e-because"' in bare.text
    assert "ご本人から電話があった" in words(clerk.get(at))


def test_buttons_that_come_too_late_are_refused_in_words(console: Console, clerk: httpx.Client) -> None:
    at = active(console, clerk)

    late = [clerk.post(f"{at}/{step}") for step in ("decline", "activate", "ask-by-mail")]
    clerk.post(f"{at}/end")
    late += [clerk.post(f"{at}/{step}", data={"weeks": "2"}) for step in ("rest", "resume", "end", "confirm")]
    late += [clerk.post(f"{at}/edit", data=TANAKA)]

    assert [each.status_code for each in late] == [409] * 8
    assert "いまの状態は「終了」です" in words(late[-1])


def test_markup_stands_as_it_was_typed_on_every_page(console: Console, clerk: httpx.Client) -> None:
    viewer = console.browser(Role.VIEWER)
    viewer.post(CANDIDATES, data=dict.fromkeys(CANDIDATE, MARKUP))
    at = active(console, clerk, name=MARKUP, organisation=MARKUP, post=MARKUP, other_posts=MARKUP)
    clerk.post(f"{CANDIDATES}/1/aside", data={"because": MARKUP})

    for way in (LIST, f"{LIST}/print", at, f"{at}/edit", f"{LIST}/handover?officer={console.people[Role.DRAFTER].id}"):
        page = clerk.get(way).text
        assert "<b onclick" not in page
        assert "&lt;b onclick=x&gt;{{7*7}}&lt;/b&gt;" in page
    assert "&lt;b onclick" in viewer.get(CANDIDATES).text


def test_their_link_is_sent_to_the_address_in_the_register_only(console: Console, clerk: httpx.Client) -> None:
    at = active(console, clerk)
    by_phone = active(console, clerk, name="大久保 清", way="phone", address="")

    sent, none = clerk.post(f"{at}/own-link"), clerk.post(f"{by_phone}/own-link")

    assert (sent.status_code, none.status_code) == (303, 409)
    assert "/liaison/own/" in letters_to(console, TANAKA["address"])[-1]
    assert deeds(console).count("liaison.own-link-sent") == 1


def test_the_ledger_tells_of_liaisons_in_words_and_leads_to_them(console: Console, clerk: httpx.Client) -> None:
    at = active(console, clerk)
    clerk.post(f"{at}/edit", data={**TANAKA, "phone": "042-000-9999", "post": "副会長", "officer": ""})

    page = console.browser(Role.MANAGER).get("/admin/ledger")

    assert "連絡員の承諾を記録した" in words(page)
    assert "変えたところ：役職、電話、担当者" in words(page)
    assert 'href="/admin/liaisons/1"' in page.text
    assert "副会長" not in words(page)
