"""Files of opened bids: downloads that no browser shows in our name, and PDFs drawn in a frame without any right."""

from pathlib import PurePath

from flask import current_app, make_response, render_template, request, send_from_directory

from app.accounts.rules import Role
from app.common.access import actor, not_found, public, roles
from app.common.files import send_stored_file
from app.common.frame import asset
from app.common.headers import POLICY
from app.tenders.models import BidDocument, Tender
from app.tenders.queries import bids as asked
from app.tenders.queries.tenders import find_tender
from app.tenders.views.blueprint import bp

READERS = (*asked.SUPERVISING_ROLES, Role.COMMUNITY_MANAGER)


def _find(number: str, position: int, place: int) -> tuple[Tender, BidDocument]:
    """By the places in the opening record and in the bid, for those who may see documents."""
    tender = find_tender(number, actor()) or not_found()
    return tender, asked.opened_document(tender, asked.viewer_for(tender, actor()), position, place) or not_found()


@bp.get("/tenders/<number>/opening/<int:position>/files/<int:place>")
@roles(*READERS)
def opened_file(number: str, position: int, place: int):
    _tender, document = _find(number, position, place)
    return send_stored_file(document.file)


@bp.get("/tenders/<number>/opening/<int:position>/files/<int:place>/preview")
@roles(*READERS)
def preview(number: str, position: int, place: int):
    """This page fetches the bytes with the reader's right to them; the frame in it, which has none, draws them."""
    tender, document = _find(number, position, place)
    if document.file.kind != "pdf":
        not_found()
    page = make_response(render_template("tenders/preview.html", tender=tender, document=document, position=position, place=place))
    page.headers["Content-Security-Policy"] = f"{POLICY}; frame-src 'self'"
    return page


@bp.get("/viewer/pdf")
@public
def pdf_viewer():
    """The empty frame. It has no origin: what a hostile PDF might do in it reaches neither cookies nor pages nor the network."""
    page = make_response(render_template("tenders/pdf_viewer.html"))
    here = request.host_url.rstrip("/")
    policy = f"sandbox allow-scripts; default-src 'none'; script-src {here}; style-src {here}; img-src blob: data:; frame-ancestors 'self'"
    page.headers["Content-Security-Policy"] = policy
    page.headers["X-Frame-Options"] = "SAMEORIGIN"
    return page


@bp.get("/viewer/pdf.js")
@public
def pdf_viewer_script():
    """The built script; a module that is asked for by a page without an origin has to be allowed to it by name."""
    name = PurePath(asset("pdf-viewer.js")).name
    answer = send_from_directory(f"{current_app.static_folder}/build", name, mimetype="text/javascript")
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer
