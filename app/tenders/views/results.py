"""The public result: the ranking with every point, and the same as data."""

from datetime import date
from decimal import Decimal

from flask import current_app, render_template, request
from flask_babel import gettext as _
from jinja2.utils import LRUCache
from markupsafe import Markup

from app.common import clock
from app.common.access import Actor, actor, get_or_404, not_found, public
from app.common.figures import day_text
from app.common.languages import spoken
from app.common.money import yuan
from app.common.tables import paginate, safe_csv
from app.enterprises.models import Enterprise
from app.tenders.models import Tender
from app.tenders.queries.bids import alike_bids, is_readable, may_read_plans, shut_lines, standing_bids, viewer_for
from app.tenders.queries.results import Result, Row, bids_read_out, outcomes, result_of
from app.tenders.queries.tenders import find_tender, phase_of, phases
from app.tenders.scoring import plain
from app.tenders.views.blueprint import bp

bp.add_app_template_filter(yuan, "yuan")
bp.add_app_template_filter(lambda text: plain(Decimal(text)), "plain_points")
bp.add_app_template_filter(lambda text: day_text(date.fromisoformat(text), weekday=False), "iso_day")


POINTS_KEPT = 2_000
"""Tables of points that a process keeps drawn."""


def points_table(row: Row, result: Result) -> Markup:
    """Where each point of one bid comes from. A ranking never changes once it stands: its tables are drawn once in a language."""
    kept = current_app.extensions.setdefault("points_tables", LRUCache(POINTS_KEPT))
    key = (result.ranking.inputs_sha256, row.bid_id, row.rank, spoken().locale)
    if key not in kept:
        kept[key] = Markup(render_template("tenders/_result_points.html", row=row))
    return kept[key]


bp.add_app_template_global(points_table)


def result_context(tender: Tender, person: Actor | None) -> dict:
    """What tenders/_results.html draws; `result` is None while it is not this person's to see."""
    return {"result": result_of(tender, person)}


@bp.get("/enterprises/<int:enterprise_id>/tenders")
@public
def of_enterprise(enterprise_id: int):
    """The tenders whose opening read out this enterprise's bid, and what came of each."""
    enterprise = get_or_404(Enterprise, enterprise_id)
    is_won = request.args.get("won") == "1"
    page = paginate(bids_read_out(enterprise.id, is_won=is_won), per_page=30)
    return render_template(
        "tenders/of_enterprise.html",
        enterprise=enterprise,
        page=page,
        is_won=is_won,
        phases=phases(page.items, clock.now()),
        outcomes=outcomes(enterprise.id, page.items),
        now=clock.now(),
    )


def _load(number: str) -> tuple[Tender, Result]:
    tender = find_tender(number, actor()) or not_found()
    return tender, result_of(tender, actor()) or not_found()


@bp.get("/tenders/<number>/result")
@public
def result(number: str):
    tender, found = _load(number)
    viewer, phase = viewer_for(tender, actor()), phase_of(tender, clock.now())
    alike = alike_bids(tender, viewer, [bid for bid in standing_bids(tender) if is_readable(bid)]) if may_read_plans(tender, viewer) else []
    shut = shut_lines(tender)
    return render_template("tenders/result.html", tender=tender, result=found, now=clock.now(), phase=phase, alike=alike, shut=shut)


@bp.get("/tenders/<number>/result.json")
@public
def result_json(number: str):
    """Everything that the ranking was computed from, and what came out."""
    _tender, found = _load(number)
    return {
        "inputs": found.ranking.inputs,
        "inputs_sha256": found.ranking.inputs_sha256,
        "computed_at": found.ranking.computed_at.isoformat(),
        "rows": [
            {
                "rank": row.rank,
                "position": row.position,
                "bidder": row.name,
                "uscc": row.enterprise.uscc,
                "price_fen": row.price_fen,
                "total": None if row.total is None else str(row.total),
                "is_candidate": row.is_candidate,
                "lines": [
                    {
                        "criterion": line.code,
                        "points": str(line.points),
                        "weight": str(line.weight),
                        "raw": str(line.raw),
                        "source": line.source,
                    }
                    for line in row.lines
                ],
                "rejected": None if row.ground is None else {"ground": row.ground.value, "reason": row.reason},
            }
            for row in [*found.rows, *found.rejected]
        ],
        "stability": found.ranking.stability,
    }


@bp.get("/tenders/<number>/result.csv")
@public
def result_csv(number: str):
    tender, found = _load(number)
    header = [
        _("名次"),
        _("企业"),
        _("统一社会信用代码"),
        _("报价（元/m²·月）"),
        *(_(c.label) for c in found.criteria),
        _("总分"),
        _("备注"),
    ]
    rows = [
        [
            row.rank or "",
            row.name,
            row.enterprise.uscc,
            yuan(row.price_fen),
            *(str(line.points) for line in row.lines),
            *([""] * (len(found.criteria) - len(row.lines))),
            "" if row.total is None else str(row.total),
            str(row.ground.label) if row.ground else "",
        ]
        for row in [*found.rows, *found.rejected]
    ]
    return safe_csv(f"{tender.number}-result", header, rows)
