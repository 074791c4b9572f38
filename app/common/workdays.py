"""Working days, counted over a table that staff can edit. Pure; a year without data is refused, never guessed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from app.common.i18n import _l
from app.common.refusal import Reason, Refused

DAY = timedelta(days=1)


@dataclass(frozen=True)
class WorkdayCalendar:
    """`exceptions` says of single days whether they are worked; other days follow the week (Monday to Friday).

    `years` maps each known year to whether it is provisional (statutory days only, the decree has not come).
    """

    years: Mapping[int, bool]
    exceptions: Mapping[date, bool] = field(default_factory=dict)

    def is_workday(self, day: date) -> bool:
        """Raises Refused for a year without data."""
        if day.year not in self.years:
            raise Refused(year_unknown(day.year))
        return self.exceptions.get(day, day.weekday() < 5)

    def add_workdays(self, day: date, count: int) -> date:
        """The count-th working day after `day`; the start day is not counted (《民法典》第二百零一条)."""
        while count > 0:
            day += DAY
            count -= self.is_workday(day)
        return day

    def roll_forward(self, day: date) -> date:
        """`day` itself when worked, else the next working day (《民法典》第二百零三条)."""
        while not self.is_workday(day):
            day += DAY
        return day

    def is_provisional(self, year: int) -> bool:
        return self.years.get(year, False)


def year_unknown(year: int) -> Reason:
    return Reason(
        _l("%(year)d 年的工作日历还没有录入，无法计算法定期限。", year=year),
        basis=_l("《民法典》第二百零一条、第二百零三条"),
        next=_l("请管理员在“工作日历”中录入该年度的放假安排后再试。"),
    )
