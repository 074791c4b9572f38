"""The opening room, live for everybody while it runs; afterwards the public record with its copies."""

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from app.accounts.rules import Role
from app.common import clock
from app.common.access import actor, not_found, public, roles
from app.common.figures import moment
from app.common.files import name_download
from app.common.languages import as_typed
from app.extensions import db
from app.log.queries import receipt
from app.tenders.actions import opening as actions
from app.tenders.actions.unsealing import why_not_release
from app.tenders.forms.opening import OpeningForm
from app.tenders.lifecycle import Status, why_not
from app.tenders.models import OpeningLine, OpeningRecord, Tender
from app.tenders.queries import bids as asked
from app.tenders.queries.concluded import canonical_record
from app.tenders.queries.opening_room import RUNNING, Room, Stage, came_late, entry_of, room_of
from app.tenders.queries.situations import sheet_of, situation
from app.tenders.queries.tenders import find_own_tender, find_tender, is_own, phase_of
from app.tenders.views.blueprint import bp
from app.tenders.views.opening_copies import pdf_copy, read_out, sheet_of_record, word_copy


def main_content(line: OpeningLine) -> str:
    """What was read out beside the price: our word in the reader's language, what else a record holds as it stands."""
    return read_out(line) or as_typed(line.main_content)


def remark(line: OpeningLine) -> str:
    """The same of what it says beside it."""
    ours, rest = actions.split_remark(line.remark)
    return as_typed(rest) if ours is None else Markup("{}{}").format(str(ours), as_typed(rest))


bp.add_app_template_filter(main_content, "main_content")
bp.add_app_template_filter(remark, "remark")


def opening_context(tender: Tender) -> dict:
    """What tenders/_opening.html draws: the record, once it was made."""
    opening = asked.opening_record(tender) if tender.opened_at else None
    return {
        "opening": opening,
        "record_sheet": sheet_of_record(tender, opening) if opening else None,
        "late": came_late(tender, opening) if opening else {},
    }


def is_short(record: OpeningRecord | None, tender: Tender) -> bool:
    """Whether fewer bids could be read than the law asks for: then the tender fails."""
    return record is not None and sum(line.seal_intact for line in record.lines) < sheet_of(tender)["min_bids"]


def _room(tender: Tender, form=None):
    """The page of an opening, with the buttons of whoever looks."""
    person, now = actor(), clock.now()
    phase = phase_of(tender, now)
    room, own = room_of(tender, phase), is_own(tender, person)
    can_act = own and tender.status is Status.PUBLISHED
    at = situation(tender, actor=person, now=now) if can_act else None
    record = opening_context(tender)
    holding = next((one for one in room.holdings if person is not None and one.holder.user_id == person.user_id), None)
    page = make_response(
        render_template(
            "tenders/opening.html",
            tender=tender,
            phase=phase,
            now=now,
            room=room,
            stages=Stage,
            steps=steps_shown(room, tender, now),
            is_running=room.stage in RUNNING,
            holding=holding,
            is_bidder=person is not None and person.role in asked.ENTERPRISE_ROLES,
            may_release=holding is not None and why_not_release(tender, holding.holder) is None and holding.wanted > 0,
            may_close=_may_close(tender, room) and (own or holding is not None),
            may_continue=room.ready > 0 and (own or holding is not None),
            form=form or (OpeningForm(presided_by=person.name) if can_act else None),
            why_not_open=(why_not("open", at) or actions.why_not_read_out(tender)) if at else None,
            can_fail=at is not None and why_not("declare_failed", at) is None,
            why_not_fail=why_not("declare_failed", at) if at else None,
            can_act=can_act,
            can_evaluate=tender.status is Status.OPENED and own,
            is_short=is_short(record["opening"], tender),
            **record,
        )
    )
    if "HX-Request" in request.headers and request.args.get("stage") != room.stage:
        page.headers["HX-Refresh"] = "true"  # another stage has other buttons: the whole page comes anew
    return page


def _may_close(tender: Tender, room: Room) -> bool:
    """Whether the closing list is the next thing."""
    return tender.status is Status.PUBLISHED and room.stage is Stage.CLOSED


def steps_shown(room: Room, tender: Tender, now) -> list[dict]:
    """For components/timeline.html: what everybody follows."""
    is_over, closing = room.stage in (Stage.TOO_FEW, Stage.ENDED), room.closing
    present = _("保管人到场 %(present)d / %(count)d", present=room.present, count=len(room.holdings))
    opened = (
        _("解密 %(done)d / %(count)d", done=room.unsealed - sum((room.faults or {}).values()), count=room.bids) if closing else _("解密")
    )
    is_read_out = room.stage is Stage.OPENED
    is_unsealed = is_read_out or room.stage is Stage.UNSEALED
    done = (
        (_("投标截止"), room.stage is not Stage.BIDDING, moment(tender.bid_deadline_at, now, weekday=False)),
        (_("截止清单"), room.listed_at is not None, moment(room.listed_at, now, weekday=False) if room.listed_at else ""),
        (present, is_unsealed or room.has_enough, ""),
        (opened, is_unsealed, ""),
        (_("开标记录"), is_read_out, moment(tender.opened_at, now, weekday=False) if tender.opened_at else ""),
    )
    steps, is_next = [], True
    for label, is_done, when in done:
        state = "past" if is_done else "coming" if not is_next else "stopped" if is_over else "now"
        is_next = is_next and is_done
        steps.append({"label": label, "state": state, "when": when})
    return steps


@bp.get("/tenders/<number>/opening")
@public
def opening(number: str):
    return _room(find_tender(number, actor()) or not_found())


@bp.post("/tenders/<number>/opening")
@roles(Role.COMMUNITY_MANAGER)
def open_bids(number: str):
    tender = find_own_tender(number, actor()) or not_found()
    form = OpeningForm()
    if not form.validate_on_submit():
        return _room(tender, form=form)
    record = actions.open_bids(
        tender,
        presided_by=form.presided_by.data,
        witnessed_by=form.witnessed_by.data or "",
        note=form.note.data or "",
        actor=actor(),
        now=clock.now(),
    )
    db.session.commit()
    if is_short(record, tender):
        flash(_("已开标，开标记录已公开。能读出的投标不足法定数量，请登记流标。"), "success")
    else:
        flash(_("已开标，开标记录已公开。下一步请组织评标，确定评标委员会。"), "success")
    return redirect(url_for(".opening", number=number))


# --- the record and its copies -------------------------------------------------------------------------------------------


def _record(number: str) -> tuple[Tender, OpeningRecord]:
    tender = find_tender(number, actor()) or not_found()
    return tender, (asked.opening_record(tender) if tender.opened_at else None) or not_found()


@bp.get("/tenders/<number>/opening.json")
@public
def opening_json(number: str):
    """The bytes behind the record's hash, exactly."""
    return canonical_record(*_record(number)), {"Content-Type": "application/json; charset=utf-8"}


@bp.get("/tenders/<number>/opening.tlog-proof")
@public
def opening_proof(number: str):
    """That the public log holds the record's hash, under a signed checkpoint."""
    tender, _record_ = _record(number)
    entry = entry_of(tender, "tender.open") or not_found()
    name = f"opening-{tender.number}.tlog-proof"
    return receipt(entry), {"Content-Type": "text/plain; charset=utf-8", "Content-Disposition": f"attachment; filename={name}"}


@bp.get("/tenders/<number>/opening.docx")
@public
def opening_word(number: str):
    tender, record = _record(number)
    media_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    answer = Response(word_copy(sheet_of_record(tender, record)), mimetype=media_type)
    name_download(answer, f"{tender.number} {_('开标记录')}.docx")
    return answer


@bp.get("/tenders/<number>/opening.pdf")
@public
def opening_pdf(number: str):
    tender, record = _record(number)
    content = pdf_copy(sheet_of_record(tender, record))
    if content is None:
        return render_template("tenders/opening_no_pdf.html", tender=tender), 503
    answer = Response(content, mimetype="application/pdf")
    name_download(answer, f"{tender.number} {_('开标记录')}.pdf")
    return answer
