"""An SQLite file at the newest migration, made once a process and copied: that costs more than most tests do."""

import shutil
import tempfile
from functools import cache
from pathlib import Path

from foundation.database import Database
from service.schema import migrate


def make(path: Path) -> None:
    """Nothing but the tables is in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_model(), path)


@cache
def _model() -> Path:
    path = Path(tempfile.mkdtemp(prefix="hansho-model-")) / "hansho.db"
    database = Database(f"sqlite:///{path}")
    migrate(database)
    database.close()
    return path
