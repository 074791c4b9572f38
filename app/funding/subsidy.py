"""How much a compound is granted: exact integer arithmetic from area, rate and months, and its split into instalments."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from app.common.i18n import _l
from app.common.refusal import Reason

WHOLE_BP = 10_000
LEAST_SHARE_BP = 100
LEAST_AMOUNT_FEN = 100
MONTHS_A_YEAR = 12


@dataclass(frozen=True)
class Terms:
    """What a subsidy programme grants: fen per m² and month for each contract year, for how long, and at most how much."""

    rates_fen: tuple[int, ...]
    """One rate a contract year; the last one goes on."""
    cap_months: int
    cap_fen: int | None = None
    """At most this much for one compound; None means no such limit."""


@dataclass(frozen=True)
class Line:
    """One contract year of the computation."""

    year_no: int
    months: int
    rate_fen: int
    hundredths_of_fen: int
    """area_centi × rate × months, exact, before anything is rounded."""


@dataclass(frozen=True)
class Computation:
    """The amount with everything that led to it, so that anyone can recompute it."""

    area_centi: int
    starts_on: date
    until_on: date
    """Last day of the last supported month."""
    contract_months: int
    months: int
    lines: tuple[Line, ...]
    uncapped_fen: int
    amount_fen: int

    @property
    def is_cut_by_months(self) -> bool:
        return self.months < self.contract_months

    @property
    def is_cut_by_amount(self) -> bool:
        return self.amount_fen < self.uncapped_fen


def last_day_of_month_no(starts_on: date, number: int) -> date:
    """Last day of the number-th month counted from starts_on: the day before the corresponding day; where the month has
    no corresponding day, its last day (《民法典》第二百零二条)."""
    years, month0 = divmod(starts_on.month - 1 + number, MONTHS_A_YEAR)
    year, month = starts_on.year + years, month0 + 1
    last = monthrange(year, month)[1]
    if starts_on.day > last:
        return date(year, month, last)
    return date(year, month, starts_on.day) - timedelta(days=1)


def whole_months(starts_on: date, ends_on: date) -> int:
    """Whole months from starts_on to ends_on, both days included; a broken month does not count."""
    number = max(0, (ends_on.year - starts_on.year) * MONTHS_A_YEAR + ends_on.month - starts_on.month + 1)
    while number and last_day_of_month_no(starts_on, number) > ends_on:
        number -= 1
    return number


def months_covered(starts_on: date, months: int) -> tuple[date, ...]:
    """The supported months, each as the first day of the calendar month in which it begins. No compound may hold the
    same one twice, whatever the programme."""
    first = starts_on.year * MONTHS_A_YEAR + starts_on.month - 1
    return tuple(date(number // MONTHS_A_YEAR, number % MONTHS_A_YEAR + 1, 1) for number in range(first, first + months))


def half_up(numerator: int, denominator: int) -> int:
    """Rounded to the nearest whole number, halves upward, in integers."""
    return (2 * numerator + denominator) // (2 * denominator)


def area_counted(register_centi: int, contract_centi: int | None) -> int:
    """The area that is paid for: the smaller of the register's, which the applicant may correct, and the contract's, which
    the enterprise and the filing office signed."""
    return register_centi if contract_centi is None else min(register_centi, contract_centi)


def compute_subsidy(area_centi: int, starts_on: date, ends_on: date, terms: Terms) -> Computation:
    """Area (0.01 m²) × rate (fen) × months, added up over the contract years and rounded half up to the fen once, at the end."""
    contract_months = whole_months(starts_on, ends_on)
    months = min(contract_months, terms.cap_months)
    lines = []
    for year in range(-(-months // MONTHS_A_YEAR)):
        in_year = min(MONTHS_A_YEAR, months - year * MONTHS_A_YEAR)
        rate = terms.rates_fen[min(year, len(terms.rates_fen) - 1)]
        lines.append(Line(year + 1, in_year, rate, area_centi * rate * in_year))
    uncapped = half_up(sum(line.hundredths_of_fen for line in lines), 100)
    amount = uncapped if terms.cap_fen is None else min(uncapped, terms.cap_fen)
    until_on = last_day_of_month_no(starts_on, months) if months else starts_on
    return Computation(area_centi, starts_on, until_on, contract_months, months, tuple(lines), uncapped, amount)


def why_not_grant(computation: Computation) -> Reason | None:
    """Why nothing can be granted on these figures."""
    if computation.area_centi <= 0:
        return Reason(
            _l("这个小区的登记建筑面积是空的，算不出补贴金额。"),
            basis=_l("补贴按小区登记面积和合同面积中较小的计算（资金办法）"),
            next=_l("请先在小区档案里补上建筑面积，再来申请。"),
        )
    if computation.months <= 0:
        return Reason(
            _l("合同期不满一个整月，没有可以补贴的月份。"),
            basis=_l("《民法典》第二百零二条"),
            next=_l("请核对合同的起止日期；有误的，请先更正合同。"),
        )
    if computation.amount_fen < LEAST_AMOUNT_FEN:
        return Reason(_l("算出的金额不足 1 元，不予受理。"), next=_l("请核对小区登记面积和合同期。"))
    return None


def why_not_split(shares_bp: tuple[int, ...]) -> Reason | None:
    """Why these shares (basis points) can't be the instalments of a programme."""
    if not 1 <= len(shares_bp) <= 4:
        return Reason(_l("拨付期数应为 1 至 4 期。"), next=_l("请改为 1 至 4 个比例。"))
    if any(share < LEAST_SHARE_BP for share in shares_bp):
        return Reason(_l("每一期至少占 1%。"), next=_l("请调整各期比例。"))
    if sum(shares_bp) != WHOLE_BP:
        return Reason(_l("各期比例之和应等于 100%。"), next=_l("请调整各期比例，例如 60 和 40。"))
    return None


def split_instalments(total_fen: int, shares_bp: tuple[int, ...]) -> tuple[int, ...]:
    """The instalments of a total; they add up to it exactly, because each is the difference of two rounded running sums."""
    if sum(shares_bp) != WHOLE_BP:
        raise ValueError(f"shares add up to {sum(shares_bp)}, not {WHOLE_BP}")
    paid_before, running, amounts = 0, 0, []
    for share in shares_bp:
        running += share
        due_so_far = half_up(total_fen * running, WHOLE_BP)
        amounts.append(due_so_far - paid_before)
        paid_before = due_so_far
    return tuple(amounts)
