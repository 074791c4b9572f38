"""What evaluators give: near one another, near the quality of the bid, the same every time."""

from decimal import Decimal

from app.sample.tenders.bids import pick
from app.tenders.models import ScoreCriterion

LEANS = (0, 2, -1, 1, -2)
"""How mild each seat of the committee is, in hundredths of the full mark."""

PRAISE = ("做法具体，时间、人数都写清楚了，便于检查。", "对老旧院落的难处看得准，办法可行。", "岗位配置与服务内容相称，公开收支的安排好。")
FAIR = ("基本满足要求，个别做法不够具体。", "方案完整，维修部分偏笼统。", "人员安排够用，应急部分可再细。")
DOUBT = ("多处套话，与本院情况结合不够。", "人员偏少，夜间值守难以保证。", "没有说明收费收不上来时怎么办。")


def points(criterion: ScoreCriterion, quality: int, *, story: str, seat: int, bidder: str) -> Decimal:
    """A mark in half points: 58 to 96 % of the full mark by quality, the seat's lean, and a little of its own."""
    own = pick(story, criterion.code, seat, bidder, count=5) - 2
    hundredths = 50 + quality // 2 + LEANS[seat % len(LEANS)] + own
    halves = criterion.weight * 2 * min(hundredths, 100)
    return Decimal((halves + 50) // 100) / 2


def comment(quality: int, *, seat: int, bidder: str) -> str:
    pool = PRAISE if quality >= 80 else FAIR if quality >= 70 else DOUBT
    return pool[pick(seat, bidder, count=len(pool))]
