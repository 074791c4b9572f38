"""What people do with divisions and compounds: load the codes, correct a record, record who manages."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from app.accounts.models import Organisation
from app.accounts.rules import OrganisationKind
from app.common.audit import label_events, record
from app.common.i18n import _l
from app.common.imports.summary import json_value
from app.common.money import square_metres
from app.common.refusal import Reason, Refused, refuse_if
from app.communities.models import Compound, Division
from app.communities.queries import bureau_over, place_names, within
from app.communities.records import (
    CORRECTABLE,
    COUNTED,
    area_per_household,
    counted_by_the_bureau,
    may_correct_counted,
    why_not_correct,
)
from app.communities.rules import LEVEL_OF_LENGTH, ManagementMode
from app.communities.search import search_text
from app.extensions import db

label_events(
    {
        "division.load": _l("登记行政区划"),
        "compound.correct": _l("更正楼院资料"),
        "compound.manage": _l("登记管理方式"),
        "compound.committee": _l("登记业主委员会"),
    },
    {
        "added": _l("新增"),
        "renamed": _l("改名"),
        "changes": _l("改动"),
        "reason": _l("依据"),
        "source": _l("依据"),
        "mode": _l("管理方式"),
        "committee": _l("业主委员会"),
    },
    enums={"mode": ManagementMode},
    objects={"division": _l("行政区划"), "compound": _l("楼院"), "import_job": _l("导入")},
)

CHANGED_MEANWHILE = Reason(_l("您填写期间，别人改了这个楼院的资料。"), next=_l("请核对最新的资料后再改一次。"))


def load_divisions(rows: Iterable[tuple[str, str]], *, actor, now: datetime) -> tuple[int, int]:
    """Add divisions (code, name) that are missing and rename those whose name changed; gives (added, renamed).

    Levels follow from the length of the code; provinces (2 digits) are passed over. Raises Refused for other lengths and
    for a division whose parent is neither known nor in the rows.
    """
    wanted = {code.strip(): name.strip() for code, name in rows if len(code.strip()) != 2}
    wrong = next((code for code in wanted if len(code) not in LEVEL_OF_LENGTH or not code.isascii() or not code.isdigit()), None)
    if wrong is not None:
        raise Refused(Reason(_l("“%(code)s”不是行政区划代码。", code=wrong), next=_l("代码应是 4、6、9 或 12 位数字。")))
    known = {division.code: division for division in db.session.scalars(select(Division).order_by(Division.code))}
    parents = {code: _parent_code(code) for code in wanted}
    orphan = next((code for code, parent in parents.items() if parent and parent not in known and parent not in wanted), None)
    if orphan is not None:
        raise Refused(Reason(_l("“%(code)s”的上级没有登记。", code=orphan), next=_l("请把上级的代码和名称也写进文件。")))
    fresh = sorted(code for code in wanted if code not in known)
    for length in sorted(LEVEL_OF_LENGTH):
        level = [code for code in fresh if len(code) == length]
        if level:
            db.session.execute(insert(Division), [_division_row(code, wanted[code], parents[code]) for code in level])
    renamed = [code for code, name in wanted.items() if code in known and known[code].name != name]
    for code in renamed:
        known[code].name = wanted[code]
    db.session.flush()
    for code in renamed:
        _refresh_search(code)
    if fresh or renamed:
        top = db.session.get(Division, min([*fresh, *renamed]))
        record("division.load", top, actor=actor, now=now, added=len(fresh) or None, renamed=len(renamed) or None)
    return len(fresh), len(renamed)


def _refresh_search(code: str) -> None:
    """Compounds are found by the names of their places as well."""
    rows = db.session.execute(select(Compound.id, Compound.name, Compound.division_code).where(within(Compound.division_code, code))).all()
    if not rows:
        return
    names = place_names({row.division_code for row in rows})
    table = Compound.__table__
    db.session.execute(
        update(table).where(table.c.id == bindparam("of_id")).values(search_text=bindparam("text")),
        [{"of_id": row.id, "text": search_text(row.name, *(names[row.division_code[:n]] for n in (12, 9, 6)))} for row in rows],
    )


def _division_row(code: str, name: str, parent: str | None) -> dict[str, Any]:
    return {"code": code, "name": name, "level": LEVEL_OF_LENGTH[len(code)], "parent_code": parent, "is_provisional": False}


def _parent_code(code: str) -> str | None:
    lengths = sorted(LEVEL_OF_LENGTH)
    place = lengths.index(len(code))
    return code[: lengths[place - 1]] if place else None


def correct_compound(
    compound: Compound, values: Mapping[str, Any], *, reason: str, version: int, is_checked: bool = False, actor, now: datetime
) -> list:
    """Put a compound's record right; gives the changes made. `version`: of the record that the person saw.

    Raises Refused for who may not (households and area: nobody but the bureau), for a record that changed meanwhile, when
    nothing was changed, and for an unusual area per household that nobody confirmed (`is_checked`).
    """
    refuse_if(why_not_correct(actor, division_code=compound.division_code, owners_committee_id=compound.owners_committee_id))
    if compound.version != version:
        raise Refused(CHANGED_MEANWHILE)
    changes = [
        [key, json_value(getattr(compound, key)), json_value(values[key])]
        for key in CORRECTABLE
        if key in values and getattr(compound, key) != values[key]
    ]
    if not changes:
        raise Refused(Reason(_l("没有改动。"), next=_l("请修改后再保存，或返回楼院页面。")))
    counted = [key for key, _before, _after in changes if key in COUNTED]
    if counted and not may_correct_counted(actor):
        raise Refused(counted_by_the_bureau(bureau_over(compound.division_code)), field=counted[0])
    figures = {key: values.get(key, getattr(compound, key)) for key in COUNTED}
    each = area_per_household(**figures) if counted else None
    if each is not None and not is_checked:
        raise Refused(
            Reason(
                _l("改后户均面积是 %(each)s m²，不合常理。", each=square_metres(each)),
                next=_l("请核对户数和建筑面积；确实如此，请勾选“数字已核对”后再保存。"),
            ),
            field="is_checked",
        )
    for key, _before, _after in changes:
        setattr(compound, key, values[key])
    compound.updated_at = now
    record("compound.correct", compound, actor=actor, now=now, changes=changes, reason=reason)
    return changes


def record_management(
    compound: Compound,
    *,
    mode: ManagementMode,
    source: str,
    fee_fen: int | None = None,
    service_level: int | None = None,
    has_agreement: bool | None = None,
    has_owner_decision: bool | None = None,
    has_filed_contract: bool | None = None,
    actor,
    now: datetime,
) -> None:
    """Who manages a compound from now on, as a contract or its end says (`source`: its number). Facts that are None stay."""
    facts = {
        "mode": mode, "fee_fen": fee_fen, "service_level": service_level, "has_agreement": has_agreement,
        "has_owner_decision": has_owner_decision, "has_filed_contract": has_filed_contract,
    }  # fmt: skip
    given = {key: value for key, value in facts.items() if value is not None}
    changes = [
        [key, json_value(getattr(compound, key)), json_value(value)] for key, value in given.items() if getattr(compound, key) != value
    ]
    for key, value in given.items():
        setattr(compound, key, value)
    compound.updated_at = now
    record("compound.manage", compound, actor=actor, now=now, mode=mode, source=source, changes=changes or None)


def set_owners_committee(compound: Compound, committee: Organisation, *, actor, now: datetime) -> None:
    """Tie an owners' committee that is an organisation of the platform to its compound."""
    if committee.kind is not OrganisationKind.OWNERS_COMMITTEE or committee.division_code != compound.division_code:
        raise Refused(Reason(_l("这个组织不是本社区的业主委员会。"), next=_l("请核对后重新选择。")))
    compound.owners_committee_id = committee.id
    compound.has_committee = True
    compound.updated_at = now
    record("compound.committee", compound, actor=actor, now=now, committee=committee.name)


def new_compound(
    *,
    division_code: str,
    name: str,
    households: int,
    area_centi: int,
    mode: ManagementMode,
    census_on: date | None = None,
    now: datetime,
    **facts,
) -> Compound:
    """A compound that no census named; the caller records why. Its community must exist."""
    names = place_names([division_code])
    compound = Compound(
        division_code=division_code, name=name, households=households, area_centi=area_centi, mode=mode, census_on=census_on,
        search_text=search_text(name, *(names.get(division_code[:length], "") for length in (12, 9, 6))), updated_at=now, **facts,
    )  # fmt: skip
    db.session.add(compound)
    return compound
