"""The API for one address: what the service holds of it, for whoever answers a resident at the telephone."""

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse, Response

from admin.api.bodies import AddressBody
from admin.api.bulletin_api import PREFIX
from admin.api.problems import ApiRoute, answer
from admin.frame.guard import Guard
from admin.people.roles import Role
from foundation import ledger
from foundation.addresses import Address
from foundation.clock import Clock
from foundation.database import Database
from subscribers.lookup import find
from subscribers.unreachable import Watch


class SubscriberApi:
    """Every look that found somebody stands in the ledger, by the subscriber's number."""

    def __init__(self, database: Database, clock: Clock, watch: Watch, *, guard: Guard) -> None:
        self._database = database
        self._clock = clock
        self._watch = watch
        self._guard = guard

    def router(self) -> APIRouter:
        router = APIRouter(prefix=PREFIX, route_class=ApiRoute, tags=["subscribers"])
        demand = [Depends(self._guard.bearer(Role.VIEWER))]
        router.add_api_route("/subscribers/find", self.find, methods=["POST"], dependencies=demand)
        return router

    def find(self, request: Request, body: AddressBody) -> Response:
        """404 for an address that is not held. The address goes by POST, so that no log of paths holds it."""
        address, at = Address.parse(body.address), self._clock.now()
        with self._database.write() as session:
            found = find(session, address.text, watch=self._watch, at=at)
            if found is not None:
                deed = request.state.me.deed("subscriber.viewed", f"subscriber:{found.id}")
                ledger.write(session, deed, at=at)
        if found is None:
            return answer(404, "このアドレスの登録はありません。")
        return JSONResponse(found.public(), headers={"Cache-Control": "no-store"})
