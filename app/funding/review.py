"""The closed lists of reviewing and paying: steps, decisions, outcomes, states of an instalment."""

from app.common.i18n import _l
from app.common.labels import LabelledEnum
from app.funding.lifecycle import ApplicationStatus


class ReviewStep(LabelledEnum):
    STREET = "street", _l("街道审核"), "info"
    DISTRICT = "district", _l("区级审核"), "info"
    BUREAU = "bureau", _l("市局批准"), "info"


CITY_DIGITS = 4


def step_label(step: ReviewStep, programme_code: str):
    """A district's own programme may be approved by the district: only a city programme's approval is called the city bureau's."""
    return _l("批准") if step is ReviewStep.BUREAU and len(programme_code) > CITY_DIGITS else step.label


def status_label(status: ApplicationStatus, programme_code: str):
    """Which office an application waits for: a city programme's approval is the city bureau's, a district's own the district's or the city's."""
    if status is not ApplicationStatus.DISTRICT_REVIEWED:
        return status.label
    return _l("待区级或市级批准") if len(programme_code) > CITY_DIGITS else _l("待市局批准")


class Decision(LabelledEnum):
    PASSED = "passed", _l("通过"), "open"
    RETURNED = "returned", _l("退回补正"), "soon"
    REFUSED = "refused", _l("不予支持"), "done"


MOVE_OF = {
    (ReviewStep.STREET, Decision.PASSED): "street_review",
    (ReviewStep.STREET, Decision.RETURNED): "street_return",
    (ReviewStep.DISTRICT, Decision.PASSED): "district_review",
    (ReviewStep.DISTRICT, Decision.RETURNED): "district_return",
    (ReviewStep.DISTRICT, Decision.REFUSED): "district_refuse",
    (ReviewStep.BUREAU, Decision.PASSED): "approve",
    (ReviewStep.BUREAU, Decision.RETURNED): "bureau_return",
    (ReviewStep.BUREAU, Decision.REFUSED): "bureau_refuse",
}
"""The move of lifecycle.py that each decision of each level is. A street passes or returns; it can't refuse."""


class ObjectionOutcome(LabelledEnum):
    DISMISSED = "dismissed", _l("异议不成立"), "done"
    UPHELD = "upheld", _l("异议成立"), "soon"


class InstalmentState(LabelledEnum):
    PLANNED = "planned", _l("未到付款条件"), "done"
    DUE = "due", _l("待付款"), "wait"
    RECORDED = "recorded", _l("已登记，待复核"), "wait"
    PAID = "paid", _l("已付款"), "badge"
    CANCELLED = "cancelled", _l("已取消"), "done"
