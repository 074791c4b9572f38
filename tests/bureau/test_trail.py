"""The city's trail tells of bids after the opening, of the committee and its scores after the candidates are public."""

from app.accounts.models import User
from app.accounts.rules import Role
from app.bureau import queries
from app.extensions import db
from app.funding import actions
from app.tenders.actions import award
from tests import factories
from tests.factories import NOW
from tests.funding.things import build_stage, compound, honour_programme, submitted
from tests.statements import counted_statements
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


def test_objects_go_by_their_names_with_a_link_where_the_viewer_may_open_them(session, app, new_client, sign_in):
    stage = build_stage()
    application = submitted(stage)
    draft = actions.start_application(
        honour_programme(stage.finance, stage.approver).id, compound("民政小区", 1_000_000).id, actor=stage.community, now=NOW
    )
    session.commit()
    browser = new_client()
    sign_in(browser, db.session.get(User, stage.auditor.user_id))
    with counted_statements(app) as sent:
        page = browser.get("/trail")
    assert len(sent) <= 8
    assert page.links[f"/money/applications/{application.id}"] == "化肥厂家属院" and application.number in page.main
    assert page.links[f"/money/programmes/{stage.programme.id}"] == stage.programme.name
    assert f"/money/applications/{draft.id}" not in page.links and draft.number not in page.main
    assert "联盟社区居委会" in page.main


def test_the_desk_names_what_the_person_did_last(session, new_client, sign_in):
    stage = build_stage()
    submitted(stage)
    session.commit()
    browser = new_client()
    sign_in(browser, db.session.get(User, stage.community.user_id))
    assert "提交申请 化肥厂家属院" in browser.get("/desk").main
