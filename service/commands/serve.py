"""`serve`: the roles as child processes that end with it."""

import asyncio
import gc
import logging
import os
import signal
import threading
from collections.abc import Collection, Iterator
from functools import partial

import click
import uvloop

from foundation.settings import Mode
from service.checks import look_over
from service.commands.whole_house import pass_home
from service.data_folder import made
from service.home import Home
from service.listening import PortTaken, refuse_taken_ports
from service.logbook import open_logbook
from service.roles import ROLES, RoleName
from service.schema import Standing, standing
from service.signing import worries
from service.supervisor import GRACE_SECONDS, Supervisor

log = logging.getLogger(__name__)

_LOOPS = {RoleName.SEND: uvloop.new_event_loop}  # a letter costs little more than what its loop costs


@click.command("serve")
@click.option(
    "--role", "names", multiple=True, type=click.Choice([r.value for r in RoleName]), help="all, if not given"
)
@pass_home
def serve(home: Home, names: tuple[str, ...]) -> int:
    """Run the service: all roles, or only those named."""
    _check(home)
    here = standing(home.database)
    if here is not Standing.NEWEST:
        raise click.ClickException(f"the database {here.value}")
    home.database.close()
    wanted = [RoleName(name) for name in names] or list(RoleName)
    try:
        refuse_taken_ports(home.settings, wanted)
    except PortTaken as taken:
        raise click.ClickException(str(taken)) from None
    for line in where_to_look(home, wanted):
        click.echo(line)
    open_logbook("serve")
    return Supervisor(wanted, partial(_run_role, home)).run()


def _run_role(home: Home, name: RoleName, parent: int) -> int:
    """In the child: 0 when it was told to stop, 1 when it cannot do its work."""
    open_logbook(name)
    _end_with(parent)
    # What was imported is never garbage; and looking for cycles at each 700 objects costs a sender a tenth of its time.
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)
    status = 0
    try:
        with asyncio.Runner(loop_factory=_LOOPS.get(name)) as runner:
            runner.run(_until_told(Home(home.settings, home.clock), name))
    except* Exception as problems:  # noqa: BLE001 -- the parent starts the role again; the log says why it ended
        status = 1
        for problem in _leaves(problems):
            log.error("cannot go on: %s: %s", type(problem).__name__, problem)
    return status


def _leaves(problems: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    """What really happened, out of the groups that tasks wrap it in."""
    for problem in problems.exceptions:
        if isinstance(problem, BaseExceptionGroup):
            yield from _leaves(problem)
        else:
            yield problem


async def _until_told(home: Home, name: RoleName) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await ROLES[name](home, stop)


def _check(home: Home) -> None:
    """Everything that can be wrong in settings, town and letters is found before a child is started."""
    made(home.settings.data)
    for notice in home.shipped_shelf.broken:
        click.echo(f"hansho: notice template left out: {notice}", err=True)
    for worry in worries(home.settings, home.town.from_address):
        click.echo(f"hansho: {worry}", err=True)
    look_over(home)
    _ = home.composer  # makes the keys where there are none


def where_to_look(home: Home, wanted: Collection[RoleName]) -> list[str]:
    """Only what runs here: a host that only sends has no pages."""
    settings = home.settings
    practice = settings.mode is Mode.PRACTICE
    admin = settings.admin_listen or settings.web_listen
    mode = "練習モード（外部にはメールを送りません）" if practice else "本番モード"
    lines = [f"{home.town.service_name}：{mode}"]
    if RoleName.WEB in wanted:
        lines.append(f"  登録者のページ        http://{settings.web_listen}/")
        lines.append(f"  職員用の管理画面      http://{admin}/admin")
    if RoleName.WEB in wanted and practice:
        lines.append(f"  練習用メールボックス  http://{admin}/admin/practice")
    if RoleName.RECEIVE in wanted:
        lines.append(f"  空メールの受付        touroku@{settings.mail_domain}（SMTP {settings.smtp_listen}）")
    if RoleName.SEND in wanted and not practice:
        lines.append(f"  送信に使うサーバー    {'、'.join(map(str, settings.relays))}")
    return [*lines, "  止めるには Ctrl-C を押します。"]


def _end_with(parent: int) -> None:
    """When the parent is gone, however it went, so are we."""

    def wait() -> None:
        os.read(parent, 1)
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Event().wait(GRACE_SECONDS)
        os._exit(1)

    threading.Thread(target=wait, name="parent", daemon=True).start()
