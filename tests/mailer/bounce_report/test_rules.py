"""The table of rules: sound as shipped, and plain about what is wrong with another."""

from pathlib import Path

import pytest

from mailer.bounce_report.bounce_class import BounceClass
from mailer.bounce_report.evidence import Evidence
from mailer.bounce_report.phase import Phase
from mailer.bounce_report.rules import SHIPPED, RuleInvalid, Rules, load_rules

HEAD = "[report]\nopenings = ['x']\ndelays = ['x']\nfinals = ['x']\nsenders = ['x']\nsubjects = ['x']\n"
STATUS = "[[status]]\nname = 's'\nclass = 'full'\nstatus = '5\\.2\\.2'\nsource = 'RFC 3463'\n"


def rule(**fields: str) -> str:
    said = {"name": "'r'", "class": "'gone'", "source": "'here'", "words": "['nobody']"} | fields
    return "[[rule]]\n" + "".join(f"{name} = {value}\n" for name, value in said.items() if value)


def table(folder: Path, *rules: str) -> Rules:
    path = folder / "rules.toml"
    path.write_text(HEAD + "".join(rules) + STATUS, encoding="utf-8")
    return load_rules(path)


def test_the_shipped_rules_have_names_of_their_own_and_sources() -> None:
    rules = load_rules(SHIPPED)
    everyone = [*rules.by_report, *rules.by_words, *rules.by_status]

    assert len({each.name for each in everyone}) == len(everyone)
    assert all(len(each.source) > 5 for each in everyone)
    assert all(each.words or each.code or each.status for each in everyone)


def test_no_shipped_rule_names_a_sample() -> None:
    text = SHIPPED.read_text(encoding="utf-8").lower()

    assert ".eml" not in text
    assert "example." not in text


def test_every_class_but_unknown_is_reached_by_some_rule() -> None:
    rules = load_rules(SHIPPED)

    reached = {each.result for each in (*rules.by_report, *rules.by_words, *rules.by_status)}

    assert reached >= set(BounceClass) - {BounceClass.UNKNOWN}


def test_the_first_rule_that_holds_wins(tmp_path: Path) -> None:
    rules = table(tmp_path, rule(name="'first'"), rule(name="'second'", **{"class": "'full'"}))

    found = rules.matching(Evidence("nobody home", code=550))

    assert found is not None
    assert found.name == "first"


def test_a_rule_for_hosts_holds_for_them_and_what_lies_under_them(tmp_path: Path) -> None:
    rules = table(tmp_path, rule(hosts="['docomo.ne.jp']"))

    assert rules.matching(Evidence("nobody", code=550, hosts=("mx.docomo.ne.jp",)))
    assert rules.matching(Evidence("nobody", code=550, hosts=("docomo.ne.jp",)))
    assert not rules.matching(Evidence("nobody", code=550, hosts=("notdocomo.ne.jp",)))


def test_a_phase_that_is_not_told_must_be_named_unknown(tmp_path: Path) -> None:
    told = table(tmp_path, rule(phases="['rcpt']"))
    untold = table(tmp_path, rule(phases="['unknown']"))

    assert not told.matching(Evidence("nobody", code=550))
    assert untold.matching(Evidence("nobody", code=550))
    assert told.matching(Evidence("nobody", code=550, phase=Phase.RCPT))


@pytest.mark.parametrize("evidence", [Evidence("nobody", code=450), Evidence("nobody", code=552)])
def test_no_rule_can_make_a_temporary_refusal_a_proof(tmp_path: Path, evidence: Evidence) -> None:
    assert not table(tmp_path, rule()).matching(evidence)


def test_no_rule_can_make_a_refusal_before_rcpt_count(tmp_path: Path) -> None:
    assert not table(tmp_path, rule()).matching(Evidence("nobody", code=550, phase=Phase.MAIL))


@pytest.mark.parametrize(
    "broken",
    [
        rule(**{"class": "'dead'"}),
        rule(phases="['later']"),
        rule(words="['(']"),
        rule(source=""),
        rule(colour="'red'"),
    ],
)
def test_a_rule_that_cannot_be_used_is_named(tmp_path: Path, broken: str) -> None:
    with pytest.raises(RuleInvalid, match="rule r: "):
        table(tmp_path, broken)
