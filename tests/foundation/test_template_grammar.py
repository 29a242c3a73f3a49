"""Narrow templates: whatever their author has in mind, they end soon, stay small, and say why they are refused."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from foundation.template_grammar import LONGEST_SOURCE
from foundation.templating import TemplateBroken, TextTemplates

PLACE = Path("body.txt")
LONG = "x" * 4000
MANY = tuple("x" * 2 for _ in range(2000))
FOR = "{% for i in many %}"
END = "{% endfor %}"

HOSTILE = {
    "counting": "{% for i in range(10**9) %}{% endfor %}",
    "multiplying": "{{ 'a' * 10**9 }}",
    "power": "{{ 10**10**10 }}",
    "power of the folded kind": "{{ 9**9**9 }}",
    "long number": "{{ " + "9" * 9000 + " }}",
    "loops in loops": FOR * 4 + "x" + END * 4,
    "a loop over a loop": FOR + "{% for j in i %}x{% endfor %}" + END,
    "recursive loop": "{% for i in many recursive %}{{ loop(many) }}{% endfor %}",
    "calling itself": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "collecting": "{% set a = many %}{{ a }}",
    "growing by replace": "{{ text" + "|replace('x', 'xxxxxxxxxx')" * 12 + " }}",
    "growing by nothing": "{{ text" + "|replace('', 'xxxxxxxxxx')" * 12 + " }}",
    "growing by join": "{{ many | join('" + "x" * 500 + "') }}",
    "padding": "{{ text | center(10**9) }}",
    "formatting": "{{ '%1000000000d' | format(1) }}",
    "joining with ~": "{{ text ~ text ~ text }}",
    "brackets": "{{ " + "(" * 6000 + "1" + ")" * 6000 + " }}",
    "lists in lists": "{{ " + "[" * 6000 + "]" * 6000 + " }}",
    "conditions in conditions": "{% if text %}" * 600 + "{% endif %}" * 600,
    "branches": "{% if text %}" + "{% elif text %}" * 900 + "{% endif %}",
    "nots": "{{ " + "not " * 4000 + "text }}",
    "signs": "{{ " + "-" * 9000 + "1 }}",
    "a chain of ands": "{{ " + " and ".join(["text"] * 1500) + " }}",
    "a chain of dots": "{{ town" + ".a" * 4000 + " }}",
    "much in a loop": FOR + "{{ text }}" * 20 + END,
    "long source": "x" * (LONGEST_SOURCE + 1),
    "insides": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "insides of a field": "{{ text.__class__ }}",
    "insides by a filter": "{{ text | attr('__class__') }}",
    "insides of the loop": FOR + "{{ loop.cycle }}" + END,
    "another file": "{% include 'letters/bulletin/body.txt' %}",
    "a file's macros": "{% import 'x' as y %}",
    "a frame": "{% extends 'admin/_frame.html' %}",
    "a call": "{{ text.upper() }}",
    "a slice": "{{ text[1:2] }}",
    "an unknown filter": "{{ text | pprint }}",
    "a filter on fixed words": "{{ 'x' | replace('x', 'y') }}",
    "a filter's block": "{% filter replace('a', 'b') %}a{% endfilter %}",
    "a test": "{{ 1 if text is defined else 2 }}",
    "debugging": "{% debug %}",
}

# A template of its own process: one that hangs is ended, one that eats memory is stopped by the system.
_PROGRAM = """
import sys
from pathlib import Path
from foundation.templating import TemplateBroken, TextTemplates
try:
    template = TextTemplates(narrow=True).compile_text(sys.stdin.read(), Path("body.txt"))
    template.render(text="x" * 4000, many=tuple("xx" for _ in range(2000)), town=None)
except TemplateBroken as problem:
    print(problem.reason)
"""


@pytest.mark.parametrize("name", list(HOSTILE))
def test_a_hostile_template_is_refused_at_once_and_in_little_memory(name: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        input=HOSTILE[name],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
        cwd=Path(__file__).parents[2],
        preexec_fn=_bound,
    )

    assert ended.returncode == 0, ended.stderr[-500:]
    assert ended.stdout.strip()


def _bound() -> None:
    """Two seconds of work, all imports included, and half a gigabyte."""
    resource.setrlimit(resource.RLIMIT_CPU, (2, 2))
    resource.setrlimit(resource.RLIMIT_AS, (1 << 29, 1 << 29))


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{{ text }}", "語"),
        ("{% if text %}{{ text }}{% else %}-{% endif %}", "語"),
        ("{% if '語' in text and not none %}a{% elif text == 'x' %}b{% endif %}", "a"),
        ("{% for i in many %}{{ i }}{% if not loop.last %}、{% endif %}{% endfor %}", "一、二"),
        ("{{ many | join('・') }}", "一・二"),
        ("{{ text | replace('語', '後') | trim }}", "後"),
        ("{% raw %}{{ x }}{% endraw %}{# 覚え書き #}", "{{ x }}"),
        ("{{ missing | default('なし') }}", "なし"),
    ],
)
def test_what_notices_need_is_allowed(source: str, said: str) -> None:
    template = TextTemplates(narrow=True).compile_text(source, PLACE)

    assert template.render(text="語", many=("一", "二")) == said


@pytest.mark.parametrize(
    ("source", "line"), [("一\n{% set a = 1 %}", 2), ("{{ text }}\n\n{{ text + 1 }}", 3), ("一\n二\n{{ 'a' * 9 }}", 3)]
)
def test_a_refusal_names_the_line_and_says_in_japanese_what_is_allowed(source: str, line: int) -> None:
    with pytest.raises(TemplateBroken) as told:
        TextTemplates(narrow=True).compile_text(source, PLACE)

    assert told.value.line == line
    assert "{{ }}" in told.value.reason


def test_the_fixed_words_of_a_template_are_found_in_every_branch_and_across_its_parts() -> None:
    templates = TextTemplates(narrow=True)

    words = templates.fixed_words("担{% if text == 'b' %}当{{ '部' }}{{ text }}{% else %}署{% endif %}")

    assert words == "担b当部署"
