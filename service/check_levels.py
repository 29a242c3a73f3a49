"""The levels of checks as the settings give them, for checks that exist."""

from collections.abc import Mapping, Sequence

from bulletins.checks.draft import Level
from bulletins.checks.rules import RULES
from foundation.setting_values import SettingInvalid


def levels_of(pairs: Sequence[str]) -> Mapping[str, Level]:
    """Raises SettingInvalid for a check that does not exist."""
    levels = {name: Level(level) for name, _, level in (pair.partition("=") for pair in pairs)}
    known = sorted(rule.name for rule in RULES)
    unknown = sorted(levels.keys() - set(known))
    if unknown:
        raise SettingInvalid("HANSHO_CHECK_LEVELS", f"{unknown[0]!r} is no check", f"allowed: {', '.join(known)}")
    return levels
