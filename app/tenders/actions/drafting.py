"""What a tenderer can do with a draft: begin it, fill in its sections, attach files."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from flask_babel import force_locale
from sqlalchemy import select

from app.accounts.rules import OrganisationKind
from app.common.access import Actor
from app.common.audit import label_events, record
from app.common.calendar_days import load_calendar
from app.common.files import store_file
from app.common.i18n import _l
from app.common.refusal import Reason, Refused, refuse_if
from app.communities.models import Compound, Division
from app.extensions import db
from app.tenders.actions.bidding import lock_tender
from app.tenders.gaps import Section
from app.tenders.kinds import DocumentKind, Regime, ServiceLevel
from app.tenders.lifecycle import EDITABLE, Status
from app.tenders.models import ScoreCriterion, Tender, TenderCompound, TenderDocument, TenderSeries
from app.tenders.numbers import format_number, prefix_of
from app.tenders.parameters import CURRENT_VERSION, Sheet, sheet_for
from app.tenders.queries.drafting import choosable_compounds
from app.tenders.queries.tenders import is_own
from app.tenders.scorecard import Criterion, default_card
from app.tenders.standard_texts import BID_INSTRUCTIONS, CONTRACT_TERMS, ELIGIBILITY, service_content_for
from app.tenders.timetable import local_day, suggest_deadline, suggest_publish_day

MAX_DOCUMENTS = 20
DEFAULT_TERM_MONTHS = 36

label_events(
    {
        "tender.begin": _l("起草招标"),
        "tender.edit": _l("修改招标草稿"),
        "tender.attach": _l("添加附件"),
        "tender.detach": _l("删除附件"),
    },
    {
        "section": _l("部分"),
        "compounds": _l("楼院"),
        "file": _l("文件"),
        "sha256": _l("校验值"),
        "retender_of": _l("重新招标自"),
        "weights": _l("分值"),
    },
    enums={"section": Section},
    objects={"tender": _l("招标"), "objection": _l("异议")},
)

SECTION_FIELDS: Mapping[Section, frozenset[str]] = {
    Section.BASICS: frozenset({"title", "regime"}),
    Section.SERVICE: frozenset({"service_content", "service_level"}),
    Section.PRICE: frozenset({"ceiling_fen", "term_months"}),
    Section.BIDDERS: frozenset({"eligibility", "bid_instructions"}),
    Section.CONTRACT: frozenset({"contract_terms"}),
    Section.SCHEDULE: frozenset(
        {"publish_on", "bid_deadline_at", "bid_validity_days", "defence_on", "opening_place", "contact_name", "contact_phone"}
    ),
}
"""The columns that each section of the draft may write, and no others."""

REGIMES_OF = {
    OrganisationKind.COMMUNITY: (Regime.COMMUNITY, Regime.PUBLIC),
    OrganisationKind.OWNERS_COMMITTEE: (Regime.OWNERS,),
}
"""What each kind of tenderer may run; 前期物业 belongs to developers, who do not work here."""


def begin_draft(
    compound_ids: Sequence[int],
    *,
    title: str = "",
    regime: Regime | None = None,
    retender_of: Tender | None = None,
    actor: Actor,
    now: datetime,
) -> Tender:
    """A draft for one compound or a bundle, with everything filled in that the record and the rules know."""
    regimes = REGIMES_OF.get(actor.organisation_kind, ())
    regime = regime or (regimes[0] if regimes else None)
    if regime not in regimes:
        raise Refused(
            Reason(_l("您的单位不能按这种方式招标。"), basis=_l("《民法典》第二百七十八条"), next=_l("请由社区居委会或者业主委员会起草。")),
            field="regime",
        )
    compounds = _choose(compound_ids, actor=actor, now=now, besides=None)
    level = ServiceLevel.THIRD
    card = default_card(regime, with_defence=False)
    tender = Tender(
        number=_next_number(actor.division_code, local_day(now).year),
        title=title.strip() or suggest_title([c.name for c in compounds]),
        status=Status.DRAFT,
        regime=regime,
        regime_version=CURRENT_VERSION,
        procuring_entity_id=actor.organisation_id,
        division_code=_division_of(actor, compounds),
        service_level=level,
        service_content=service_content_for(level, regime),
        term_months=DEFAULT_TERM_MONTHS,
        eligibility=ELIGIBILITY,
        bid_instructions=BID_INSTRUCTIONS,
        contract_terms=CONTRACT_TERMS,
        contact_name=actor.name,
        **_first_dates(sheet_for(regime), now),
        created_at=now,
        created_by_id=actor.user_id,
        retender_of_id=retender_of.id if retender_of else None,
        criteria=_criteria(card),
    )
    db.session.add(tender)
    _set_compounds(tender, compounds)
    record(
        "tender.begin",
        tender,
        actor=actor,
        now=now,
        compounds=[c.name for c in compounds],
        retender_of=retender_of.number if retender_of else None,
    )
    return tender


def fresh_dates(tender: Tender, *, now: datetime) -> dict:
    """The earliest lawful dates if the draft was filed today; a day of grace for the filing itself."""
    return _first_dates(sheet_for(tender.regime), now)


def _first_dates(sheet: Sheet, now: datetime) -> dict:
    calendar = load_calendar()
    publish_on = suggest_publish_day(local_day(now), calendar, sheet)
    return {"publish_on": publish_on, "bid_deadline_at": suggest_deadline(publish_on, calendar, sheet)}


def suggest_title(names: Sequence[str]) -> str:
    """From the compounds: 锦绣苑物业服务; 化肥厂家属院等 4 个楼院打包物业服务."""
    if not names:
        return ""
    return f"{names[0]}物业服务" if len(names) == 1 else f"{names[0]}等 {len(names)} 个楼院打包物业服务"


def choose_compounds(tender: Tender, compound_ids: Sequence[int], *, actor: Actor, now: datetime) -> Tender:
    """Take these compounds, as their record stands now, in place of those chosen before."""
    tender = _editable(tender, actor)
    compounds = _choose(compound_ids, actor=actor, now=now, besides=tender.id)
    _set_compounds(tender, compounds)
    record("tender.edit", tender, actor=actor, now=now, section=Section.COMPOUNDS, compounds=[c.name for c in compounds])
    return tender


def save_section(tender: Tender, section: Section, values: Mapping[str, object], *, actor: Actor, now: datetime) -> Tender:
    """Write a section's columns. A draft may have gaps; only what can't be kept at all is refused."""
    tender = _editable(tender, actor)
    if foreign := set(values) - SECTION_FIELDS[section]:
        raise KeyError(f"{section} does not write {sorted(foreign)}")
    regime = values.get("regime")
    if regime is not None and regime not in REGIMES_OF.get(actor.organisation_kind, ()):
        raise Refused(Reason(_l("您的单位不能按这种方式招标。"), next=_l("请选择其他招标依据。")), field="regime")
    for column, value in values.items():
        setattr(tender, column, value.strip() if isinstance(value, str) and not isinstance(value, Regime | ServiceLevel) else value)
    record("tender.edit", tender, actor=actor, now=now, section=section)
    return tender


def save_card(tender: Tender, card: Sequence[Criterion], *, actor: Actor, now: datetime) -> Tender:
    """Replace the card of criteria; lines without points are left out."""
    tender = _editable(tender, actor)
    kept = [criterion for criterion in card if criterion.weight > 0]
    tender.criteria.clear()
    db.session.flush()
    tender.criteria.extend(_criteria(kept))
    weights = {criterion.label: criterion.weight for criterion in tender.criteria}
    record("tender.edit", tender, actor=actor, now=now, section=Section.CARD, weights=weights)
    return tender


def attach(tender: Tender, kind: DocumentKind, title: str, filename: str, content: bytes, *, actor: Actor, now: datetime) -> TenderDocument:
    """Add a file that is published with the notice."""
    tender = _editable(tender, actor)
    if len(tender.documents) >= MAX_DOCUMENTS:
        raise Refused(
            Reason(_l("附件最多 %(most)d 个。", most=MAX_DOCUMENTS), next=_l("请先删除不需要的附件，或者合并成一个文件。")), field="file"
        )
    try:
        stored = store_file(content, filename, now=now)
    except Refused as refused:
        raise Refused(refused.reason, field="file") from refused
    document = TenderDocument(kind=kind, title=title.strip() or stored.filename, file=stored, added_at=now, added_by_id=actor.user_id)
    tender.documents.append(document)
    record("tender.attach", tender, actor=actor, now=now, file=stored.filename, sha256=stored.sha256)
    return document


def detach(tender: Tender, document_id: int, *, actor: Actor, now: datetime) -> bool:
    """Take a file out of the draft; False when it is not there."""
    tender = _editable(tender, actor)
    document = next((d for d in tender.documents if d.id == document_id), None)
    if document is None:
        return False
    tender.documents.remove(document)
    record("tender.detach", tender, actor=actor, now=now, file=document.file.filename, sha256=document.file.sha256)
    return True


# --- within ------------------------------------------------------------------------------------------------------------


def why_not_edit(tender: Tender) -> Reason | None:
    if tender.status in EDITABLE:
        return None
    return Reason(
        _l("项目现在是“%(status)s”，招标文件不能修改。", status=tender.status.label),
        basis=_l("《招标投标法》第二十三条"),
        next=_l("尚未发布的，请先撤回修改。"),
    )


def _editable(tender: Tender, actor: Actor) -> Tender:
    tender = lock_tender(tender)
    if not is_own(tender, actor):
        raise Refused(Reason(_l("只有招标人能修改招标文件。"), next=_l("请由招标单位的经办人办理。")))
    refuse_if(why_not_edit(tender))
    return tender


def _choose(compound_ids: Sequence[int], *, actor: Actor, now: datetime, besides: int | None) -> list[Compound]:
    wanted = list(dict.fromkeys(compound_ids))
    if not wanted:
        raise Refused(Reason(_l("没有选定楼院。"), next=_l("请至少选择一个楼院。")), field="compounds")
    found = {c.compound.id: c for c in choosable_compounds(actor, on=local_day(now), besides=besides)}
    if any(key not in found for key in wanted):
        raise Refused(Reason(_l("选中的楼院不在您的范围内。"), next=_l("请刷新页面后重新选择。")), field="compounds")
    for key in wanted:
        refuse_if(found[key].taken, field="compounds")
    return [found[key].compound for key in wanted]


def _division_of(actor: Actor, compounds: Sequence[Compound]) -> str:
    """The community; an owners' committee's own place may be wider or narrower than its compounds'."""
    codes = {compound.division_code for compound in compounds}
    return codes.pop() if len(codes) == 1 else actor.division_code


def _set_compounds(tender: Tender, compounds: Sequence[Compound]) -> None:
    tender.compounds.clear()
    db.session.flush()
    tender.compounds.extend(
        TenderCompound(
            compound_id=compound.id,
            position=position,
            name=compound.name,
            area_centi=compound.area_centi,
            households=compound.households,
            buildings=compound.buildings,
        )
        for position, compound in enumerate(compounds, start=1)
    )
    tender.area_centi = sum(c.area_centi for c in compounds)
    tender.households = sum(c.households for c in compounds)


def _criteria(card: Sequence[Criterion]) -> list[ScoreCriterion]:
    """The card is content of the notice: kept in Chinese, whatever language its writer reads the site in."""
    with force_locale("zh_CN"):
        return [
            ScoreCriterion(position=position, code=c.code, label=str(c.label), weight=c.weight, kind=c.kind, guidance=str(c.guidance))
            for position, c in enumerate(card, start=1)
        ]


def _next_number(division_code: str, year: int) -> str:
    """The district's next number of the year. The district's own row is the lock, so that even a year's first two drafts wait."""
    prefix = prefix_of(division_code)
    db.session.execute(select(Division.code).where(Division.code == division_code[:6]).with_for_update())
    series = db.session.get(TenderSeries, (prefix, year), populate_existing=True)
    if series is None:
        series = TenderSeries(prefix=prefix, year=year, last_number=0)
        db.session.add(series)
    series.last_number += 1
    return format_number(prefix, year, series.last_number)
