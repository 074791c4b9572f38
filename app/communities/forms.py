"""What may be typed about compounds."""

from decimal import Decimal, InvalidOperation

from wtforms import BooleanField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError

from app.common.forms import AreaField, Form, MoneyField, at_most, chosen, required
from app.common.i18n import _l
from app.communities.census.rows import is_in_china
from app.communities.models import Compound
from app.communities.records import CHECKS, CORRECTABLE, COUNTED, LABELS, LEVELS
from app.communities.rules import FIRST_YEAR, MAX_AREA_CENTI, MAX_BUILDINGS, MAX_FEE_FEN, MAX_HOUSEHOLDS, ManagementMode

FILLED = InputRequired(_l("请填写此项。"))
"""Unlike `required`, takes a nought."""

YES_NO = [SelectChoice("", _l("没有查过")), SelectChoice("yes", _l("有")), SelectChoice("no", _l("没有"))]
SERVICE_LEVELS = [SelectChoice("", _l("没有约定")), *(SelectChoice(str(key), label) for key, label in LEVELS.items())]
MODES = [SelectChoice(mode.value, mode.label) for mode in ManagementMode]


def _whole(label, least: int, most: int, *validators) -> IntegerField:
    message = _l("请填 %(least)d 到 %(most)d 之间的整数。", least=least, most=most)
    return IntegerField(label, [*validators, NumberRange(least, most, message=message)], render_kw={"inputmode": "numeric"})


class YesNoField(SelectField):
    """Yes, no, or nobody has checked."""

    def __init__(self, label=None, **kwargs):
        super().__init__(label, choices=YES_NO, **kwargs)

    def process_data(self, value) -> None:
        self.data = {True: "yes", False: "no"}.get(value, "")

    @property
    def value(self) -> bool | None:
        return {"yes": True, "no": False}.get(self.data)


class DegreesField(StringField):
    """Degrees as typed, micro-degrees in the program."""

    def process_data(self, value) -> None:
        self.data = None if value is None else f"{value / 1_000_000:.6f}".rstrip("0").rstrip(".")

    @property
    def value(self) -> int | None:
        if not (self.data or "").strip():
            return None
        try:
            return int((Decimal(self.data.strip()) * 1_000_000).to_integral_value())
        except (InvalidOperation, OverflowError):
            return None


class CorrectionForm(Form):
    version = HiddenField()
    households = _whole(_l("户数"), 0, MAX_HOUSEHOLDS, FILLED)
    area_centi = AreaField(_l("建筑面积"), [FILLED], minimum=1, maximum=MAX_AREA_CENTI)
    buildings = _whole(_l("楼栋数"), 1, MAX_BUILDINGS, Optional())
    built_year = _whole(_l("建成年份"), FIRST_YEAR, 2200, Optional())
    mode = SelectField(_l("管理方式"), [chosen()], choices=MODES)
    fee_fen = MoneyField(_l("物业费"), [Optional()], maximum=MAX_FEE_FEN, unit=_l("元/m²·月"))
    service_level = SelectField(_l("服务等级"), choices=SERVICE_LEVELS)
    has_committee = YesNoField(LABELS["has_committee"])
    has_guard = YesNoField(LABELS["has_guard"])
    has_lamps = YesNoField(LABELS["has_lamps"])
    has_greening = YesNoField(LABELS["has_greening"])
    has_monitoring = YesNoField(LABELS["has_monitoring"])
    is_cleaned = YesNoField(CHECKS["is_cleaned"])
    has_contact_posted = YesNoField(CHECKS["has_contact_posted"])
    are_drains_kept = YesNoField(CHECKS["are_drains_kept"])
    has_agreement = YesNoField(CHECKS["has_agreement"])
    has_owner_decision = YesNoField(CHECKS["has_owner_decision"])
    has_filed_contract = YesNoField(CHECKS["has_filed_contract"])
    longitude_e6 = DegreesField(_l("经度"), [at_most(12)], description=_l("例如 113.29。经度、纬度要么都填，要么都不填。"))
    latitude_e6 = DegreesField(_l("纬度"), [at_most(12)])
    is_checked = BooleanField(_l("数字已核对，户均面积确实如此"))
    reason = TextAreaField(
        _l("更正依据"),
        [required(), at_most(200)],
        description=_l("谁在什么时候核实的，例如“社区 11 月 16 日入户核对”。会写进公开的更正记录。"),
    )

    def __init__(self, *args, today_year: int, **kwargs):
        super().__init__(*args, **kwargs)
        self._year = today_year

    def validate_built_year(self, field) -> None:
        if field.data is not None and field.data > self._year:
            raise ValidationError(_l("建成年份不能在将来。"))

    def validate_longitude_e6(self, field) -> None:
        longitude, latitude = field.value, self.latitude_e6.value
        if not (field.data or self.latitude_e6.data):
            return
        if longitude is None or latitude is None or not is_in_china(longitude, latitude):
            raise ValidationError(_l("坐标不对。请填中国境内的经度和纬度，例如 113.29 和 33.74，或都留空。"))

    def values(self) -> dict:
        """The facts as the record stores them."""
        found = {}
        for key in CORRECTABLE:
            if key not in self:
                continue
            field = self[key]
            if isinstance(field, YesNoField | DegreesField):
                found[key] = field.value
            elif key == "mode":
                found[key] = ManagementMode(field.data)
            elif key == "service_level":
                found[key] = int(field.data) if field.data else None
            else:
                found[key] = field.data
        return found

    @classmethod
    def of(cls, compound: Compound, *, today_year: int, may_count: bool = True) -> "CorrectionForm":
        """`may_count`: whether this person corrects the figures that money depends on as well."""
        facts = {key: getattr(compound, key) for key in CORRECTABLE}
        facts["mode"] = compound.mode.value
        facts["service_level"] = str(compound.service_level or "")
        form = cls(data={**facts, "version": str(compound.version)}, today_year=today_year)
        if not may_count:
            for key in (*COUNTED, "is_checked"):
                del form[key]
        return form
