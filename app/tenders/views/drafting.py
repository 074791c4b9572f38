"""Drafting a tender: choose compounds, work through the check list, hand it in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from app.accounts.rules import Role
from app.common import clock
from app.common.access import actor, not_found, roles
from app.common.calendar_days import load_calendar
from app.common.forms import attempt
from app.common.refusal import Refused
from app.extensions import db
from app.tenders.actions import drafting as actions
from app.tenders.forms import drafting as forms
from app.tenders.forms.award import upload_of
from app.tenders.gaps import Section
from app.tenders.holders import HolderState
from app.tenders.lifecycle import EDITABLE, Status, why_not
from app.tenders.models import Tender
from app.tenders.queries.drafting import choosable_compounds, gaps_of, timetable_of
from app.tenders.queries.filings import last_return
from app.tenders.queries.holders import lines_of
from app.tenders.queries.situations import sheet_of, situation
from app.tenders.queries.tenders import find_own_tender
from app.tenders.scorecard import Criterion, default_card
from app.tenders.standard_texts import service_content_for
from app.tenders.timetable import earliest_publish_day, local_day, suggest_publish_day
from app.tenders.viability import read_ceiling
from app.tenders.views.blueprint import bp
from app.tenders.views.shown import terms_shown

BLANK_LINES = 3


def _own(number: str) -> Tender:
    return find_own_tender(number, actor()) or not_found()


@bp.route("/tenders/new", methods=["GET", "POST"])
@roles(Role.COMMUNITY_MANAGER)
def new():
    choices = choosable_compounds(actor(), on=local_day(clock.now()))
    form = forms.BeginForm(compounds=_asked_compound())
    form.compounds.choices = [SelectChoice(c.compound.id, c.compound.name) for c in choices if c.taken is None]
    if form.validate_on_submit():
        with attempt(form) as done:
            tender = actions.begin_draft(form.compounds.data, title=form.title.data or "", actor=actor(), now=clock.now())
        if done:
            flash(_("草稿已生成，已填好的内容请逐项核对。"), "success")
            return redirect(url_for(".draft", number=tender.number))
    return render_template("tenders/new.html", form=form, choices=choices)


def _asked_compound() -> list[int]:
    """A compound page links here with its own compound ticked."""
    asked = request.args.get("compound", "")
    return [int(asked)] if asked.isascii() and asked.isdigit() and len(asked) < 10 else []


@bp.get("/tenders/<number>/draft")
@roles(Role.COMMUNITY_MANAGER)
def draft(number: str):
    tender = _own(number)
    if tender.status not in EDITABLE:
        return redirect(url_for(".page", number=number))
    now = clock.now()
    gaps = gaps_of(tender, now=now, calendar=load_calendar())
    return render_template(
        "tenders/draft.html",
        tender=tender,
        gaps=gaps,
        tasks=_tasks(tender, gaps),
        corrections=last_return(tender) if tender.status is Status.RETURNED else None,
        terms=terms_shown(timetable_of(tender)),
        why_not_submit=why_not("submit", situation(tender, actor=actor(), now=now)),
    )


def _tasks(tender: Tender, gaps) -> list[dict]:
    tasks = []
    for section in Section:
        missing = [gap for gap in gaps if gap.section is section]
        if section is Section.HOLDERS:
            tasks.append(_holders_task(tender, missing))
            continue
        tasks.append(
            {
                "text": section.label,
                "url": url_for(".draft_section", number=tender.number, section=section.value),
                "tag_label": _("缺 %(count)d 项", count=len(missing)) if missing else _("齐全"),
                "tag_colour": "soon" if missing else "open",
                "hint": "；".join(str(gap.reason.text).rstrip("。") for gap in missing),
            }
        )
    return tasks


def _holders_task(tender: Tender, missing) -> dict:
    """Chosen people without a key keep nobody from filing, but they are named here in time."""
    lines = lines_of(tender)
    unready = [line for line in lines if line.state is not HolderState.READY]
    keyless = [line.holder.user.name for line in lines if line.key is None]
    if not lines:
        label, colour = _("缺 %(count)d 项", count=len(missing)), "soon"
    elif keyless:
        label, colour = _("%(count)d 人没有密钥", count=len(keyless)), "wait"
    elif unready:
        label, colour = _("已选定，%(count)d 人未演练", count=len(unready)), "wait"
    else:
        label, colour = _("齐全"), "open"
    hint = _("%(names)s还没有密钥，已发邮件请其制作。", names="、".join(keyless)) if keyless else ""
    if unready and not keyless:
        hint = _("可以提交备案；发布前每位保管人须演练合格。")
    return {
        "text": Section.HOLDERS.label,
        "url": url_for(".holders", number=tender.number),
        "tag_label": label,
        "tag_colour": colour,
        "hint": "；".join(str(gap.reason.text).rstrip("。") for gap in missing) or hint,
    }


# --- the sections ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Editor:
    """How a section is edited: its form made from the tender, and what is kept of it."""

    make: Callable[[Tender], Any]
    keep: Callable[[Tender, Any], Any]


def _save(section: Section, *names: str, **renamed: str) -> Callable[[Tender, Any], Any]:
    """Form fields to columns; `renamed` maps a column to its field's name."""
    fields = {name: name for name in names} | renamed

    def keep(tender: Tender, form) -> Tender:
        values = {column: form[field].data for column, field in fields.items()}
        return actions.save_section(tender, section, _texts(values), actor=actor(), now=clock.now())

    return keep


def _texts(values: dict) -> dict:
    """An empty text field is an empty text, never nothing."""
    texts = {
        "title",
        "service_content",
        "eligibility",
        "bid_instructions",
        "contract_terms",
        "opening_place",
        "contact_name",
        "contact_phone",
    }
    return {key: value or "" if key in texts else value for key, value in values.items()}


def _basics_form(tender: Tender):
    form = forms.BasicsForm(obj=tender)
    form.limit_regimes(actions.REGIMES_OF.get(actor().organisation_kind, ()))
    return form


def _compounds_form(tender: Tender):
    form = forms.CompoundsForm(compounds=[c.compound_id for c in tender.compounds])
    choices = choosable_compounds(actor(), on=local_day(clock.now()), besides=tender.id)
    form.compounds.choices = [SelectChoice(c.compound.id, c.compound.name) for c in choices if c.taken is None]
    form.offered = choices
    return form


def _card_form(tender: Tender):
    if request.args.get("default"):
        card = default_card(tender.regime, with_defence=tender.defence_on is not None)
        lines = [{"code": c.code, "kind": c.kind, "label": str(c.label), "weight": c.weight, "guidance": str(c.guidance)} for c in card]
    else:
        lines = [{"code": c.code, "kind": c.kind, "label": c.label, "weight": c.weight, "guidance": c.guidance} for c in tender.criteria]
    return forms.CardForm(data={"lines": [*lines, *({"kind": "scored_plan"} for _n in range(BLANK_LINES))]})


def _schedule_form(tender: Tender):
    """With ?fresh the dates are those of a draft that is filed today; nothing is kept before it is saved."""
    dates = actions.fresh_dates(tender, now=clock.now()) if request.args.get("fresh") else {}
    return forms.ScheduleForm(data={name: getattr(tender, name) for name in actions.SECTION_FIELDS[Section.SCHEDULE]} | dates)


def _keep_card(tender: Tender, form):
    lines = [line.form for line in form.lines]
    used = {line.code.data for line in lines if line.code.data}
    card = []
    for index, line in enumerate(lines, start=1):
        code = line.code.data or next(f"item{n}" for n in range(index, index + 99) if f"item{n}" not in used)
        used.add(code)
        card.append(
            Criterion(code[:40], line.kind.data, (line.label.data or "").strip(), line.weight.data or 0, (line.guidance.data or "").strip())
        )
    return actions.save_card(tender, card, actor=actor(), now=clock.now())


def _keep_document(tender: Tender, form):
    filename, content = upload_of(form.file)
    return actions.attach(tender, form.kind.data, form.title.data or "", filename, content, actor=actor(), now=clock.now())


EDITORS = {
    Section.BASICS: Editor(_basics_form, _save(Section.BASICS, "title", "regime")),
    Section.COMPOUNDS: Editor(
        _compounds_form, lambda tender, form: actions.choose_compounds(tender, form.compounds.data, actor=actor(), now=clock.now())
    ),
    Section.SERVICE: Editor(lambda tender: forms.ServiceForm(obj=tender), _save(Section.SERVICE, "service_level", "service_content")),
    Section.PRICE: Editor(
        lambda tender: forms.PriceForm(ceiling=tender.ceiling_fen, term_months=tender.term_months),
        _save(Section.PRICE, "term_months", ceiling_fen="ceiling"),
    ),
    Section.BIDDERS: Editor(lambda tender: forms.BiddersForm(obj=tender), _save(Section.BIDDERS, "eligibility", "bid_instructions")),
    Section.CARD: Editor(_card_form, _keep_card),
    Section.SCHEDULE: Editor(
        _schedule_form,
        _save(
            Section.SCHEDULE,
            "publish_on",
            "bid_deadline_at",
            "bid_validity_days",
            "defence_on",
            "opening_place",
            "contact_name",
            "contact_phone",
        ),
    ),
    Section.CONTRACT: Editor(lambda tender: forms.ContractTermsForm(obj=tender), _save(Section.CONTRACT, "contract_terms")),
    Section.DOCUMENTS: Editor(lambda tender: forms.AttachForm(), _keep_document),
}


@bp.route("/tenders/<number>/draft/<section>", methods=["GET", "POST"])
@roles(Role.COMMUNITY_MANAGER)
def draft_section(number: str, section: str):
    tender, part = _own(number), _section(section)
    if part is Section.HOLDERS:
        return redirect(url_for(".holders", number=number))
    if tender.status not in EDITABLE:
        return redirect(url_for(".page", number=number))
    editor = EDITORS[part]
    form = editor.make(tender)
    if form.validate_on_submit():
        with attempt(form) as done:
            editor.keep(tender, form)
        if done:
            flash(_("“%(section)s”已保存。", section=part.label), "success")
            back = ".draft_section" if part is Section.DOCUMENTS else ".draft"
            return redirect(url_for(back, number=number, **({"section": section} if part is Section.DOCUMENTS else {})))
    return render_template(
        f"tenders/draft_{part.value}.html",
        tender=tender,
        form=form,
        section=part,
        gaps=[gap for gap in gaps_of(tender, now=clock.now(), calendar=load_calendar()) if gap.section is part],
        **_aids(tender, part),
    )


def _section(value: str) -> Section:
    return Section(value) if value in {s.value for s in Section} else not_found()


def _aids(tender: Tender, section: Section) -> dict:
    """What a section's page shows beside its form."""
    if section is Section.PRICE:
        return {"ceiling": read_ceiling(tender.ceiling_fen, tender.area_centi, tender.service_level)}
    if section is Section.SCHEDULE:
        return {"terms": terms_shown(timetable_of(tender)), "sheet": sheet_of(tender), **_publish_days(tender)}
    if section is Section.SERVICE:
        return {"standard_text": service_content_for(tender.service_level, tender.regime) if tender.service_level else ""}
    return {}


def _publish_days(tender: Tender) -> dict:
    """For a draft that is filed today: the first day on which it may be published, and a working day to plan for."""
    today, sheet = local_day(clock.now()), sheet_of(tender)
    earliest = earliest_publish_day(today, sheet)
    try:
        suggested = suggest_publish_day(today, load_calendar(), sheet)
    except Refused:  # a year whose working days nobody has entered; saving the dates says so
        suggested = earliest
    return {"earliest": earliest, "suggested": suggested}


@bp.post("/tenders/<number>/draft/documents/<int:document_id>/drop")
@roles(Role.COMMUNITY_MANAGER)
def drop_document(number: str, document_id: int):
    if not actions.detach(_own(number), document_id, actor=actor(), now=clock.now()):
        not_found()
    db.session.commit()
    flash(_("附件已删除。"), "success")
    return redirect(url_for(".draft_section", number=number, section=Section.DOCUMENTS.value))
