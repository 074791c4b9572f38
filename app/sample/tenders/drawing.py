"""The seeds of a story's draw: both sides' random values, and the public number, which is invented like everything in the sample."""

from datetime import date, datetime, timedelta
from hashlib import sha256

from app.common.clock import local
from app.sample.keys import LEGAL_OF
from app.sample.people import actor
from app.sample.tenders.matter import Matter
from app.tenders import draw
from app.tenders.actions import drawing
from app.tenders.draw import Side
from app.tenders.models import DrawRound
from app.tenders.queries import draw as asked

SOURCE = "示范城市虚构的号码，不是真实开奖结果"


class Drawing:
    """Everything follows from the story's key, so that the sample is the same every time."""

    def __init__(self, matter: Matter):
        self.matter = matter

    def salt(self, expert_id: int) -> bytes:
        return self._digest("salt", expert_id)

    @property
    def closing_root(self) -> str:
        """Stands in for the log's root, which follows from a key that every city makes for itself."""
        return self._digest("closing").hex()

    def _digest(self, *what) -> bytes:
        return sha256("/".join(map(str, ("linli-sample", self.matter.story.key, *what))).encode()).digest()

    def _value(self, side: Side) -> str:
        return self._digest(side.value).hex()

    def _actor(self, side: Side):
        return self.matter.manager if side is Side.TENDERER else actor(LEGAL_OF[self.matter.tender.division_code[:6]])

    @property
    def round(self) -> DrawRound:
        return asked.rounds_of(self.matter.tender)[-1]

    def write_plan(self, now: datetime) -> None:
        plan = asked.plan_of(self.matter.tender)
        own = 0 if self.matter.story.has_experts_only else 1
        drawing.write_plan(
            self.matter.tender, seats=plan.seats, representatives=own, specialties=plan.specialties, actor=self.matter.manager, now=now
        )

    def plan_commitments(self) -> None:
        """On the third day of bidding; later than the sample's present they are left to the newcomer."""
        for minute, side in enumerate(Side):
            self._add(self.matter.story.publish_on + timedelta(days=2), 11, 10 * minute, self._commits(side))

    def plan_seeds(self, evaluated_on: date) -> None:
        """Shown after the opening; the number is entered on the morning of the evaluation."""
        story = self.matter.story
        for minute, side in enumerate(Side):
            self.matter.agenda.add(story.deadline_on, 14, 10 * minute, self._reveals(side))
            self.matter.agenda.add(evaluated_on, 8, 35 + 5 * minute, self._enters(side))

    def _add(self, day: date, hour: int, minute: int, do) -> None:
        if day < local(self.matter.agenda.until).date():
            self.matter.agenda.add(day, hour, minute, do)

    def _commits(self, side: Side):
        def commit(now: datetime) -> None:
            if self.round.commit_until > now:
                committed = draw.contribution_hash(self.matter.tender.number, 1, side, self._value(side))
                drawing.commit_value(self.matter.tender, committed, actor=self._actor(side), now=now)

        return commit

    def _reveals(self, side: Side):
        return lambda now: drawing.reveal_value(self.matter.tender, self._value(side), actor=self._actor(side), now=now)

    def _enters(self, side: Side):
        def enter(now: datetime) -> None:
            found = self.round
            drawing.enter_number(
                self.matter.tender,
                [" ".join(map(str, self._balls(*balls, place))) for place, balls in enumerate(found.number_kind.balls)],
                issue=f"{found.number_on:%y%j}",
                drawn_on=found.number_on,
                source=SOURCE,
                actor=self._actor(side),
                now=now,
            )

        return enter

    def _balls(self, count: int, highest: int, place: int) -> list[int]:
        return sorted(sorted(range(1, highest + 1), key=lambda ball: self._digest("ball", place, ball))[:count])
