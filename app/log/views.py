"""The log's public addresses: pages for people, texts and tiles for programs (C2SP tlog-tiles), a whole download, and what verifies it offline."""

import re

from flask import Blueprint, Response, current_app, render_template, request

from app.common import clock
from app.common.access import actor, not_found, public, signed_in
from app.common.errors import error_page
from app.common.i18n import _l
from app.common.refusal import Reason
from app.common.tables import paginate
from app.extensions import db
from app.log import queries
from app.log.alone import one_file
from app.log.download import whole_log
from app.log.keys import WrongLogKey
from app.log.padding import TILE
from app.log.program import whole_program
from app.log.queries import PublicLog, public_log, served_log
from app.log.shown import receipt_words, shown_entry
from app.log.tree import HASH_SIZE

bp = Blueprint("log", __name__, url_prefix="/log", template_folder="templates")

WRONG_KEY = Reason(
    _l("本服务器现在配置的日志密钥或者日志名称，与日志开始时的不同。继续使用会产生另一份日志，所以要用到日志的页面都暂停。"),
    next=_l("请系统管理员放回最初的密钥（数据文件夹里的 log-key 文件，或者设置 LINLI_LOG_KEY 和 LINLI_LOG_NAME 的原值），然后重新启动。"),
)

PER_PAGE = 20
TENDER_NUMBER_MAX = 24
FOREVER = "public, max-age=31536000, immutable"


@bp.app_errorhandler(WrongLogKey)
def wrong_key(error: WrongLogKey):
    """Instead of an answer out of another log."""
    current_app.logger.error("%s %s: %s", request.method, request.path, error)
    db.session.rollback()
    return error_page(503, reason=WRONG_KEY)


@bp.get("")
@public
def index():
    """What the log is, and its public entries: all of them, or those of the tender with ?tender=NUMBER."""
    found, wanted = served_log(clock.now()), request.args.get("tender", "").strip()[:TENDER_NUMBER_MAX].upper()
    page = paginate(found.entries(wanted or None), per_page=PER_PAGE) if found else None
    entries = [shown_entry(entry) for entry in page.items] if page else []
    return render_template("log/index.html", log=found, entries=entries, page=page, wanted=wanted)


@bp.get("/leaf/<int:number>")
@public
def leaf(number: int):
    found = _log_with(number)
    entry = found.entry(number)
    shown = shown_entry(entry) if entry else None
    return render_template("log/leaf.html", log=found, number=number, data=found.leaf(number), entry=entry, shown=shown)


@bp.get("/checkpoint")
@public
def checkpoint():
    return _text(_log().checkpoint)


@bp.get("/key")
@public
def key():
    return _text(f"{_log().verifier}\n")


@bp.get("/proof/<int:number>")
@public
def proof(number: int):
    return _text(_log_with(number).proof(number), filename=f"leaf-{number}.tlog-proof")


@bp.get("/receipt/<int:number>")
@signed_in
def receipt(number: int):
    """A receipt for the organisation that it belongs to; or for anybody signed in once everybody may read it."""
    entry = queries.entry_for(number, actor().organisation_id, clock.now()) or not_found()
    return _text(queries.receipt(entry), filename=f"receipt-{number}.tlog-proof")


@bp.get("/consistency")
@public
def consistency():
    """JSON: the hashes that show that the tree of `to` leaves begins with the tree of `from`."""
    first, second = request.args.get("from", type=int), request.args.get("to", type=int)
    hashes = queries.consistency(first, second, clock.now()) if first is not None and second is not None else None
    if hashes is None:
        not_found()
    return {"from": first, "to": second, "hashes": [found.hex() for found in hashes]}


@bp.get("/tile/<int:level>/<path:number>")
@public
def tile(level: int, number: str):
    """256 hashes of complete subtrees of 256^level leaves, or the first W of them (C2SP tlog-tiles)."""
    place, width = _tile_number(number)
    found = _log()
    if level > 7 or (place * TILE + width) << 8 * level > found.size:
        not_found()
    return _binary(b"".join(found.tiles.hashes(level, place * TILE, width)), is_whole=width == TILE)


@bp.get("/tile/entries/<path:number>")
@public
def tile_entries(number: str):
    """The data of 256 leaves, or of the first W, each behind its length (C2SP tlog-tiles)."""
    place, width = _tile_number(number)
    found = _log()
    if place * TILE + width > found.size:
        not_found()
    data = found.tiles.data(place)
    length = HASH_SIZE.to_bytes(2, "big")
    return _binary(b"".join(length + data[at : at + HASH_SIZE] for at in range(0, width * HASH_SIZE, HASH_SIZE)), is_whole=width == TILE)


@bp.get("/download")
@public
def download():
    found = _log()
    length, parts = whole_log(found)
    answer = Response(parts, mimetype="application/octet-stream")
    answer.content_length = length
    return _as_file(answer, f"linli-log-{found.size}.bin")


@bp.get("/verify")
@public
def verify():
    return render_template("log/verify.html", key=_key_line(), words=receipt_words())


@bp.get("/verify.html")
@public
def verify_alone():
    """The same in one file that works from a disk, without this site or any other."""
    return one_file(render_template("log/verify_alone.html", key=_key_line(), words=receipt_words()), "receipt.js", "linli-verify.html")


@bp.get("/verify.py")
@public
def verify_program():
    return _text(whole_program(), filename="verify.py")


def _log() -> PublicLog:
    return served_log(clock.now()) or not_found()


def _log_with(number: int) -> PublicLog:
    """The log, when it publicly reaches to this leaf."""
    found = _log()
    return found if number < found.size else not_found()


def _key_line() -> str:
    found = public_log(clock.now())
    return str(found.verifier) if found else ""


TILE_NUMBER = re.compile(r"((?:x[0-9]{3}/){0,4}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")
"""Fifteen digits are more than any log has; int() reads no more than 4300."""


def _tile_number(text: str) -> tuple[int, int]:
    """Number and width of a tile from its address: x001/x234/067 or 000.p/12."""
    found = TILE_NUMBER.fullmatch(text) or not_found()
    width = int(found[2] or TILE)
    if width > TILE - bool(found[2]):
        not_found()
    return int(found[1].replace("x", "").replace("/", "")), width


def _text(text: str, filename: str = "") -> Response:
    answer = Response(text, mimetype="text/plain")
    answer.headers["Cache-Control"] = "no-cache"
    return _as_file(answer, filename) if filename else answer


def _binary(content: bytes, *, is_whole: bool) -> Response:
    answer = Response(content, mimetype="application/octet-stream")
    answer.headers["Cache-Control"] = FOREVER if is_whole else "no-cache"
    return answer


def _as_file(answer: Response, name: str) -> Response:
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return answer
