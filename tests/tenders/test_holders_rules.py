"""Who may hold keys together, how many must come, and what is said of each holder."""

import hashlib
import json

import pyrage
import pytest

from app.accounts.rules import OrganisationKind as Kind
from app.accounts.rules import Role
from app.common.refusal import Refused
from app.tenders import holders as rules
from app.tenders.holders import Candidate, HolderSeat, HolderState, Place, Standing
from app.tenders.rehearsal import answer_in, answer_to, kept_of, make_capsule, read_recipient

OWN, CODE = 1, "410402001001"
SEAT = HolderSeat


def who(user: int, role: Role, organisation: int, kind: Kind, code: str, *, enterprise: bool = False) -> Candidate:
    return Candidate(user, f"甲{user}", role, organisation, f"单位{organisation}", kind, code, enterprise)


MANAGER = who(1, Role.COMMUNITY_MANAGER, OWN, Kind.COMMUNITY, CODE)
DEPUTY = who(2, Role.COMMUNITY_MANAGER, OWN, Kind.COMMUNITY, CODE)
LEGAL = who(3, Role.LEGAL_OFFICER, 2, Kind.BUREAU, "410402")
CITY_LEGAL = who(4, Role.LEGAL_OFFICER, 3, Kind.BUREAU, "4104")
STREET = who(5, Role.STREET_OFFICER, 4, Kind.STREET_OFFICE, "410402001")
NEXT_STREET = who(6, Role.STREET_OFFICER, 5, Kind.STREET_OFFICE, "410402003")
NOTARY = who(10, Role.NOTARY, 10, Kind.NOTARY_OFFICE, "4104")
BASE = [Place(SEAT.TENDERER, MANAGER), Place(SEAT.LEGAL, LEGAL), Place(SEAT.THIRD_PARTY, STREET)]


def five(*further: Candidate) -> list[Place]:
    return [*BASE, *(Place(SEAT.FURTHER, one) for one in further)]


def refusal(places, threshold) -> str:
    reason = rules.why_not_holders(places, threshold, procuring_entity_id=OWN, division_code=CODE)
    return str(reason or "")


@pytest.mark.parametrize(
    ("threshold", "count", "said"),
    [
        (2, 3, ""),
        (3, 5, ""),
        (1, 3, "等于没有密封"),
        (1, 1, "等于没有密封"),
        (0, 3, "等于没有密封"),
        (3, 3, "要选定 5 位保管人，现在只有 3 位"),
        (3, 4, "要选定 5 位保管人，现在只有 4 位"),
        (5, 5, "丢一份密钥就开不了标"),
        (2, 2, "丢一份密钥就开不了标"),
        (2, 5, "不是本平台的密封方式"),
        (4, 5, "不是本平台的密封方式"),
        (2, 4, "不是本平台的密封方式"),
    ],
)
def test_two_of_three_or_three_of_five_and_nothing_else(threshold, count, said):
    reason = rules.why_not_scheme(threshold, count)
    assert (said in str(reason.text) and "3 人中的 2 人" in str(reason.next)) if said else reason is None


@pytest.mark.parametrize(
    ("places", "threshold", "said"),
    [
        (BASE, 2, ""),
        (five(CITY_LEGAL, NEXT_STREET), 3, ""),
        (five(DEPUTY, CITY_LEGAL), 3, ""),
        ([*BASE[:2], Place(SEAT.THIRD_PARTY, NOTARY)], 2, ""),
        ([*BASE[:2], Place(SEAT.THIRD_PARTY, who(11, Role.NOTARY, 11, Kind.NOTARY_OFFICE, "410403"))], 2, ""),
        ([*BASE[:2], Place(SEAT.THIRD_PARTY, who(11, Role.NOTARY, 11, Kind.NOTARY_OFFICE, "4105"))], 2, "不能作为“第三方”"),
        ([Place(SEAT.TENDERER, NOTARY), *BASE[1:]], 2, "不能作为“招标人”"),
        ([BASE[0], Place(SEAT.LEGAL, NOTARY), BASE[2]], 2, "不能作为“房管部门法制人员”"),
        (five(NOTARY, NEXT_STREET), 3, ""),
        (BASE[:2] + [Place(SEAT.FURTHER, NEXT_STREET)], 2, "没有选定“第三方”"),
        (BASE[:2] + [Place(SEAT.THIRD_PARTY, LEGAL)], 2, "同一个人"),
        ([*BASE[:2], Place(SEAT.THIRD_PARTY, DEPUTY)], 2, "不能作为“第三方”"),
        ([Place(SEAT.TENDERER, who(9, Role.COMMUNITY_MANAGER, 99, Kind.COMMUNITY, CODE)), *BASE[1:]], 2, "不能作为“招标人”"),
        ([BASE[0], Place(SEAT.LEGAL, who(9, Role.LEGAL_OFFICER, 9, Kind.BUREAU, "410403")), BASE[2]], 2, "不能作为“房管部门法制人员”"),
        ([*BASE[:2], Place(SEAT.THIRD_PARTY, who(9, Role.STREET_OFFICER, 9, Kind.STREET_OFFICE, "410403001"))], 2, "不能作为“第三方”"),
        (
            [*BASE[:2], Place(SEAT.THIRD_PARTY, who(5, Role.STREET_OFFICER, 4, Kind.STREET_OFFICE, "410402001", enterprise=True))],
            2,
            "企业任职",
        ),
        (five(DEPUTY, who(7, Role.COMMUNITY_MANAGER, OWN, Kind.COMMUNITY, CODE)), 3, "最多 2 位"),
        ([*BASE[:2], Place(SEAT.THIRD_PARTY, who(7, Role.STREET_OFFICER, 2, Kind.STREET_OFFICE, "410402001"))], 2, "最多 1 位"),
        (five(who(8, Role.FINANCE_OFFICER, 8, Kind.BUREAU, "410402"), DEPUTY), 3, "不能作为“增设保管人”"),
    ],
)
def test_who_may_hold_together(places, threshold, said):
    found = refusal(places, threshold)
    assert said in found if said else not found


@pytest.mark.parametrize(
    ("facts", "before", "after"),
    [
        ({"has_key": True, "is_rehearsed": True}, HolderState.READY, HolderState.READY),
        ({"has_key": True, "is_rehearsed": False}, HolderState.NOT_REHEARSED, HolderState.NOT_REHEARSED),
        ({"has_key": False, "is_rehearsed": False}, HolderState.NO_KEY, HolderState.UNBOUND),
        ({"has_key": True, "is_rehearsed": True, "has_left": True}, HolderState.LEFT, HolderState.LEFT),
        ({"has_key": True, "is_rehearsed": True, "is_lost": True}, HolderState.READY, HolderState.LOST),
    ],
)
def test_what_everybody_reads_of_a_holder(facts, before, after):
    holder = Standing("甲", SEAT.LEGAL, **facts)
    assert (rules.state_of(holder, is_published=False), rules.state_of(holder, is_published=True)) == (before, after)


def test_only_who_can_open_is_green():
    assert [state for state in HolderState if state.colour == "open"] == [HolderState.READY]


def standing(name="甲", *, key=True, rehearsed=True, lost=False):
    return Standing(name, SEAT.FURTHER, has_key=key, is_rehearsed=rehearsed, is_lost=lost)


def test_publication_waits_for_every_holder_and_names_who_is_missing():
    assert rules.why_not_seal([standing(), standing(), standing()]) is None
    assert "没有选定密钥保管人" in str(rules.why_not_seal([]))
    reason = rules.why_not_seal([standing(), standing("李四", key=False, rehearsed=False), standing("王五", rehearsed=False)])
    assert "2 位" in str(reason.text) and "李四（未制作密钥）、王五（未演练）" in str(reason.text) and reason.next


def test_a_loss_is_told_and_alarms_only_below_the_threshold():
    assert rules.loss_told([standing(), standing(), standing()], 2) is None
    one = [standing(lost=True), standing(), standing()]
    assert "已报失 1 份，仍有 2 份可用" in str(rules.loss_told(one, 2).text) and not rules.is_alarming(one, 2)
    two = [standing(lost=True), standing(lost=True), standing()]
    assert "可用的密钥不够开标" in str(rules.loss_told(two, 2).next) and rules.is_alarming(two, 2)
    gone = [Standing(name, SEAT.FURTHER, has_key=True, is_rehearsed=True, has_left=True) for name in ("甲", "乙")]
    assert "2 名保管人已不在任，仍有 1 份可用" in str(rules.loss_told([*gone, standing()], 2).text)
    assert rules.is_alarming([*gone, standing()], 2) and not rules.is_alarming([gone[0], standing(), standing()], 2)


def test_a_fingerprint_is_sixteen_digits_in_four_groups():
    recipient = str(pyrage.x25519.Identity.generate().to_public())
    assert rules.fingerprint(recipient).replace(" ", "") == hashlib.sha256(recipient.encode()).hexdigest()[:16]
    assert len(rules.fingerprint(recipient)) == 19


# --- the test capsule ------------------------------------------------------------------------------------------------------


def test_only_the_holder_opens_the_test_capsule_and_it_names_the_tender():
    mine, other = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    capsule, kept = make_capsule(str(mine.to_public()), "XH-2026-0004")
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(capsule.encode(), [other])
    opened = pyrage.decrypt(capsule.encode(), [mine]).decode()
    assert '"tender":"XH-2026-0004"' in opened and kept_of(answer_to(opened)) == kept
    assert make_capsule(str(mine.to_public()), "XH-2026-0004")[1] != kept


@pytest.mark.parametrize("typed", ["", "{", '{"answer":7}', "不对", "AAAA", "a" * 63, "a" * 65, "é" * 64, f"{'a' * 64} {'b' * 64}"])
def test_what_is_no_hash_is_no_answer(typed):
    assert answer_in(typed) is None


def test_an_answer_is_read_as_the_usual_commands_write_it():
    answer = answer_to("x")
    pairs = " ".join(answer[n : n + 2] for n in range(0, 64, 2))
    certutil = f"SHA256 hash of opened.txt:\n{answer}\nCertUtil: -hashfile command completed successfully."
    for typed in (answer, f"  {answer.upper()}\n", f"{answer}  -", f"{answer} *opened.txt", certutil, pairs):
        assert answer_in(typed) == answer


def test_the_content_of_a_capsule_is_never_an_answer():
    """A holder who is tricked into opening something else gives away a hash of it and nothing more."""
    mine = pyrage.x25519.Identity.generate()
    opened = pyrage.decrypt(make_capsule(str(mine.to_public()), "XH-2026-0004")[0].encode(), [mine]).decode()
    assert answer_in(opened) is None and answer_in(json.loads(opened)["answer"]) is None


def test_a_public_key_is_read_and_a_secret_one_is_never_taken():
    identity = pyrage.x25519.Identity.generate()
    recipient = str(identity.to_public())
    assert read_recipient(f"  {recipient.upper()}\n") == recipient
    with pytest.raises(Refused, match="这是私钥"):
        read_recipient(str(identity))
    for wrong in ("", "age1", recipient[:-1] + "x", "ssh-ed25519 AAAA"):
        with pytest.raises(Refused, match="不是 age 公钥"):
            read_recipient(wrong)
