"""What the objects of audit rows are called, and where the viewer may open them: one query for a whole page of rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy import String, case, cast, literal, null, select, union_all

from app.accounts.models import Membership, Organisation, User
from app.accounts.rules import Role
from app.common.access import Actor
from app.common.audit import AuditEvent
from app.common.imports.models import ImportJob
from app.communities.models import Compound
from app.enterprises.models import Enterprise
from app.extensions import db
from app.funding.models import FundingApplication, Programme
from app.tenders.models import Bid, EvaluatorAssignment, Objection, ScoreSheet, Tender

NOBODY, OFFICES, AUDITOR, ALL = range(4)
"""Who may open an object's page: nobody, the city's or district's offices that cover its place, their auditor alone, everybody."""


@dataclass(frozen=True)
class Named:
    """An object as people know it."""

    name: str
    number: str
    url: str
    """Empty where it has no page, or none that this viewer may open."""


def objects_of(rows: Iterable[AuditEvent], actor: Actor, *, is_own: bool = False) -> dict[tuple[str, str], Named]:
    """The objects of these rows that have a name, by (table, id). Drafts of others stay nameless to those who may not open them;
    `is_own`: the rows are what the viewer did, so every name is known to them."""
    wanted: dict[str, set[int]] = {}
    for row in rows:
        if row.object_type in SOURCES and row.object_id.isdigit():
            wanted.setdefault(row.object_type, set()).add(int(row.object_id))
    parts = [SOURCES[table].where(MODELS[table].id.in_(sorted(ids))) for table, ids in sorted(wanted.items())]
    found = db.session.execute(union_all(*parts)) if parts else ()
    named = {}
    for table, key, name, number, page, page_key, opens, place in found:
        url = _url(page, page_key, opens, place or "", actor)
        if url or is_own or not page:
            named[table, key] = Named(name, number or "", url)
    return named


PAGES = {
    "tender": ("tenders.page", "number"),
    "application": ("funding.application", "application_id"),
    "programme": ("funding.programme", "programme_id"),
    "compound": ("communities.show", "compound_id"),
    "enterprise": ("enterprises.show", "enterprise_id"),
}


def _url(page: str | None, key: str, opens: int, place: str, actor: Actor) -> str:
    may_open = {
        NOBODY: False,
        OFFICES: actor.role in (Role.AUDITOR, Role.ADMINISTRATOR) and actor.covers(place),
        AUDITOR: actor.role is Role.AUDITOR and actor.covers(place),
        ALL: True,
    }
    if not page or not may_open[opens]:
        return ""
    endpoint, argument = PAGES[page]
    return url_for(endpoint, **{argument: key})


def _part(model: Any, name, *, number=None, page=None, key=None, opens=NOBODY, place=None):
    def text(value):
        return cast(null() if value is None else value, String)

    return select(
        literal(model.__tablename__),
        cast(model.id, String),
        text(name),
        text(number),
        text(None if page is None else literal(page)),
        text(key),
        opens if hasattr(opens, "label") else literal(opens),
        text(place),
    )


def _of_tender(model: Any, *joins):
    """An object that is part of a tender goes by the tender's title."""
    opens = case((Tender.published_at.is_not(None), ALL), else_=AUDITOR)
    part = _part(model, Tender.title, number=Tender.number, page="tender", key=Tender.number, opens=opens, place=Tender.division_code)
    for target, condition in joins:
        part = part.join(target, condition)
    return part


MODELS = {
    model.__tablename__: model
    for model in (
        Tender, Bid, Objection, EvaluatorAssignment, ScoreSheet, FundingApplication, Programme, Compound, Enterprise, Organisation,
        User, Membership, ImportJob,
    )
}  # fmt: skip
SOURCES = {
    "tender": _of_tender(Tender),
    **{model.__tablename__: _of_tender(model, (Tender, Tender.id == model.tender_id)) for model in (Bid, Objection, EvaluatorAssignment)},
    "score_sheet": _of_tender(
        ScoreSheet,
        (EvaluatorAssignment, EvaluatorAssignment.id == ScoreSheet.assignment_id),
        (Tender, Tender.id == EvaluatorAssignment.tender_id),
    ),
    "funding_application": _part(
        FundingApplication,
        FundingApplication.compound_name,
        number=FundingApplication.number,
        page="application",
        key=FundingApplication.id,
        opens=case(
            (FundingApplication.publicity_at.is_not(None), ALL), (FundingApplication.submitted_at.is_not(None), OFFICES), else_=NOBODY
        ),
        place=FundingApplication.division_code,
    ),
    "programme": _part(
        Programme,
        Programme.name,
        page="programme",
        key=Programme.id,
        opens=case((Programme.activated_at.is_not(None), ALL), else_=AUDITOR),
        place=Programme.division_code,
    ),
    "compound": _part(Compound, Compound.name, page="compound", key=Compound.id, opens=ALL),
    "enterprise": _part(Enterprise, Enterprise.name, page="enterprise", key=Enterprise.id, opens=ALL),
    "organisation": _part(Organisation, Organisation.name),
    "user_account": _part(User, User.name),
    "membership": _part(Membership, User.name + " · " + Organisation.name)
    .join(User, User.id == Membership.user_id)
    .join(Organisation, Organisation.id == Membership.organisation_id),
    "import_job": _part(ImportJob, ImportJob.filename),
}
"""For each table the select of its rows' names, numbers and pages, without a condition."""
