"""What a bidder's program talks to: the terms to seal for, uploads of ciphertext in pieces (tus 1.0), the one small request that hands in."""

import re
from base64 import b64decode
from functools import wraps

from flask import Response, flash, g, jsonify, redirect, request, session, url_for
from werkzeug.exceptions import ClientDisconnected, Forbidden, HTTPException

from app.accounts.rules import Role
from app.common import bodies, clock
from app.common.access import actor, asks_itself, forget_actor, not_found, public, roles
from app.common.database import reading, reads_first, writing
from app.common.refusal import Reason, Refused, refuse_if
from app.enterprises.queries import find_by_organisation
from app.extensions import db
from app.tenders import uploads
from app.tenders.actions import sealing as actions
from app.tenders.actions.bidding import SIGNATORY_ONLY, why_not_bid
from app.tenders.actions.clearing import drop_held, drop_upload, make_room
from app.tenders.capsule.format import MAX_FILES, MAX_HEADER, canonical
from app.tenders.handing_in import DAMAGED
from app.tenders.models import Tender
from app.tenders.queries.capsules import refusal_token
from app.tenders.queries.tenders import find_tender
from app.tenders.queries.terms import sealing_data, terms_data
from app.tenders.sealed_file import Arriving, keep_sealed_file
from app.tenders.views.bidding import BIDDERS
from app.tenders.views.blueprint import bp
from app.tenders.views.rush import Answer, hand_in

TUS = {"Tus-Resumable": "1.0.0", "Cache-Control": "no-store"}
CHUNK = 256 * 1024
STATUS = {
    uploads.WRONG_PLACE: 409,
    uploads.WRONG_HASH: 460,
    uploads.TOO_LARGE: 413,
    uploads.NOT_ENCRYPTED: 415,
    DAMAGED: 400,
    bodies.TOO_MANY: 429,
}
"""Of refused uploads, as tus has them; any other refusal is 403."""
HEX = frozenset("0123456789abcdef")
NUMBER = re.compile(r"[0-9]{1,15}")


def _load(number: str) -> Tender:
    return find_tender(number, actor()) or not_found()


def _published(number: str) -> Tender:
    tender = _load(number)
    return tender if tender.published_at is not None else not_found()


@bp.get("/tenders/<number>/sealing.json")
@public
def sealing_terms(number: str):
    return jsonify(sealing_data(_published(number)))


@bp.get("/tenders/<number>/terms.json")
@public
def terms(number: str):
    """Exactly the bytes whose hash a capsule names as its tender documents."""
    return canonical(terms_data(_published(number))), {"Content-Type": "application/json; charset=utf-8"}


# --- uploads -------------------------------------------------------------------------------------------------------------


def _told(reason: Reason, status: int) -> Response:
    """A refusal as a program reads it."""
    answer = jsonify(text=str(reason.text), next=str(reason.next), basis=str(reason.basis))
    answer.status_code = status
    return answer


def uploading(view):
    """Answers with tus headers; a refusal becomes JSON. The database is let go before the first byte is read."""

    @wraps(view)
    def wrapped(number: str, **values):
        try:
            answer = view(number, **values)
        except Refused as refused:
            db.session.rollback()
            answer = _told(refused.reason, STATUS.get(refused.reason, 403))
        answer.headers.update(TUS)
        return answer

    return wrapped


def _bidder_of(number: str) -> dict:
    """Whose upload it is, once it is sure that they may bid now."""
    tender, own = _load(number), find_by_organisation(actor().organisation_id)
    refuse_if(why_not_bid(tender, own, actor=actor(), now=clock.now()))
    found = {"tender_id": tender.id, "organisation_id": actor().organisation_id}
    db.session.rollback()  # no connection is held while bytes trickle in
    return found


@bp.post("/tenders/<number>/bid/objects")
@roles(*BIDDERS)
@reads_first
@uploading
def begin_object(number: str):
    size, sha256 = _announced()
    whose = _bidder_of(number)
    _make_room(whose)
    upload = uploads.begin(**whose, sha256=sha256, size=size)
    place = url_for(".object_so_far", number=number, token=upload.token)
    return Response(status=201, headers={"Location": place, "Upload-Offset": str(upload.offset)})


def _make_room(whose: dict) -> None:
    make_room(**whose)
    db.session.rollback()


def _announced() -> tuple[int, str]:
    """Size and hash of the object to come. Raises Refused."""
    told = dict(part.strip().split(" ", 1) for part in request.headers.get("Upload-Metadata", "").split(",") if " " in part.strip())
    try:
        size, sha256 = _number(request.headers["Upload-Length"]), b64decode(told["sha256"], validate=True).decode("ascii")
    except (KeyError, ValueError):
        raise Refused(DAMAGED) from None
    if len(sha256) != 64 or set(sha256) - HEX:
        raise Refused(DAMAGED)
    return size, sha256


def _number(text: str) -> int:
    """Of a header: so many digits as a size can have. Raises ValueError."""
    if not NUMBER.fullmatch(text):
        raise ValueError
    return int(text)


@bp.get("/tenders/<number>/bid/objects/<token>")
@roles(*BIDDERS)
@reads_first
@uploading
def object_so_far(number: str, token: str):
    """How far an upload has come; asked with HEAD."""
    upload = uploads.find(token, **_bidder_of(number)) or not_found()
    return Response(headers={"Upload-Offset": str(upload.offset), "Upload-Length": str(upload.size)})


@bp.route("/tenders/<number>/bid/objects/<token>", methods=["PATCH"])
@roles(*BIDDERS)
@reads_first
@uploading
def add_piece(number: str, token: str):
    upload = uploads.find(token, **_bidder_of(number)) or not_found()
    try:
        offset = _number(request.headers.get("Upload-Offset", ""))
    except ValueError:
        raise Refused(DAMAGED) from None
    if request.mimetype != "application/offset+octet-stream":
        raise Refused(DAMAGED)
    if (request.content_length or 0) > uploads.PIECE_LIMIT:
        raise Refused(uploads.TOO_LARGE)
    if not upload.is_complete:
        piece, is_whole = _piece()
        upload = uploads.append(upload, offset, piece)
        if not is_whole:
            raise ClientDisconnected
    return Response(status=204, headers={"Upload-Offset": str(upload.offset)})


@bp.route("/tenders/<number>/bid/objects/<token>", methods=["DELETE"])
@roles(*BIDDERS)
@reads_first
@uploading
def drop_object(number: str, token: str):
    """The bidder has removed a file before handing in (tus termination)."""
    whose = _bidder_of(number)
    drop_upload(uploads.find(token, **whose) or not_found())
    return Response(status=204)


def _piece() -> tuple[bytes, bool]:
    """What arrived of a piece, and whether that is all. It is read whole before anything is locked: a connection that died
    half-way must not hold up the one that goes on in its place. What came before it died is kept."""
    came = bytearray()
    try:
        with bodies.arriving():
            while chunk := request.stream.read(CHUNK):
                came += chunk
                if len(came) > uploads.PIECE_LIMIT:
                    raise Refused(uploads.TOO_LARGE)
    except (ClientDisconnected, OSError):
        return bytes(came), False
    return bytes(came), True


# --- handing in ----------------------------------------------------------------------------------------------------------


def _refuse(number: str, answer: Answer, header: bytes = b"", *, sent_sha256: str | None = None) -> str:
    """Puts a refusal on record; its address. Commits."""
    db.session.rollback()
    with writing():
        tender, told = find_tender(number, answer.actor) or not_found(), {"header_bytes": header, "sent_sha256": sent_sha256}
        refusal = actions.record_refusal(tender, answer.refused.reason, **told, actor=answer.actor, now=answer.now)
        db.session.commit()
        return url_for(".bid_refusal", number=tender.number, token=refusal_token(refusal.id))


@bp.post("/tenders/<number>/bid/submit")
@roles(*BIDDERS)
@asks_itself
@reads_first
def bid_submit(number: str):
    """The small request of the page's script: the header alone. Everything else came before."""
    header = request.form.get("header", "").encode()[: MAX_HEADER + 1]
    answer = hand_in(number, header)
    if answer.refused is not None:
        refusal = _refuse(number, answer, header)
        told = _told(answer.refused.reason, 409)
        told.set_data(canonical(told.get_json() | {"refusal": refusal}))
        return told
    return jsonify(receipt=url_for(".bid_receipt", number=number)), 201


@bp.url_value_preprocessor
def widen(_endpoint, values) -> None:
    """A sealed file may hold ten files of 200 MB. It is ciphertext, so that it may lie in a temporary file while it arrives; anything else
    is let fall as it comes. Who may send one is asked before the first byte of it is read: the form is parsed before the view is called."""
    if request.endpoint != "tenders.submit_sealed":
        return
    g.unwelcome, is_bidder = _unwelcome(values["number"]) if "_user_id" in session else (None, False)
    if is_bidder:  # who may not hand in now gets the signed refusal of it, and needs the room for it to be read
        request.max_content_length = (MAX_FILES + 1) * uploads.OBJECT_LIMIT
    is_welcome = is_bidder and g.unwelcome is None
    request._get_file_stream = lambda *_arguments, **_named: Arriving(uploads.temporary_folder(), is_welcome=is_welcome)


def _unwelcome(number: str) -> tuple[Reason | None, bool]:
    """Why a sealed file need not be kept while it arrives, and whether it is a bidder who sends it."""
    try:
        with reading():
            person = actor()
            if person is None:
                return None, False
            if person.role not in BIDDERS:
                raise Forbidden
            tender, own = _load(number), find_by_organisation(person.organisation_id)
            reason = why_not_bid(tender, own, actor=person, now=clock.now()) or (
                None if person.has(Role.ENTERPRISE_SIGNATORY) else SIGNATORY_ONLY
            )
            whose = {"tender_id": tender.id, "organisation_id": person.organisation_id}
            make_room(**whose)
            return reason or uploads.why_no_room(**whose, size=request.content_length or 0), True
    finally:
        db.session.rollback()  # no connection is held while the file comes
        forget_actor()
        clock.forget_now()  # it is received when all of it has arrived


@bp.post("/tenders/<number>/bid/sealed")
@roles(*BIDDERS)
@reads_first
@bodies.at_once(2)
def submit_sealed(number: str):
    """The one `.sealed` file of the offline sealers, by an ordinary form."""
    file, header = request.files.get("sealed"), b""
    try:
        refuse_if(g.unwelcome)
        whose = _bidder_of(number)
        header, brought = keep_sealed_file(file.stream if file is not None else None, drop=drop_held, **whose)
        db.session.rollback()  # nobody waits for the others with a connection in hand
        try:
            answer = hand_in(number, header)
        except HTTPException:  # whoever sent it may not hand in any more
            drop_held(brought)
            raise
        if answer.refused is not None:
            drop_held(brought)
    except Refused as found:
        answer = Answer(found, actor(), clock.now())
    if answer.refused is None:
        return redirect(url_for(".bid_receipt", number=number))
    if answer.refused.reason.next:
        flash(str(answer.refused.reason.next), "error")  # the record of a refusal has what was wrong; this is what to do
    sent = file.stream.sha256 if file is not None and not header else None
    return redirect(_refuse(number, answer, header, sent_sha256=sent))
