"""What breaks a rule of the house: each finder reads one file's text and names the lines, as `file:line what`."""

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

FILE_LINES = 300
FUNCTION_LINES = 40
FORBIDDEN_NAMES = frozenset({"utils", "helpers", "common", "core", "services", "views"})

Function = ast.FunctionDef | ast.AsyncFunctionDef

_MIGRATION = re.compile(r"(\d{4})_[a-z0-9_]+\.py")
_MACHINE_PATH = re.compile(r"(?<![\w.~-])/(?:work|home|root)/")
_SETTING = re.compile(r"\bHANSHO_[A-Z0-9]+(?:_[A-Z0-9]+)*\b")
_ADDRESS = re.compile(r"://|@ *(?:http|git)|^-(?:i|f)\b|^--(?:extra-)?index-url|^--find-links")
_PINNED = re.compile(r"[A-Za-z0-9._-]+(?:\[[^\]]*\])?==\S+")


def long_file(name: str, text: str) -> Iterator[str]:
    """More than 300 lines."""
    lines = len(text.splitlines())
    if lines > FILE_LINES:
        yield f"{name}:{FILE_LINES + 1} has {lines} lines, at most {FILE_LINES}"


def long_functions(name: str, text: str) -> Iterator[str]:
    """More than 40 lines from `def` to the end, the docstring not counted."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, Function):
            lines = _last_line(node) - node.lineno + 1 - _docstring_lines(node)
            if lines > FUNCTION_LINES:
                yield f"{name}:{node.lineno} {node.name}() has {lines} lines, at most {FUNCTION_LINES}"


def hidden_imports(name: str, text: str) -> Iterator[str]:
    """Imports inside a function, or under TYPE_CHECKING, where a circle hides."""
    for node in ast.walk(ast.parse(text)):
        hides = isinstance(node, Function) or (isinstance(node, ast.If) and _asks_type_checking(node.test))
        if hides:
            for inner in ast.walk(node):
                if isinstance(inner, ast.Import | ast.ImportFrom):
                    yield f"{name}:{inner.lineno} imports where no one sees it"


def relative_imports(name: str, text: str) -> Iterator[str]:
    """`from . import x`."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.level > 0:
            yield f"{name}:{node.lineno} imports relatively"


def forbidden_names(name: str, _text: str) -> Iterator[str]:
    """A file or folder with a name that attracts everything."""
    path = PurePosixPath(name)
    for part in (*path.parent.parts, path.stem):
        if part in FORBIDDEN_NAMES:
            yield f"{name}:1 is named {part}, which says nothing"


def furnished_init(name: str, text: str) -> Iterator[str]:
    """An `__init__.py` with anything but its docstring."""
    module = ast.parse(text)
    if ast.get_docstring(module) is None:
        yield f"{name}:1 has no docstring"
    for node in module.body[0 if ast.get_docstring(module) is None else 1 :]:
        yield f"{name}:{node.lineno} holds more than a docstring"


def missing_docstring(name: str, text: str) -> Iterator[str]:
    """A module that does not say what room it is."""
    if not (ast.get_docstring(ast.parse(text)) or "").strip():
        yield f"{name}:1 has no docstring"


def machine_paths(name: str, text: str) -> Iterator[str]:
    """A path that exists on one machine only."""
    for number, line in enumerate(text.splitlines(), start=1):
        if _MACHINE_PATH.search(line):
            yield f"{name}:{number} names a path of one machine"


def loose_lock(name: str, text: str) -> Iterator[str]:
    """A locked dependency without a hash or an exact version, or the address of a registry."""
    logical = ""
    first = 0
    for number, line in enumerate(text.splitlines(), start=1):
        if _ADDRESS.search(line):
            yield f"{name}:{number} holds an address"
        if line.lstrip().startswith("#") or not (line.strip() or logical):
            continue
        first = first if logical else number
        logical += line.rstrip("\\")
        if not line.endswith("\\"):
            if _PINNED.match(logical.strip()) is None:
                yield f"{name}:{first} is not pinned"
            if "--hash=sha256:" not in logical:
                yield f"{name}:{first} has no hash"
            logical = ""


def broken_sequence(files: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Migrations that are not numbered one after the other, or do not form one line with one head."""
    before: str | None = None
    for number, (name, text) in enumerate(sorted(files), start=1):
        found = _MIGRATION.fullmatch(PurePosixPath(name).name)
        if found is None or int(found[1]) != number:
            yield f"{name}:1 is not number {number:04}"
        values = _assigned(text)
        if "revision" not in values or "down_revision" not in values:
            yield f"{name}:1 names no revision, or none before it"
        elif values["down_revision"] != before:
            yield f"{name}:1 follows {values['down_revision']!r}, not {before!r}"
        before = values.get("revision")


def settings_named(text: str) -> set[str]:
    """Every HANSHO_ name in a text."""
    return set(_SETTING.findall(text))


def _assigned(text: str) -> dict[str, str | None]:
    """Names that a module gives a plain text or None to, with or without an annotation."""
    values: dict[str, str | None] = {}
    for node in ast.parse(text).body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if isinstance(node, ast.AnnAssign):
            targets = [node.target]
        for target in targets:
            value = getattr(node, "value", None)
            if isinstance(target, ast.Name) and isinstance(value, ast.Constant):
                values[target.id] = None if value.value is None else str(value.value)
    return values


def _asks_type_checking(test: ast.expr) -> bool:
    return any(
        (isinstance(part, ast.Name) and part.id == "TYPE_CHECKING")
        or (isinstance(part, ast.Attribute) and part.attr == "TYPE_CHECKING")
        for part in ast.walk(test)
    )


def _docstring_lines(node: Function) -> int:
    if ast.get_docstring(node) is None:
        return 0
    return _last_line(node.body[0]) - node.body[0].lineno + 1


def _last_line(node: ast.stmt) -> int:
    return node.lineno if node.end_lineno is None else node.end_lineno
