"""The relay: letters handed over to mail servers of the city or of its provider, several of them side by side."""

import ssl
from collections.abc import Mapping, Sequence
from itertools import zip_longest

from foundation.setting_values import Relay, Security
from mailer.courier import Line
from mailer.dialogue import Patience
from mailer.relay_client import Opener
from mailer.relay_gate import Bells, Gate
from mailer.relay_line import RelayLine

PATIENCE = Patience()


class RelayCourier:
    """Lines to one or more relays. Certificates are checked against the system's authorities unless `tls` knows
    others."""

    def __init__(
        self,
        relays: Sequence[Relay],
        *,
        greeting_name: str,
        tls: ssl.SSLContext | None = None,
        patience: Patience = PATIENCE,
    ) -> None:
        if tls is None and any(relay.security is not Security.CLEAR for relay in relays):
            tls = ssl.create_default_context()
        bells = Bells()
        self._gates = [Gate(relay, patience, bells) for relay in relays]
        each: list[list[Line]] = []
        for gate in self._gates:
            gate.stands_beside(self._gates)
            opener = Opener(gate.relay, greeting_name, tls, patience)
            each.append([RelayLine(opener, gate) for _ in range(gate.relay.connections)])
        # In turn, so that whoever keeps some lines for a purpose keeps some of each relay.
        self._lines = [line for row in zip_longest(*each) for line in row if line is not None]

    def lines(self) -> Sequence[Line]:
        return self._lines

    def troubles(self) -> Mapping[str, str]:
        return {gate.name: gate.health.trouble.reason for gate in self._gates if gate.health.trouble is not None}
