"""The data folder, made where it is missing: one that cannot be is a wrong setting."""

from pathlib import Path

from foundation.setting_values import SettingInvalid


def made(folder: Path) -> Path:
    """Raises SettingInvalid, with what the system says against it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        allowed = "allowed: a folder, or a place where one can be made"
        raise SettingInvalid("HANSHO_DATA", f"{problem.filename}: {problem.strerror}", allowed) from None
    return folder
