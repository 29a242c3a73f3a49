"""Carrier groups: one receiving system, one pace; and what an administrator may put over the shipped file."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.setting_values import SettingInvalid
from mailer.carrier_groups import SHIPPED, UNLIMITED, CarrierGroups, Limits

SHIPPED_GROUPS = CarrierGroups.load()
RAW: list[dict[str, Any]] = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))["group"]


def own(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "pacing.toml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("domain", "group"),
    [
        ("docomo.ne.jp", "docomo"),
        ("DOCOMO.ne.jp", "docomo"),
        ("ezweb.ne.jp", "au"),
        ("au.com", "au"),
        ("a2.ezweb.ne.jp", "au"),
        ("city.biz.ezweb.ne.jp", "au"),
        ("shop.au.com", None),
        ("softbank.ne.jp", "softbank"),
        ("i.softbank.jp", "softbank"),
        ("t.vodafone.ne.jp", "softbank"),
        ("jp-t.ne.jp", "softbank"),
        ("disney.ne.jp", "softbank"),
        ("ymobile.ne.jp", "softbank"),
        ("di.pdx.ne.jp", "softbank"),
        ("pdx.ne.jp", "softbank"),
        ("notpdx.ne.jp", None),
        ("yahoo.ne.jp", "yahoo-japan"),
        ("yahoo.co.jp", "yahoo-japan"),
        ("rakumail.jp", "rakuten"),
        ("rakuten.co.jp", None),
        ("uqmobile.jp", "uq"),
        ("gmail.com", "gmail"),
        ("mac.com", "icloud"),
        ("hotmail.co.jp", "microsoft"),
        ("city.komorebi.lg.jp", None),
        ("docomo.ne.jp.evil.example", None),
        ("evil.docomo.ne.jp", None),
        ("", None),
    ],
)
def test_domains_of_one_receiving_system_are_one_group(domain: str, group: str | None) -> None:
    assert SHIPPED_GROUPS.of(domain) == group
    assert SHIPPED_GROUPS.of(domain) == group, "remembered as it was found"


@pytest.mark.parametrize("group", RAW, ids=lambda group: group["name"])
def test_every_shipped_group_says_where_its_facts_come_from_and_has_limits(group: dict[str, Any]) -> None:
    assert "https://" in group["source"]
    assert len(group["pacing_source"]) > 20
    assert SHIPPED_GROUPS.limits(group["name"]) == Limits(group["connections"], group["per_minute"])
    assert SHIPPED_GROUPS.domains(group["name"]) == tuple(group["domains"])


def test_a_city_with_a_third_at_one_carrier_is_done_in_about_a_minute() -> None:
    people = 12_300
    shares = {"docomo": 0.34, "au": 0.25, "softbank": 0.2, "gmail": 0.34, "icloud": 0.1, "yahoo-japan": 0.15}
    shares |= {"microsoft": 0.05, "uq": 0.05, "rakuten": 0.05}

    assert set(shares) == set(SHIPPED_GROUPS.names())
    for group, share in shares.items():
        rate = SHIPPED_GROUPS.limits(group).per_minute
        assert rate is not None
        assert people * share / rate <= 1.05, group


def test_an_own_file_replaces_the_limits_of_a_group_and_keeps_its_domains(tmp_path: Path) -> None:
    groups = CarrierGroups.load(own(tmp_path, '[[group]]\nname = "softbank"\nper_minute = 600\n'))

    assert groups.limits("softbank") == Limits(connections=None, per_minute=600)
    assert groups.of("i.softbank.jp") == "softbank"
    assert groups.limits("docomo") == SHIPPED_GROUPS.limits("docomo")


def test_an_own_file_adds_domains_and_groups_and_moves_domains(tmp_path: Path) -> None:
    text = """
    [[group]]
    name = "docomo"
    domains = ["mopera.net"]
    [[group]]
    name = "cable"
    domains = ["cable.example.jp", ".cable.example.jp", "ymobile.ne.jp"]
    source = "our own agreement of 2026-04-01"
    connections = 2
    """
    groups = CarrierGroups.load(own(tmp_path, text))

    assert (groups.of("docomo.ne.jp"), groups.of("mopera.net")) == ("docomo", "docomo")
    assert groups.limits("docomo") == UNLIMITED
    assert groups.of("a.b.cable.example.jp") == "cable"
    assert groups.limits("cable") == Limits(connections=2)
    assert (groups.of("ymobile.ne.jp"), groups.of("softbank.ne.jp")) == ("cable", "softbank")


def test_the_closest_ending_decides(tmp_path: Path) -> None:
    text = """
    [[group]]
    name = "outer"
    domains = [".example.jp"]
    [[group]]
    name = "inner"
    domains = [".mail.example.jp"]
    """
    groups = CarrierGroups.load(own(tmp_path, text))

    assert [groups.of(f"{at}.example.jp") for at in ("a", "mail", "b.mail", "c.b.mail")] == [
        *("outer", "outer", "inner", "inner")
    ]
    assert groups.of("example.jp") is None


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('[[group]]\nname = "docomo"\nper_minuet = 6\n', "group[1].per_minuet"),
        ('[[groups]]\nname = "docomo"\n', "groups"),
        ('[group]\nname = "docomo"\n', "group"),
        ("[[group]]\nconnections = 4\n", "group[1].name"),
        ('[[group]]\nname = "Docomo"\n', "group[1].name"),
        ('[[group]]\nname = "docomo.ne.jp"\n', "group[1].name"),
        ('[[group]]\nname = "docomo"\nconnections = 0\n', "group[1].connections"),
        ('[[group]]\nname = "docomo"\nconnections = 1000\n', "group[1].connections"),
        ('[[group]]\nname = "docomo"\nper_minute = "6"\n', "group[1].per_minute"),
        ('[[group]]\nname = "docomo"\nper_minute = -1\n', "group[1].per_minute"),
        ('[[group]]\nname = "docomo"\nper_minute = 1000001\n', "group[1].per_minute"),
        ('[[group]]\nname = "au"\n[[group]]\nname = "au"\n', "group[2].name"),
        ('[[group]]\nname = "cable"\nper_minute = 6\n', "group[1].domains"),
        ('[[group]]\nname = "cable"\ndomains = ["*.example.jp"]\n', "group[1].domains"),
        ('[[group]]\nname = "cable"\ndomains = ["Example.jp"]\n', "group[1].domains"),
        ('[[group]]\nname = "cable"\ndomains = ["x.jp", "x.jp"]\n', "group[1].domains"),
        ('[[group]]\nname = "cable"\ndomains = "x.jp"\n', "group[1].domains"),
        ("[[group]\n", "-"),
    ],
)
def test_a_wrong_own_file_is_one_line_that_names_the_setting_the_file_and_the_key(
    tmp_path: Path, text: str, named: str
) -> None:
    with pytest.raises(SettingInvalid) as problem:
        CarrierGroups.load(own(tmp_path, text))

    said = str(problem.value)
    assert said.startswith(f"HANSHO_PACING: {tmp_path / 'pacing.toml'}: {named}; ")
    assert "\n" not in said


def test_a_file_that_is_not_there_or_not_text_is_named(tmp_path: Path) -> None:
    blob = tmp_path / "blob"
    blob.write_bytes(b"\xff\xfe\x00")

    for path in (tmp_path / "nowhere.toml", tmp_path, blob):
        with pytest.raises(SettingInvalid, match=re.escape(f"HANSHO_PACING: {path}: -")):
            CarrierGroups.load(path)


def test_the_setting_is_empty_or_off_or_a_file(tmp_path: Path) -> None:
    file = own(tmp_path, '[[group]]\nname = "au"\nper_minute = 60\n')

    assert CarrierGroups.chosen("").limits("au") == SHIPPED_GROUPS.limits("au")
    assert CarrierGroups.chosen(str(file)).limits("au") == Limits(per_minute=60)
    for off in ("off", "OFF"):
        assert CarrierGroups.chosen(off).of("docomo.ne.jp") is None
        assert CarrierGroups.chosen(off).limits("docomo") == UNLIMITED


@settings(max_examples=200)
@given(st.text(max_size=40) | st.from_regex(r"[a-z0-9.-]{0,40}", fullmatch=True))
def test_any_domain_has_an_answer_and_keeps_it(domain: str) -> None:
    group = SHIPPED_GROUPS.of(domain)

    assert SHIPPED_GROUPS.of(domain) == group
    assert group is None or group in SHIPPED_GROUPS.names()


def test_strange_domains_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailer.carrier_groups._MOST_REMEMBERED", 100)
    groups = CarrierGroups.load()

    for number in range(1000):
        groups.of(f"{number}.example.jp")

    assert len(groups._known) <= 100
    assert groups.of("docomo.ne.jp") == "docomo"


def test_a_domain_is_looked_up_once_however_often_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    groups, real, looked_up = CarrierGroups.load(), CarrierGroups._look_up, list[str]()

    def counted(of: CarrierGroups, domain: str) -> str | None:
        looked_up.append(domain)
        return real(of, domain)

    monkeypatch.setattr(CarrierGroups, "_look_up", counted)

    found = {groups.of(domain) for _ in range(3) for domain in ("di.pdx.ne.jp", "komorebi.example.jp")}

    assert found == {"softbank", None}
    assert looked_up == ["di.pdx.ne.jp", "komorebi.example.jp"]
