"""A published tender, enterprises that may bid, and the steps from there: beginnings for the tests of bids and results."""

from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from pyrage import x25519

from app.accounts.models import Organisation, User
from app.accounts.rules import OrganisationKind, Role
from app.common.access import Actor, system_actor
from app.common.audit import record
from app.common.calendar_days import load_official_years
from app.communities.models import Compound, Division
from app.communities.rules import DivisionLevel, ManagementMode
from app.enterprises.facts import canonical, value_of
from app.enterprises.models import Enterprise, EnterpriseFact
from app.enterprises.rules import FactName, FactSource, Verification
from app.extensions import db
from app.tenders import uploads
from app.tenders.actions import evaluating, opening, sealing, unsealing
from app.tenders.bidding import Post
from app.tenders.capsule.format import Manifest
from app.tenders.capsule.seal import Sealed, seal
from app.tenders.capsule.unseal import unwrap
from app.tenders.holders import BASE_SEATS, fingerprint
from app.tenders.kinds import Regime, RejectionGround, RejectionVoice, Seat, ServiceLevel
from app.tenders.lifecycle import Status
from app.tenders.models import HolderKey, ScoreCriterion, Tender, TenderCompound, TenderHolder
from app.tenders.parameters import CURRENT_VERSION
from app.tenders.queries.capsules import standing_capsules
from app.tenders.queries.evaluation import blind_bids, judged_criteria
from app.tenders.queries.terms import terms_of
from app.tenders.scorecard import default_card
from tests import factories

PUBLISHED = datetime(2009, 11, 18, 1, 0, tzinfo=UTC)
DEADLINE = datetime(2009, 12, 9, 1, 30, tzinfo=UTC)
"""09:30 in Beijing."""
IN_TIME = DEADLINE - timedelta(milliseconds=1)
AFTER = DEADLINE + timedelta(minutes=5)

PLAN = "每日清扫两次，楼道每周拖洗一次；秩序维护二十四小时值守，每两小时巡查一次；公共设施报修半小时内到场，两日内修好；绿化按季修剪。"
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@dataclass
class Story:
    tender: Tender
    manager: User
    holders: list[User] = field(default_factory=list)
    bidders: list[tuple[Enterprise, User]] = field(default_factory=list)
    evaluators: list[User] = field(default_factory=list)

    @property
    def manager_actor(self) -> Actor:
        return factories.actor_for(self.manager)

    def actor(self, index: int) -> Actor:
        return factories.actor_for(self.bidders[index][1])


def divisions() -> None:
    rows = (
        ("4104", "平顶山市", DivisionLevel.CITY),
        ("410402", "新华区", DivisionLevel.DISTRICT),
        ("410402001", "曙光街街道", DivisionLevel.STREET),
    )
    parent = None
    for code, name, level in (*rows, (factories.COMMUNITY, "东苑社区", DivisionLevel.COMMUNITY)):
        if db.session.get(Division, code) is None:
            db.session.add(Division(code=code, name=name, level=level, parent_code=parent))
            db.session.flush()
        parent = code


def published(
    *,
    number: str = "XH-2009-0001",
    ceiling_fen: int = 80,
    regime: Regime = Regime.COMMUNITY,
    at: datetime = PUBLISHED,
    deadline: datetime = DEADLINE,
) -> Story:
    divisions()
    load_official_years(actor=system_actor(), now=at)
    home = factories.organisation(OrganisationKind.COMMUNITY, name=f"东苑社区居委会{number[-4:]}")
    manager = factories.person(Role.COMMUNITY_MANAGER, organisation=home, name="周文")
    compound = Compound(
        division_code=factories.COMMUNITY, name=f"康居小区{number[-4:]}", households=812, area_centi=7_146_000, buildings=12,
        mode=ManagementMode.NONE, search_text="康居小区", updated_at=at,
    )  # fmt: skip
    db.session.add(compound)
    db.session.flush()
    card = default_card(regime)
    tender = Tender(
        number=number, title="康居小区物业服务", status=Status.FILED, regime=regime, regime_version=CURRENT_VERSION,
        procuring_entity_id=home.id, division_code=factories.COMMUNITY, ceiling_fen=ceiling_fen, term_months=36,
        service_level=ServiceLevel.THIRD, service_content="保洁、绿化、秩序、维修", opening_place="东苑社区会议室", contact_name="周文",
        contact_phone="0375-4941234", area_centi=7_146_000, households=812, publish_on=at.date(), bid_deadline_at=deadline,
        created_at=at, created_by_id=manager.id, submitted_at=at, filed_at=at,
        criteria=[
            ScoreCriterion(position=n, code=c.code, label=str(c.label), weight=c.weight, kind=c.kind, guidance=str(c.guidance))
            for n, c in enumerate(card, start=1)
        ],
        compounds=[
            TenderCompound(compound_id=compound.id, position=1, name=compound.name, area_centi=7_146_000, households=812, buildings=12, is_claimed=True)
        ],
    )  # fmt: skip
    db.session.add(tender)
    db.session.flush()
    holders = hold(tender, manager, at)
    tender.status, tender.published_at = Status.PUBLISHED, at
    record("tender.publish", tender, actor=system_actor(), now=at, bid_deadline_at=deadline.isoformat())
    db.session.commit()
    return Story(tender, manager, holders=holders)


def hold(tender: Tender, manager: User, at: datetime) -> list[User]:
    """Three holders with keys bound: the tenderer's manager, a legal officer and a street officer."""
    bureau = factories.organisation(OrganisationKind.BUREAU, name=f"市房管局{tender.number[-4:]}", division_code="4104")
    street = factories.organisation(OrganisationKind.STREET_OFFICE, name=f"曙光街街道办{tender.number[-4:]}", division_code="410402001")
    people = [
        manager,
        factories.person(Role.LEGAL_OFFICER, organisation=bureau, name="法制员"),
        factories.person(Role.STREET_OFFICER, organisation=street, name="街道员"),
    ]
    homes = (tender.procuring_entity_id, bureau.id, street.id)
    for position, (user, home, seat) in enumerate(zip(people, homes, BASE_SEATS, strict=True), start=1):
        recipient = str(key_of(user).to_public())
        key = HolderKey(user_id=user.id, recipient=recipient, fingerprint=fingerprint(recipient), made_at=at)
        tender.holders.append(TenderHolder(position=position, seat=seat, organisation_id=home, user_id=user.id, key=key, chosen_at=at))
    db.session.flush()
    return people


_keys: dict[str, x25519.Identity] = {}


def key_of(user: User) -> x25519.Identity:
    """The key that a holder keeps at home; the platform never meets it."""
    return _keys.setdefault(user.email, x25519.Identity.generate())


def uscc(number: int) -> str:
    body = f"91410402MA{number:07d}"
    total = sum(ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return body + ALPHABET[(31 - total % 31) % 31]


def enterprise(number: int, name: str, *, legal: str = "", verification: Verification = Verification.VERIFIED) -> tuple[Enterprise, User]:
    home: Organisation = factories.organisation(OrganisationKind.ENTERPRISE, name=name)
    signatory = factories.person(Role.ENTERPRISE_SIGNATORY, organisation=home, name=f"签章{number}")
    row = Enterprise(
        uscc=uscc(number), name=name, legal_representative=legal or f"法人{number}", staff=60, managers=10, technicians=9, certified_managers=4,
        projects_count=3, managed_area_centi=12_000_000, residential_area_centi=10_000_000, stated_on=PUBLISHED.date(), phone=f"0375-49{number:05d}",
        organisation_id=home.id, verification=verification, verified_at=PUBLISHED if verification is Verification.VERIFIED else None,
        created_at=PUBLISHED,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    db.session.add_all(
        EnterpriseFact(
            enterprise_id=row.id, name=fact, value=text, as_of_on=PUBLISHED.date(), source=FactSource.BUREAU_LIST, source_text="名单", recorded_at=PUBLISHED
        )
        for fact in FactName
        if (text := canonical(fact, value_of(row, fact)))
    )  # fmt: skip
    record("organisation.create", home, actor=system_actor(), now=PUBLISHED)
    db.session.commit()
    return row, signatory


def sealed(story: Story, index: int, *, price_fen: int = 70, files=(), **changes) -> Sealed:
    """A bid as the bidder's own program seals it. `files`: (kind, name, bytes); their ciphertext is stored already."""
    own = story.bidders[index][0]
    values = {
        "bidder": own.uscc,
        "version": 1,
        "price_fen": price_fen,
        "project_manager": "王建国",
        "plan": PLAN,
        "staffing": tuple(post.as_data() for post in POSTS),
        "answers": {"difficulty": "先摸清管网，分三年更换；停车按楼栋划线，老年人优先。"},
        "no_interest": True,
    }
    found = seal(terms_of(story.tender), Manifest("", "", **{**values, **changes}), files)
    for one in found.objects:
        uploads.store_object(one)
    return found


def submit(story: Story, index: int, *, price_fen: int = 70, now: datetime = PUBLISHED + timedelta(days=3), **changes):
    header = sealed(story, index, price_fen=price_fen, **changes).header
    version = sealing.submit_capsule(story.tender, header.to_bytes(), actor=story.actor(index), now=now)
    db.session.commit()
    return version


POSTS = (Post("保洁员", 12, "健康证"), Post("秩序维护员", 9, "保安员证"), Post("维修工", 3, "电工证"))
NAMES = ("平顶山市常绿物业服务有限公司", "平顶山市安禾物业服务有限公司", "河南建业物业管理有限公司", "平顶山市天宏物业服务有限公司")


def with_bids(prices=(71, 67, 76), **tender) -> Story:
    story = published(**tender)
    for number, price in enumerate(prices):
        story.bidders.append(enterprise(number + 1, NAMES[number] if number < len(NAMES) else f"河南试验{number}物业服务有限公司"))
        submit(story, number, price_fen=price, now=PUBLISHED + timedelta(days=3, minutes=number))
    return story


def shares_of(story: Story, holder: int) -> dict[str, str]:
    """What a holder's browser unwraps: its share of every capsule that counts."""
    secret = str(key_of(story.holders[holder]))
    return {one.sha256: b64encode(unwrap(one.header, secret)).decode() for one in standing_capsules(story.tender)}


def give_shares(story: Story, holder: int, now: datetime = AFTER) -> None:
    unsealing.release_shares(story.tender, shares_of(story, holder), actor=factories.actor_for(story.holders[holder]), now=now)
    db.session.commit()


def unseal_all(story: Story, now: datetime = AFTER, holders=(0, 1)) -> None:
    """Closing list, shares of two holders, and every capsule opened."""
    unsealing.close_bidding(story.tender, actor=story.manager_actor, now=now)
    db.session.commit()
    for holder in holders:
        give_shares(story, holder, now)
    for ready in unsealing.ready_capsules(story.tender):
        found = unsealing.read_capsule(ready)
        unsealing.keep_unsealed(story.tender, ready.version_id, found, now=now)
        db.session.commit()


def open_all(story: Story, now: datetime = AFTER):
    if now >= story.tender.bid_deadline_at and sum(bid.withdrawn_at is None for bid in story.tender.bids) >= 3:
        unseal_all(story, now)
    elif now >= story.tender.bid_deadline_at:
        unsealing.close_bidding(story.tender, actor=story.manager_actor, now=now)
        db.session.commit()
    found = opening.open_bids(story.tender, presided_by="周文", actor=story.manager_actor, now=now)
    db.session.commit()
    return found


def seat(story: Story, count: int = 5, now: datetime = AFTER) -> None:
    pool = factories.organisation(OrganisationKind.EXPERT_POOL, name=f"平顶山市评标专家库{story.tender.number}")
    for number in range(count):
        user = factories.person(Role.EVALUATOR, organisation=pool, name=f"专家{number + 1}")
        evaluating.seat_evaluator(story.tender, user, seat=Seat.EXPERT, reason="从专家库随机抽取", actor=story.manager_actor, now=now)
        db.session.commit()
        evaluating.declare_no_interest(story.tender, actor=factories.actor_for(user), now=now)
        db.session.commit()
        story.evaluators.append(user)


def reject(
    story: Story, bid, *, agree: int | None = None, ground=RejectionGround.NO_RESPONSE, why="没有响应服务标准", now: datetime = AFTER
):
    """The organiser lays it before the committee, and `agree` of its members agree; all of them unless told."""
    rejection = evaluating.propose_rejection(story.tender, bid.id, ground=ground, explanation=why, actor=story.manager_actor, now=now)
    db.session.commit()
    for user in story.evaluators[:agree]:
        evaluating.vote_on_rejection(story.tender, bid.blind_code, RejectionVoice.AGREED, actor=factories.actor_for(user), now=now)
        db.session.commit()
    return rejection


def score_all(
    story: Story, points=lambda evaluator, bidder, weight: Decimal(weight) * (80 + 3 * bidder + evaluator) / 100, now: datetime = AFTER
) -> None:
    """Every evaluator scores every bid; `points(evaluator number, place in the opening record, weight)`."""
    order = {bid.id: place for place, bid in enumerate(sorted(story.tender.bids, key=lambda b: b.id))}
    judged = judged_criteria(story.tender.criteria)
    for number, user in enumerate(story.evaluators):
        actor = factories.actor_for(user)
        for blind in blind_bids(story.tender):
            given = {c.code: points(number, order[blind.bid.id], c.weight).quantize(Decimal("0.01")) for c in judged}
            evaluating.save_sheet(story.tender, blind.bid.id, points=given, actor=actor, now=now)
        db.session.flush()
        evaluating.sign_sheets(story.tender, actor=actor, now=now)
        db.session.commit()


def close(story: Story, now: datetime = AFTER + timedelta(hours=5)):
    ranking = evaluating.close_evaluation(story.tender, actor=story.manager_actor, now=now)
    db.session.commit()
    return ranking
