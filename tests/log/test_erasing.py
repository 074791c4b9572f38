"""Personal data leave the log by the command line: two people type their passwords, and the tree stands as before."""

from datetime import timedelta

import pytest

from app.common.audit import AuditEvent
from app.common.refusal import Refused
from app.extensions import db
from app.log import actions
from app.log.models import LogEntry
from app.log.verifying import verify
from tests import factories
from tests.factories import PASSWORD, Role
from tests.log.conftest import START


@pytest.fixture
def two(session):
    people = factories.person(Role.ADMINISTRATOR), factories.person(Role.LEGAL_OFFICER)
    session.commit()
    return [person.email for person in people]


@pytest.fixture
def run(app, log, clock):
    clock.set(START + timedelta(days=2))

    def erase(index: int, first: str, second: str, *passwords: str, reason: str = "本人申请", answer: str = "y"):
        typed = "\n".join((*(passwords or (PASSWORD, PASSWORD)), answer, ""))
        db.session.rollback()
        args = ["log", "erase", str(index), "--reason", reason, "--administrator", first, "--legal-officer", second]
        done = app.test_cli_runner().invoke(args=args, input=typed)
        db.session.expire_all()
        return done

    return erase


def erased(index: int) -> bool:
    entry = db.session.get(LogEntry, index)
    found = entry.erased_at is not None
    assert (entry.payload is None) == (entry.salt is None) == found
    db.session.rollback()
    return found


def test_two_people_erase_what_a_leaf_stands_for_and_the_tree_stands(log, two, run, app):
    index = log.append(name="张三").leaf_index
    log.append(START + timedelta(hours=1), name="李四")
    head = log.public(START + timedelta(days=1)).checkpoint
    db.session.rollback()
    found = app.test_cli_runner().invoke(args=["log", "find", "张三"]).output
    assert f"leaf {index}: tender.publish" in found and "1 found" in found
    done = run(index, *two)
    assert done.exit_code == 0 and "张三" in done.output and "the content is erased" in done.output
    assert PASSWORD not in done.output
    assert erased(index) and verify().fault is None
    assert index not in [one[0] for one in log.public(START + timedelta(days=1)).opened()], "the whole log is given out without it"
    assert log.public(START + timedelta(days=1)).checkpoint == head
    row = db.session.scalars(db.select(AuditEvent).where(AuditEvent.event == "log.erase")).one()
    assert row.facts["leaf_index"] == index and row.facts["grounds"] == "本人申请"
    assert (row.user_name, row.facts["approved_by"]) == tuple(
        db.session.scalar(db.select(factories.User.name).where(factories.User.email == email)) for email in two
    )
    db.session.rollback()
    assert "0 found" in app.test_cli_runner().invoke(args=["log", "find", "张三"]).output
    assert "已经删除" in run(index, *two).output


def test_one_person_a_wrong_password_or_role_and_a_no_erase_nothing(log, two, run):
    index = log.append(name="张三").leaf_index
    first, second = two
    assert "密码不对" in run(index, first, second, PASSWORD, "wrong password").output
    assert f"{second} is no administrator" in run(index, second, first).output
    assert f"{first} is no legal_officer" in run(index, first, first).output
    assert "Aborted" in run(index, first, second, answer="n").output
    assert "没有写明删除的理由" in run(index, first, second, reason=" ").output
    assert "is padding, does not exist or is not told" in run(index + 1, first, second).output
    assert not erased(index)


def test_one_person_with_both_roles_is_one_person(log):
    entry = log.append(name="张三")
    person = factories.person(Role.ADMINISTRATOR)
    home = person.memberships[0].organisation
    factories.give_role(person, home, Role.LEGAL_OFFICER)
    db.session.flush()
    both = [factories.actor_of(membership) for membership in person.memberships]
    with pytest.raises(Refused, match="不能是同一个人"):
        actions.erase(entry, actor=both[0], approver=both[1], now=START, reason="本人申请")


def test_no_command_counts_bids_before_their_tender_closes(log, app, clock):
    """Neither the list of leaves, nor erasing, nor the verdict, whose size follows the clock alone."""
    invoke = app.test_cli_runner().invoke
    clock.set(START + timedelta(days=2))

    def told() -> tuple[str, ...]:
        db.session.rollback()
        return (
            invoke(args=["log", "find", "bid.submit"]).output,
            invoke(args=["log", "find", "4104-1"]).output,
            invoke(args=["log", "verify"]).output,
        )

    log.append(START)
    none = told()
    hidden = log.append(START + timedelta(hours=1), event="bid.submit", is_public=False).leaf_index
    assert told() == none and "0 found" in none[0] and "1 found" in none[1]
    padding, bid = (
        invoke(args=["log", "erase", str(n), "--reason", "x", "--administrator", "a", "--legal-officer", "b"]) for n in (hidden - 5, hidden)
    )
    assert bid.output.replace(str(hidden), "N") == padding.output.replace(str(hidden - 5), "N") and bid.exit_code == 1
    log.append(START + timedelta(hours=1, minutes=30), event="tender.close_bidding")
    assert f"leaf {hidden}: bid.submit" in told()[0]
