"""How many a bulletin reaches: the residents, and the liaisons with their own edition."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from bulletins.audience_source import AudienceSource
from bulletins.liaison_edition import LiaisonEdition
from bulletins.liaison_turn import turn_of
from bulletins.mending import Addressed
from bulletins.tables import Bulletin
from subscribers.audience import Reach


@dataclass(frozen=True)
class Audiences:
    residents: AudienceSource
    liaisons: LiaisonEdition

    def reach(self, session: Session, bulletin: Bulletin, whom: Addressed, *, at: datetime) -> Reach:
        reach = self.residents.reach(session, whom.scope, at=at)
        turn = turn_of(session, bulletin)
        if turn is None:
            return reach
        return replace(reach, liaisons=self.liaisons.reach(session, turn.scope, also=turn.also, at=at))
