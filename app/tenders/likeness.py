"""Bids that are too much alike: common passages, the same file, the same price with the same staffing. Alarms, never findings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from app.common.i18n import _l
from app.common.labels import LabelledEnum
from app.tenders.bidding import Post, letters

SHINGLE = 5
"""Characters: about two words of Chinese, so that common phrases meet and common words do not."""


class Likeness(LabelledEnum):
    TEXT = "text", _l("方案文字大量相同"), "soon"
    FILE = "file", _l("有内容完全相同的附件"), "soon"
    PRICE_AND_STAFFING = "price_and_staffing", _l("报价和人员配备都相同"), "soon"


@dataclass(frozen=True)
class Offer:
    """What is compared of one bid; `files` are SHA-256 of its attachments."""

    key: int
    texts: tuple[str, ...] = ()
    files: frozenset[str] = frozenset()
    price_fen: int | None = None
    staffing: tuple[Post, ...] = ()


@dataclass(frozen=True)
class Alike:
    one: int
    other: int
    kind: Likeness
    percent: int | None = None
    """Of the shorter text, how much stands in the other one too; only for TEXT."""


@dataclass(frozen=True)
class LikenessLimits:
    """When two texts deserve a second look (our own choice, no rule of law)."""

    share: Decimal = Decimal("0.60")
    fewest: int = 40
    """Shingles of the shorter text's own: below that two bids share it by chance."""


LIMITS = LikenessLimits()


def shingles(texts: Iterable[str]) -> frozenset[str]:
    """The runs of five letters in these texts; signs, blanks and the way of writing a character do not count."""
    plain = (letters(text) for text in texts)
    return frozenset(text[start : start + SHINGLE] for text in plain for start in range(len(text) - SHINGLE + 1))


def common_share(one: frozenset[str], other: frozenset[str]) -> Decimal:
    """Containment: what part of the smaller set lies in the other; a copied passage shows however much is written around it."""
    smaller = min(len(one), len(other))
    return Decimal(len(one & other)) / smaller if smaller else Decimal(0)


def find_alike(
    offers: Sequence[Offer], *, known_texts: Iterable[str] = (), known_files: Iterable[str] = (), limits: LikenessLimits = LIMITS
) -> list[Alike]:
    """Pairs of bids that agree abnormally (实施条例 §40 (4): 异常一致), in the order given.

    `known_texts`, `known_files`: the tender's own, which every bidder may repeat."""
    known, forms = shingles(known_texts), frozenset(known_files)
    own = {offer.key: shingles(offer.texts) - known for offer in offers}
    found = []
    for one, other in combinations(offers, 2):
        share = common_share(own[one.key], own[other.key])
        if share >= limits.share and min(len(own[one.key]), len(own[other.key])) >= limits.fewest:
            found.append(Alike(one.key, other.key, Likeness.TEXT, int(share * 100)))
        if (one.files & other.files) - forms:
            found.append(Alike(one.key, other.key, Likeness.FILE))
        if one.price_fen == other.price_fen is not None and one.staffing and _posts(one) == _posts(other):
            found.append(Alike(one.key, other.key, Likeness.PRICE_AND_STAFFING))
    return found


def _posts(offer: Offer) -> list[tuple[str, int, str]]:
    return sorted((letters(post.post), post.people, letters(post.qualification)) for post in offer.staffing)
