"""The city's trail tells of bids after the opening, of the committee and its scores after the candidates are public."""

from app.accounts.rules import Role
from app.bureau import queries
from app.extensions import db
from app.tenders.actions import award
from tests import factories
from tests.tenders import bid_stories as stories
from tests.tenders.bid_stories import AFTER


def told() -> set[str]:
    """The kinds of sealed events that the trail shows now."""
    db.session.flush()
    rows = db.session.scalars(queries.trail(factories.actor(Role.AUDITOR)))
    return {row.event.partition(".")[0] for row in rows if queries.is_sealed_event(row.event)}


def test_each_kind_of_event_joins_the_trail_when_it_has_become_public(session, clock):
    story = stories.with_bids((71, 67, 76))
    assert told() == set()
    clock.set(AFTER)
    stories.open_all(story)
    assert told() == {"bid"}
    stories.seat(story)
    stories.score_all(story)
    stories.close(story, now=AFTER)
    assert told() == {"bid"}
    award.publish_candidates(story.tender, actor=story.manager_actor, now=AFTER)
    assert told() == {"bid", "committee", "sheet"}


def test_what_was_only_prepared_is_never_told(session, clock):
    story = stories.with_bids((71, 67, 76))
    stories.prepare(story, 0)
    clock.set(AFTER)
    stories.open_all(story)
    db.session.flush()
    rows = db.session.scalars(queries.trail(factories.actor(Role.AUDITOR)))
    assert not [row for row in rows if row.event == "bid.prepare"]
