"""Where the service listens, tried before anything is started: a port in use is one plain line."""

import socket
from collections.abc import Collection, Iterator

from foundation.setting_values import HostPort
from foundation.settings import Settings
from service.roles import RoleName


class PortTaken(Exception):
    """Something else listens there already, or the address is not this machine's."""

    def __init__(self, name: str, listen: HostPort, reason: str) -> None:
        super().__init__(f"{name}: cannot listen on {listen}: {reason}")


def refuse_taken_ports(settings: Settings, roles: Collection[RoleName]) -> None:
    """Raises PortTaken, naming the setting that moves the service elsewhere."""
    for name, listen in _listeners(settings, roles):
        family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
        with socket.socket(family) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind((listen.host, listen.port))
            except OSError as problem:
                raise PortTaken(name, listen, problem.strerror or str(problem)) from None


def _listeners(settings: Settings, roles: Collection[RoleName]) -> Iterator[tuple[str, HostPort]]:
    if RoleName.WEB in roles:
        yield "HANSHO_WEB_LISTEN", settings.web_listen
        if settings.admin_listen is not None:
            yield "HANSHO_ADMIN_LISTEN", settings.admin_listen
    if RoleName.RECEIVE in roles:
        yield "HANSHO_SMTP_LISTEN", settings.smtp_listen
        if settings.lmtp_listen is not None:
            yield "HANSHO_LMTP_LISTEN", settings.lmtp_listen
