"""`serve`: the roles as child processes that end with it."""

import asyncio
import logging
import os
import signal
import threading

import click

from foundation.settings import Mode
from service.commands.desk import Desk
from service.home import Home
from service.logbook import open_logbook
from service.roles import ROLES, RoleName
from service.schema import is_newest
from service.supervisor import PARENT_PIPE, Supervisor

log = logging.getLogger(__name__)


@click.command("serve")
@click.option(
    "--role", "names", multiple=True, type=click.Choice([r.value for r in RoleName]), help="all, if not given"
)
@click.pass_obj
def serve(desk: Desk, names: tuple[str, ...]) -> int:
    """Run the service: all roles, or only those named."""
    _check(desk.home)
    if not is_newest(desk.database):
        raise click.ClickException("the database is not ready: run hansho migrate")
    desk.database.close()
    for line in _where_to_look(desk.home):
        click.echo(line)
    open_logbook("serve")
    wanted = [RoleName(name) for name in names] or list(RoleName)
    return Supervisor(wanted).run()


@click.command("role", hidden=True)
@click.argument("name", type=click.Choice([r.value for r in RoleName]))
@click.pass_obj
def role(desk: Desk, name: str) -> int:
    """One role in this process; `serve` starts it."""
    open_logbook(name)
    _end_with_parent()
    try:
        asyncio.run(_until_told(desk.home, RoleName(name)))
    except OSError as problem:
        raise click.ClickException(f"{name}: {problem.strerror or problem}") from None
    return 0


async def _until_told(home: Home, name: RoleName) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await ROLES[name](home, stop)


def _check(home: Home) -> None:
    """Everything that can be wrong in settings, town and letters is found before a child is started."""
    for notice in home.shelf.broken:
        click.echo(f"hansho: notice template left out: {notice}", err=True)
    _ = (home.hours, home.stationery, home.publisher, home.recipients, home.composer)


def _where_to_look(home: Home) -> list[str]:
    settings = home.settings
    admin = settings.admin_listen or settings.web_listen
    mode = "練習モード（外部にはメールを送りません）" if settings.mode is Mode.PRACTICE else "本番モード"
    return [
        f"{home.town.service_name}：{mode}",
        f"  登録者のページ        http://{settings.web_listen}/",
        f"  職員用の管理画面      http://{admin}/admin",
        f"  練習用メールボックス  http://{admin}/admin/practice",
        f"  空メールの受付        touroku@{settings.mail_domain}（SMTP {settings.smtp_listen}）",
    ]


def _end_with_parent() -> None:
    """The parent holds the other end of a pipe: when it is gone, however it went, so are we."""
    number = os.environ.pop(PARENT_PIPE, None)
    if number is None:
        return

    def wait() -> None:
        os.read(int(number), 1)
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Event().wait(10)
        os._exit(1)

    threading.Thread(target=wait, name="parent", daemon=True).start()
