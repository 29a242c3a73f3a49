"""Writes TOML as `tomllib` reads it: texts, whole numbers, truths, lists of texts, tables and lists of tables."""

import json
from collections.abc import Mapping


def written(table: Mapping[str, object]) -> str:
    """Raises TypeError for what is none of these."""
    return "\n".join(_lines(table, "")).strip("\n") + "\n"


def _lines(table: Mapping[str, object], at: str) -> list[str]:
    lines = [f"{key} = {_value(value)}" for key, value in table.items() if not _is_below(value)]
    for key, value in table.items():
        name = f"{at}{key}"
        if isinstance(value, Mapping):
            lines += ["", f"[{name}]", *_lines(value, f"{name}.")]
        elif _is_below(value) and isinstance(value, list | tuple):
            for item in value:
                lines += ["", f"[[{name}]]", *_lines(item, f"{name}.")]
    return lines


def _is_below(value: object) -> bool:
    """Tables stand after everything else of the table that they are in."""
    if isinstance(value, list | tuple):
        return bool(value) and isinstance(value[0], Mapping)
    return isinstance(value, Mapping)


def _value(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            # JSON's escapes are TOML's too, but for DEL, which JSON leaves as it is.
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case list() | tuple():
            return f"[{', '.join(_value(item) for item in value)}]"
    raise TypeError(type(value).__name__)
