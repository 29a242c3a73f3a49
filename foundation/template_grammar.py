"""What a narrow template may say: fields, fixed words, `if`, `for` over a field, a few filters; no sums, no calls.

Whoever may write mails may write these: a list of what is allowed ends every question of time and memory before the
template is compiled, which no sandbox does (`{{ 'a' * 10**9 }}` is worked out by the compiler itself).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from jinja2 import Environment, nodes

LONGEST_SOURCE = 20_000
LONGEST_RESULT = 60_000
_LONGEST_PIECE = 20_000
_DEEPEST = 24
_MOST_BRANCHES = 40
_FILTERS = frozenset({"day", "clock", "era", "join", "replace", "default", "trim"})
_MAKING_WORDS = frozenset({"day", "clock", "era", "join"})
_COMPARING = frozenset({"eq", "ne", "in", "notin"})
_OF_A_LOOP = frozenset({"first", "last"})
_TOWN, _LOOP = "town", "loop"

_ONLY = "使えるのは、項目を入れる {{ }}、条件の {% if %}、くり返しの {% for %} だけです"
_FILTER = f"「|」の後ろに書けるのは {'・'.join(sorted(_FILTERS))} だけで、その（ ）に書けるのは決まった文字だけです"


class BeyondGrammar(Exception):
    """Line and reason, in Japanese, for what a narrow template may not say."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


@dataclass
class Uses:
    """How fields are used, by the line of the first use: printed as they are, or gone through one by one."""

    printed: dict[str, int] = field(default_factory=dict)
    looped: dict[str, int] = field(default_factory=dict)


def uses_of(tree: nodes.Template) -> Uses:
    """Raises BeyondGrammar."""
    uses = Uses()
    for node in tree.body:
        _statement(node, uses, frozenset(), depth=0)
    return uses


def fixed_words(environment: Environment, source: str) -> str:
    """Everything that the template itself says, in its order, as if every field were empty and every branch taken.
    For a source that `uses_of` let pass."""
    return "".join(_words(environment.parse(source)))


def _words(node: nodes.Node) -> Iterator[str]:
    if isinstance(node, nodes.TemplateData):
        yield node.data
    elif isinstance(node, nodes.Const):
        yield str(node.value)
    for child in node.iter_child_nodes():
        yield from _words(child)


def _statement(node: nodes.Node, uses: Uses, inner: frozenset[str], *, depth: int) -> None:
    if depth > _DEEPEST:
        raise BeyondGrammar(node.lineno, "条件が深く重なりすぎています")
    match node:
        case nodes.Output():
            for piece in node.nodes:
                if not isinstance(piece, nodes.TemplateData):
                    _printed(piece, uses, inner)
        case nodes.If():
            if len(node.elif_) > _MOST_BRANCHES:
                raise BeyondGrammar(node.lineno, "条件の枝分かれが多すぎます")
            _value(node.test, depth=0)
            for each in (*node.body, *node.elif_, *node.else_):
                _statement(each, uses, inner, depth=depth + 1)
        case nodes.For():
            _loop(node, uses, inner, depth=depth)
        case _:
            raise BeyondGrammar(node.lineno, _ONLY)


def _loop(node: nodes.For, uses: Uses, inner: frozenset[str], *, depth: int) -> None:
    if inner:
        raise BeyondGrammar(node.lineno, "くり返しの中に、もう1つのくり返しは書けません")
    plain = isinstance(node.target, nodes.Name) and isinstance(node.iter, nodes.Name)
    if not plain or node.test or node.recursive or node.else_:
        raise BeyondGrammar(node.lineno, "くり返しは {% for item in 項目の名前 %} の形で書いてください")
    assert isinstance(node.target, nodes.Name)  # noqa: S101 -- seen two lines above
    assert isinstance(node.iter, nodes.Name)  # noqa: S101
    if node.target.name in (_TOWN, _LOOP, node.iter.name):
        raise BeyondGrammar(node.lineno, f"「{node.target.name}」は、くり返しの1つ分の名前に使えません")
    uses.looped.setdefault(node.iter.name, node.lineno)
    for each in node.body:
        _statement(each, uses, frozenset({node.target.name}), depth=depth + 1)


def _printed(node: nodes.Expr, uses: Uses, inner: frozenset[str]) -> None:
    _value(node, depth=0)
    made = False
    value: nodes.Node = node
    while isinstance(value, nodes.Filter) and value.node is not None:
        made, value = made or value.name in _MAKING_WORDS, value.node
    if isinstance(value, nodes.Name) and not made and value.name not in inner:
        uses.printed.setdefault(value.name, value.lineno)


def _value(node: nodes.Node, *, depth: int) -> None:
    if depth > _DEEPEST:
        raise BeyondGrammar(node.lineno, "1つの式が長すぎます")
    match node:
        case nodes.Const(value=str() | int() | None) | nodes.Name():
            return
        case nodes.Filter():
            _filter(node, depth=depth)
        case nodes.And() | nodes.Or():
            _value(node.left, depth=depth + 1)
            _value(node.right, depth=depth + 1)
        case nodes.Not():
            _value(node.node, depth=depth + 1)
        case nodes.Compare(ops=[only]) if only.op in _COMPARING:
            _value(node.expr, depth=depth + 1)
            _value(only.expr, depth=depth + 1)
        case nodes.Getattr() | nodes.Getitem():
            _part(node)
        case _:
            raise BeyondGrammar(node.lineno, f"計算や呼び出しなどは書けません。{_ONLY}")


def _filter(node: nodes.Filter, *, depth: int) -> None:
    plain = all(isinstance(each, nodes.Const) and isinstance(each.value, str) for each in node.args)
    odd = node.kwargs or node.dyn_args or node.dyn_kwargs or isinstance(node.node, nodes.Const | None)
    if node.name not in _FILTERS or odd or not plain:
        raise BeyondGrammar(node.lineno, _FILTER)
    assert node.node is not None  # noqa: S101 -- seen just above
    _value(node.node, depth=depth + 1)


def _part(node: nodes.Getattr | nodes.Getitem) -> None:
    """`town.police.name`, `town.towns[0].name`, `loop.last`."""
    line, steps, inside = node.lineno, 0, node
    root: nodes.Node = node
    while isinstance(root, nodes.Getattr | nodes.Getitem):
        inside, steps = root, steps + 1
        plain = (
            not root.attr.startswith("_")
            if isinstance(root, nodes.Getattr)
            else isinstance(root.arg, nodes.Const) and isinstance(root.arg.value, int)
        )
        if not plain or steps > 4:
            raise BeyondGrammar(line, "「.」や「[ ]」の後ろの書き方に誤りがあります")
        root = root.node
    of_town = isinstance(root, nodes.Name) and root.name == _TOWN
    of_loop = isinstance(root, nodes.Name) and root.name == _LOOP and steps == 1
    if not of_town and not (of_loop and isinstance(inside, nodes.Getattr) and inside.attr in _OF_A_LOOP):
        raise BeyondGrammar(line, "「.」や「[ ]」で中を見られるのは、town（市の設定）だけです")


def replaced(value: str, old: str, new: str) -> str:
    """The filter `replace`, which stays within bounds. Raises ValueError."""
    if not isinstance(value, str):
        raise ValueError("replace は、文字の項目にだけ使えます")  # noqa: TRY004 -- told like every other fault
    found = len(value) + 1 if not old else value.count(old)
    if len(value) + found * (len(new) - len(old)) > _LONGEST_PIECE:
        raise ValueError("replace でできる文が長すぎます")
    return value.replace(old, new)


def joined(value: tuple[str, ...] | str, between: str = "") -> str:
    """The filter `join`, for lists alone. A preview's gap, which is text, passes. Raises ValueError."""
    if isinstance(value, str):
        return value
    if not isinstance(value, tuple):
        raise ValueError("join は、いくつも入る項目にだけ使えます")  # noqa: TRY004
    if sum(map(len, value)) + len(value) * len(between) > _LONGEST_PIECE:
        raise ValueError("join でできる文が長すぎます")
    return between.join(value)
