"""The committee of a story: five members, their declarations, sheets and signatures, and the report."""

from datetime import date, datetime

from app.extensions import db
from app.sample.people import actor, login_of, user
from app.sample.tenders import points
from app.sample.tenders.bidders import Bidders
from app.sample.tenders.bids import pick
from app.sample.tenders.drawing import Drawing
from app.sample.tenders.matter import Matter
from app.sample.tenders.stories import S
from app.tenders.actions import drawing, evaluating
from app.tenders.kinds import RejectionGround, RejectionVoice
from app.tenders.queries import evaluation as asked
from app.tenders.queries.bids import criteria_of, standing_bids

SEATS = 5
SIGNED_SO_FAR = 3
"""In a tender that is being evaluated: three have signed, the fourth has begun, the fifth has declared."""
WHY_REJECTED = (
    "投标文件没有响应招标文件第一项“24 小时值守主出入口”的实质性要求，只安排白天值守；评标委员会书面要求澄清后，投标人确认不能增加夜班。"
)


class Jury:
    def __init__(self, matter: Matter, bidders: Bidders, drawing: Drawing):
        self.matter, self.bidders, self.drawing = matter, bidders, drawing

    @property
    def members(self) -> list[str]:
        """Sign-in names by seat: the experts as they were drawn, then the second person of the tenderer, who does not organise."""
        return [login_of(seat.user) for seat in asked.committee(self.matter.tender)]

    def plan(self, evaluated_on: date) -> None:
        story, add = self.matter.story, self.matter.agenda.add
        add(evaluated_on, 8, 50, self.seat)
        if story.rejected:
            add(evaluated_on, 9, 0, self.propose_rejection)
        is_running = story.reaches is S.OPENED
        for seat in range(SEATS):
            add(evaluated_on, 9, 5 + seat, self._declares(seat))
            if story.rejected:
                add(evaluated_on, 9, 30 + seat, self._agrees(seat))
            if not is_running or seat <= SIGNED_SO_FAR:
                add(evaluated_on, 10 + seat, 20, self._scores(seat, only=2 if is_running and seat == SIGNED_SO_FAR else None))
            if not is_running or seat < SIGNED_SO_FAR:
                add(evaluated_on, 11 + seat, 15, self._signs(seat))

    def shuffle(self, order: list[int]) -> None:
        """Stands in for the draw of the blind codes, so that the sample is the same every time."""
        order.sort(key=lambda number: pick(self.matter.story.key, "code", number, count=10**9))

    def seat(self, now: datetime) -> None:
        tender, manager = self.matter.tender, self.matter.manager
        drawing.draw_committee(tender, closing_root=self.drawing.closing_root, actor=manager, now=now)
        if not self.matter.story.has_experts_only:
            drawing.name_representative(tender, user(self.matter.story.by.replace("community.", "deputy.")), actor=manager, now=now)

    def propose_rejection(self, now: datetime) -> None:
        evaluating.propose_rejection(
            self.matter.tender,
            self._doubtful().id,
            ground=RejectionGround.NO_RESPONSE,
            explanation=WHY_REJECTED,
            actor=self.matter.manager,
            now=now,
        )

    def _doubtful(self):
        bids = standing_bids(self.matter.tender)
        return next(bid for bid in bids if self.bidders.offer_of(bid).enterprise == self.matter.story.rejected)

    def close(self, now: datetime) -> None:
        evaluating.close_evaluation(self.matter.tender, actor=self.matter.manager, now=now)

    def _declares(self, seat: int):
        return lambda now: evaluating.declare_no_interest(self.matter.tender, actor=actor(self.members[seat]), now=now)

    def _agrees(self, seat: int):
        return lambda now: evaluating.vote_on_rejection(
            self.matter.tender, self._doubtful().blind_code, RejectionVoice.AGREED, actor=actor(self.members[seat]), now=now
        )

    def _signs(self, seat: int):
        return lambda now: evaluating.sign_sheets(self.matter.tender, actor=actor(self.members[seat]), now=now)

    def _scores(self, seat: int, only: int | None):
        def score(now: datetime) -> None:
            tender, member = self.matter.tender, actor(self.members[seat])
            judged = asked.judged_criteria(criteria_of(tender))
            for blind in asked.blind_bids(tender)[:only]:
                offer = self.bidders.offer_of(blind.bid)
                marks = {
                    c.code: points.points(c, offer.quality, story=self.matter.story.key, seat=seat, bidder=offer.enterprise) for c in judged
                }
                comment = points.comment(offer.quality, seat=seat, bidder=offer.enterprise)
                evaluating.save_sheet(tender, blind.bid.id, points=marks, comment=comment, actor=member, now=now)
                db.session.flush()

        return score
