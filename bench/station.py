"""A service at work: a place, its office, and one sending process whose cost can be read."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from bench import delivery
from bench.delivery import Delivery
from bench.office import Office
from bench.place import Place, new_folder, settled
from bench.plan import Plan
from bench.processes import Child, descendants, rest


@dataclass
class Station:
    """`sender` is `hansho serve --role send`, the parent of the process that sends."""

    place: Place
    office: Office
    people: int
    sender: Child

    def sender_anew(self) -> None:
        """As after a restart: what it learned and the memory it took are gone."""
        self.sender.end()
        self.sender = self.place.serve("send")
        self.at_rest()

    def at_rest(self) -> None:
        """Returns when the sender has started and waits for letters."""
        rest([self.sender.pid, *descendants(self.sender.pid)])

    def deliver(self, *, urgent: bool = True) -> Delivery:
        """One bulletin to everybody."""
        return delivery.deliver(
            self.office, self.place.database_url, self.people, senders=[self.sender.pid], urgent=urgent
        )


@contextmanager
def station(
    plan: Plan, *, port: int, people: int, connections: int | None = None, database_url: str = ""
) -> Iterator[Station]:
    """Up and at rest; everything ends and is gone afterwards."""
    with ExitStack() as ending:
        folder = ending.enter_context(new_folder())
        place = settled(folder, plan, port=port, people=people, connections=connections, database_url=database_url)
        office = place.office()
        ending.enter_context(place.serving_office())
        found = Station(place, office, people, place.serve("send"))
        ending.callback(lambda: found.sender.end())  # noqa: PLW0108 -- the sender of that moment, not of this one
        found.at_rest()
        yield found
