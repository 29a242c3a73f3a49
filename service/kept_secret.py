"""The secret that practice mode makes for itself."""

import secrets
from contextlib import suppress
from pathlib import Path


def kept_secret(path: Path) -> str:
    """Made once; two processes that start together agree on one."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        draft.write_text(secrets.token_urlsafe(32))
        draft.chmod(0o600)
        with suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    return path.read_text().strip()
