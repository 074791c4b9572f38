"""The bidders' side of a story: who hands in what and when, who replaces, who takes back and hands in again."""

from datetime import datetime, timedelta

from app.accounts.rules import Role
from app.common.access import Actor
from app.common.clock import local
from app.common.money import yuan
from app.enterprises.queries import find_by_organisation
from app.sample.papers import pdf
from app.sample.people import HOUSES, actor
from app.sample.tenders import bids
from app.sample.tenders.matter import Matter
from app.sample.tenders.stories import Offer
from app.tenders import uploads
from app.tenders.actions import bidding, sealing
from app.tenders.capsule.format import Manifest
from app.tenders.capsule.seal import seal
from app.tenders.kinds import BidDocumentKind
from app.tenders.models import Bid
from app.tenders.queries.bids import own_bid
from app.tenders.queries.terms import terms_of


class Bidders:
    def __init__(self, matter: Matter):
        self.matter = matter

    def plan(self) -> None:
        """Bids come in from the fifth day on, one every other day or so; what lies after the sample's present has not come."""
        story = self.matter.story
        span = (story.deadline_on - story.publish_on).days - 6
        for number, offer in enumerate(story.offers):
            day = story.publish_on + timedelta(days=4 + span * number // (len(story.offers) * 3))
            hour, minute = 9 + (number * 3) % 8, (number * 17 + 5) % 60
            self.matter.agenda.add(day, hour, minute, self._hands_in(offer, offer.first_price_fen or offer.price_fen))
            if offer.first_price_fen:
                self.matter.agenda.add(day + timedelta(days=2), hour, minute, self._hands_in(offer, offer.price_fen))
            if offer.was_taken_back:
                self.matter.agenda.add(day + timedelta(days=1), hour, minute, self._takes_back(offer))
                self.matter.agenda.add(day + timedelta(days=2), hour, minute, self._hands_in(offer, offer.price_fen))

    def signatory_of(self, bid: Bid) -> Actor:
        return actor(next(_login(h.key, Role.ENTERPRISE_SIGNATORY) for h in HOUSES if h.name == bid.enterprise.name))

    def offer_of(self, bid: Bid) -> Offer:
        key = next(house.key for house in HOUSES if house.name == bid.enterprise.name)
        return next(offer for offer in self.matter.story.offers if offer.enterprise == key)

    def _hands_in(self, offer: Offer, price_fen: int):
        def hand_in(now: datetime) -> None:
            tender, signatory = self.matter.tender, actor(_login(offer.enterprise, Role.ENTERPRISE_SIGNATORY))
            is_first = own_bid(tender, signatory) is None
            manifest = Manifest(
                tender="",
                documents="",
                bidder=find_by_organisation(signatory.organisation_id).uscc,
                version=1 if is_first else 2,
                price_fen=price_fen,
                project_manager=bids.project_manager(offer.enterprise, tender),
                plan=bids.plan(offer.enterprise, tender, offer.quality),
                staffing=tuple(post.as_data() for post in bids.staffing(offer.enterprise, tender, offer.quality)),
                answers={"difficulty": bids.difficulties(offer.enterprise, tender, offer.quality)},
                no_interest=True,
            )
            files = [(BidDocumentKind.LETTER.value, "投标函.pdf", self._letter(signatory, price_fen, now))] if is_first else []
            capsule = seal(terms_of(tender), manifest, files)
            for one in capsule.objects:
                uploads.store_object(one)
            sealing.submit_capsule(tender, capsule.header.to_bytes(), actor=signatory, now=now)

        return hand_in

    def _takes_back(self, offer: Offer):
        return lambda now: bidding.withdraw_bid(
            self.matter.tender, actor=actor(_login(offer.enterprise, Role.ENTERPRISE_SIGNATORY)), now=now
        )

    def _letter(self, signatory: Actor, price_fen: int, now: datetime) -> bytes:
        day = local(now)
        lines = (
            f"致：{self.matter.tender.procuring_entity.name}",
            bids.LETTER,
            f"投标报价：每平方米每月 {yuan(price_fen)} 元",
            f"投标人：{signatory.organisation_name}",
            f"签章人：{signatory.name}",
            f"{day.year}年{day.month}月{day.day}日",
        )
        return pdf("投标函", lines)


def _login(enterprise: str, role: Role) -> str | None:
    house = next(house for house in HOUSES if house.key == enterprise)
    return next((login for login, has, _name in house.people if has is role), None)
