"""The committee of a story: five members, their declarations, sheets and signatures, and the report."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from app.extensions import db
from app.sample.people import EXPERTS, actor, user
from app.sample.tenders import points
from app.sample.tenders.bids import pick
from app.sample.tenders.stories import S
from app.tenders.actions import evaluating
from app.tenders.kinds import RejectionGround, RejectionVoice, Seat
from app.tenders.queries import evaluation as asked
from app.tenders.queries.bids import criteria_of, standing_bids

if TYPE_CHECKING:
    from app.sample.tenders.running import Course

SEATS = 5
SIGNED_SO_FAR = 3
"""In a tender that is being evaluated: three have signed, the fourth has begun, the fifth has declared."""
WHY_REJECTED = (
    "投标文件没有响应招标文件第一项“24 小时值守主出入口”的实质性要求，只安排白天值守；评标委员会书面要求澄清后，投标人确认不能增加夜班。"
)


class Jury:
    def __init__(self, course: "Course"):
        self.course = course

    @property
    def members(self) -> list[str]:
        """Sign-in names by seat: four or five experts, and where there are four a second person of the tenderer, who does not organise."""
        start = pick(self.course.story.key, "experts", count=len(EXPERTS))
        experts = [EXPERTS[(start + 2 * n) % len(EXPERTS)] for n in range(SEATS)]
        return (
            experts
            if self.course.story.has_experts_only
            else [*experts[: SEATS - 1], self.course.story.by.replace("community.", "deputy.")]
        )

    def plan(self, evaluated_on: date) -> None:
        story, add = self.course.story, self.course.agenda.add
        add(story.deadline_on, 10, 30, self.seat)
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
        order.sort(key=lambda number: pick(self.course.story.key, "code", number, count=10**9))

    def seat(self, now: datetime) -> None:
        for login in self.members:
            is_expert = login in EXPERTS
            evaluating.seat_evaluator(
                self.course.tender,
                user(login),
                seat=Seat.EXPERT if is_expert else Seat.TENDERER,
                reason="从市专家库随机抽取" if is_expert else "招标人代表",
                actor=self.course.manager,
                now=now,
            )

    def propose_rejection(self, now: datetime) -> None:
        evaluating.propose_rejection(
            self.course.tender,
            self._doubtful().id,
            ground=RejectionGround.NO_RESPONSE,
            explanation=WHY_REJECTED,
            actor=self.course.manager,
            now=now,
        )

    def _doubtful(self):
        bids = standing_bids(self.course.tender)
        return next(bid for bid in bids if self.course.bidders.offer_of(bid).enterprise == self.course.story.rejected)

    def close(self, now: datetime) -> None:
        evaluating.close_evaluation(self.course.tender, actor=self.course.manager, now=now)

    def _declares(self, seat: int):
        return lambda now: evaluating.declare_no_interest(self.course.tender, actor=actor(self.members[seat]), now=now)

    def _agrees(self, seat: int):
        return lambda now: evaluating.vote_on_rejection(
            self.course.tender, self._doubtful().blind_code, RejectionVoice.AGREED, actor=actor(self.members[seat]), now=now
        )

    def _signs(self, seat: int):
        return lambda now: evaluating.sign_sheets(self.course.tender, actor=actor(self.members[seat]), now=now)

    def _scores(self, seat: int, only: int | None):
        def score(now: datetime) -> None:
            tender, member = self.course.tender, actor(self.members[seat])
            judged = asked.judged_criteria(criteria_of(tender))
            for blind in asked.blind_bids(tender)[:only]:
                offer = self.course.bidders.offer_of(blind.bid)
                marks = {
                    c.code: points.points(c, offer.quality, story=self.course.story.key, seat=seat, bidder=offer.enterprise) for c in judged
                }
                comment = points.comment(offer.quality, seat=seat, bidder=offer.enterprise)
                evaluating.save_sheet(tender, blind.bid.id, points=marks, comment=comment, actor=member, now=now)
                db.session.flush()

        return score
