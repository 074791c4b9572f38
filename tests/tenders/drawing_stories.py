"""Expert pools and draws for the tests: a pool of experts, a frozen round, seeds of both sides, the public number entered twice."""

from datetime import date, datetime, timedelta

from app.accounts.models import Organisation, User
from app.accounts.rules import OrganisationKind, Role
from app.common.access import Actor, system_actor
from app.common.audit import record
from app.extensions import db
from app.tenders import draw
from app.tenders.actions import drawing
from app.tenders.draw import Side, Specialty
from app.tenders.models import Award, DrawRound, PoolExpert
from app.tenders.queries import draw as asked
from tests import factories
from tests.tenders import bid_stories as stories
from tests.tenders.bid_stories import DEADLINE, PUBLISHED, Story

REVEALS_END = datetime.combine(date(2009, 12, 9), draw.seeds.REVEALS_END, draw.seeds.ZONE)
EVENING = REVEALS_END + timedelta(hours=2)
MORNING = REVEALS_END + timedelta(hours=13)
VALUES = {Side.TENDERER: "1a" * 32, Side.BUREAU: "b2" * 32}
NUMBER = ("3 7 12 18 25", "9 11")


def salt_of(expert_id: int) -> bytes:
    """Rehearsed salts, by the order in which experts were added."""
    return expert_id.to_bytes(32, "big")


def pool(count: int = 12, *, name: str = "平顶山市评标专家库") -> list[PoolExpert]:
    home = factories.organisation(OrganisationKind.EXPERT_POOL, name=name)
    return [add(home, f"专家{number}") for number in range(1, count + 1)]


def add(
    home: Organisation, name: str, *, specialty: Specialty = Specialty.PROPERTY, employer: str = "", areas=(), now=PUBLISHED
) -> PoolExpert:
    user = factories.person(Role.EVALUATOR, organisation=home, name=name)
    db.session.flush()
    expert = PoolExpert(
        user_id=user.id, organisation_id=home.id, specialty=specialty, employer=employer, employer_at=now, areas=list(areas),
        added_at=now, added_by_id=user.id, ties=[],
    )  # fmt: skip
    db.session.add(expert)
    record("expert.add", expert, actor=system_actor(), now=now, expert=name)
    db.session.commit()
    return expert


def legal(story: Story) -> Actor:
    """The legal officer who holds a key of the tender acts for the bureau."""
    return factories.actor_for(story.holders[1])


def with_pool(count: int = 12, prices=(71, 67, 76)) -> tuple[Story, list[PoolExpert]]:
    """A published tender with a frozen pool, and its bids."""
    experts = pool(count)
    story = stories.with_bids(prices)
    freeze(story)
    return story, experts


def freeze(story: Story, now: datetime = PUBLISHED) -> DrawRound:
    found = drawing.freeze_at_publication(story.tender, salts=salt_of, actor=story.manager_actor, now=now)
    db.session.commit()
    return found


def commit_both(story: Story) -> None:
    for side, actor in sides(story).items():
        committed = draw.contribution_hash(story.tender.number, 1, side, VALUES[side])
        drawing.commit_value(story.tender, committed, actor=actor, now=DEADLINE - timedelta(days=1))
        db.session.commit()


def reveal_both(story: Story) -> None:
    for side, actor in sides(story).items():
        drawing.reveal_value(story.tender, VALUES[side], actor=actor, now=stories.AFTER)
        db.session.commit()


def sides(story: Story) -> dict[Side, Actor]:
    return {Side.TENDERER: story.manager_actor, Side.BUREAU: legal(story)}


def enter_both(story: Story, now: datetime = EVENING, numbers=NUMBER) -> None:
    for actor in sides(story).values():
        enter(story, actor, now=now, numbers=numbers)


def enter(story: Story, actor: Actor, *, now: datetime = EVENING, numbers=NUMBER, issue: str = "09144", drawn_on: date = date(2009, 12, 9)):
    found = drawing.enter_number(story.tender, numbers, issue=issue, drawn_on=drawn_on, source="中国体彩网开奖公告", actor=actor, now=now)
    db.session.commit()
    return found


def walk(story: Story, now: datetime = MORNING, **rehearsed):
    steps = drawing.draw_committee(story.tender, actor=story.manager_actor, now=now, **rehearsed)
    db.session.commit()
    return steps


def ready(count: int = 12) -> tuple[Story, list[PoolExpert]]:
    """Opened, all seeds known; nobody is drawn yet."""
    story, experts = with_pool(count)
    commit_both(story)
    stories.open_all(story)
    reveal_both(story)
    enter_both(story)
    return story, experts


def drawn(story: Story) -> list[User]:
    """The experts who sit, in the order of the draw."""
    steps = [step for found in asked.rounds_of(story.tender) for step in found.steps]
    return [step.assignment.user for step in steps if step.assignment is not None and step.assignment.recused_at is None]


def award_it(story: Story) -> None:
    """Past the result, as far as the draw asks."""
    bid = story.tender.bids[0]
    story.tender.awards.append(Award(bid_id=bid.id, rank=1, price_fen=71, decided_at=MORNING, decided_by_id=story.manager.id))
    record("tender.award", story.tender, actor=story.manager_actor, now=MORNING)
    db.session.commit()
