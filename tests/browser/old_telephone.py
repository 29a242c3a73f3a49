"""What a browser of 2014 (Android 4.4, iOS 7) keeps of a style sheet: unknown values, properties and selectors go."""

import re

# Custom properties came in 2016; so did, or later, grid, gap in flex boxes, logical sides, min() and the rest.
_VALUES = re.compile(r"var\(|min\(|max\(|clamp\(|color-mix\(|(?<![\w-])grid\b|anywhere|auto-phrase|balance|inset\(")
_PROPERTIES = re.compile(
    r"--|gap$|grid|inset$|place-|accent-color|text-wrap|text-underline|text-decoration-thickness|color-scheme|clip-path"
    r"|(margin|padding|border)-(block|inline)|text-size-adjust|font-variant-numeric|break-"
)
_SELECTORS = re.compile(r":focus-visible|:focus-within|:has\(|:is\(|:where\(|::marker|:user-")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")


def as_of_2014(sheet: str) -> str:
    """Feature queries and preferences are unknown media, which match nothing."""
    plain = _COMMENT.sub("", sheet)
    plain = re.sub(r"@media \((?:prefers|forced)[^{]*\{(?:[^{}]*\{[^{}]*\})*\s*\}", "", plain)
    return _RULE.sub(_kept, plain)


def _kept(rule: re.Match[str]) -> str:
    """An unknown selector takes the whole rule with it."""
    selector, body = rule[1], rule[2]
    if _SELECTORS.search(selector):
        return ""
    lines = [each for each in body.split(";") if ":" in each and _is_known(*each.split(":", 1))]
    return f"{selector}{{{';'.join(lines)}}}"


def _is_known(name: str, value: str) -> bool:
    return not _PROPERTIES.match(name.strip()) and not _VALUES.search(value)
