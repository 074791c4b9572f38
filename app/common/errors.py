"""Error pages that help: what happened and what to do next, in the visitor's language."""

import time
from contextlib import suppress
from typing import BinaryIO
from urllib.parse import urlsplit

from flask import Flask, current_app, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from app.common import bodies
from app.common.access import actor
from app.common.i18n import _l
from app.common.refusal import Reason, Refused
from app.extensions import db

PAGES = {
    400: (_l("这个请求读不懂"), _l("页面可能放得太久，或者地址不完整。请返回上一页，刷新后重新提交；已经填写的内容请先复制保存。")),
    403: (_l("您现在的身份不能打开这一页"), _l("如果您有几个身份，请换一个身份再试；否则请联系本单位的管理员。")),
    404: (_l("找不到这一页"), _l("地址可能写错了，或者内容不对您公开。请从首页或列表重新进入。")),
    405: (_l("这个地址不能这样打开"), _l("请返回上一页，用页面上的按钮操作。")),
    409: (_l("这一步现在不能办"), _l("请返回查看当前状态。")),
    413: (_l("上传的内容太大"), _l("请压缩或拆分文件后重新上传。")),
    429: (_l("操作太频繁"), _l("请稍后再试。")),
    500: (_l("系统出错，这一步没有办成"), _l("没有写入任何内容。请稍后再试；如果再次出现，请把出现的时间告诉管理员。")),
    503: (_l("公开日志暂停使用"), _l("没有写入任何内容，也没有给出任何签名。其他页面照常使用。")),
}

STALE = Reason(_l("在您操作期间，别人已经改动了这一项。"), next=_l("请返回查看最新内容后再办。"))


NUL = Reason(_l("网址或填写的内容里有看不见的控制字符（NUL），无法查找或保存。"), next=_l("请删去后重新输入。"))


def init_app(app: Flask) -> None:
    @app.errorhandler(Refused)
    def refused(error: Refused):
        db.session.rollback()
        return error_page(429 if error.reason is bodies.TOO_MANY else 409, reason=error.reason)

    @app.errorhandler(StaleDataError)
    def stale(error: StaleDataError):
        db.session.rollback()
        return error_page(409, reason=STALE)

    @app.errorhandler(CSRFError)
    def csrf_failed(error: CSRFError):
        return error_page(400)

    @app.before_request
    def refuse_nul():
        """No keyboard types it and PostgreSQL cannot keep it."""
        typed = [request.path, *request.args, *request.args.values()]
        if request.endpoint is not None and request.method in bodies.WITH_BODY:  # else nobody has read it, and nobody waits for it
            typed += [*request.form.keys(), *request.form.values()]
        if any("\x00" in text for text in typed):
            return error_page(400, reason=NUL)
        return None

    @app.errorhandler(DataError)
    @app.errorhandler(OverflowError)
    def beyond_all_numbers(error: Exception):
        """A number in the address that no row can have."""
        db.session.rollback()
        if request.method != "GET":
            app.logger.exception("number out of range: %s %s", request.method, request.path)
        return error_page(404 if request.method == "GET" else 400)

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException):
        if error.code is None or error.code < 400:
            return error
        response = error.get_response()
        if error.code == 413:
            db.session.rollback()  # nobody waits for a lock while the rest of a body comes in
            most = app.config["MAX_CONTENT_LENGTH"]
            with suppress(Refused), bodies.arriving():
                drop_body(min(request.max_content_length or most, most))
        page, code = error_page(error.code)
        if code == 405 and "Allow" in response.headers:
            return page, code, {"Allow": response.headers["Allow"]}
        return page, code

    @app.errorhandler(Exception)
    def failed(error: Exception):
        app.logger.exception("request failed: %s %s", request.method, request.path)
        db.session.rollback()
        if app.testing and app.config.get("PROPAGATE_EXCEPTIONS") is not False:
            raise error
        return error_page(500)


DROPPED_AT_MOST = 4
"""Times the limit."""
DROPPING_SECONDS = 20
CHUNK = 64 * 1024


def drop_body(limit: int) -> None:
    """Read away a body of announced size beyond the limit, or one in chunks where the server marks their end."""
    announced, most = request.content_length, DROPPED_AT_MOST * limit
    if announced is None and request.environ.get("wsgi.input_terminated"):
        announced = most
    if announced is not None and announced > limit:
        read_away(request.environ["wsgi.input"], most=min(announced, most))


def read_away(stream: BinaryIO, *, most: int, seconds: float = DROPPING_SECONDS) -> int:
    """Read and drop what a client still sends, so that one that looks for the answer only afterwards finds it; bounded in bytes and time.
    Returns the bytes dropped."""
    dropped, until = 0, time.monotonic() + seconds
    while dropped < most and time.monotonic() < until:
        part = stream.read(min(CHUNK, most - dropped))
        if not part:
            break
        dropped += len(part)
    return dropped


def error_page(code: int, *, reason: Reason | None = None):
    """The page and its status; falls back to bare HTML when even the frame cannot be drawn."""
    title, text = PAGES.get(code, PAGES[400 if code < 500 else 500])
    if code >= 500:
        g.actor = None  # the frame must not touch a database that may be the cause
        g.frame_is_plain = True
    steps = [(_("返回首页"), url_for("bureau.home"))]
    if code == 413:
        text = _l("填写的内容太长。请缩短后重新提交；用浏览器的“后退”可以找回已经填写的文字。") if bodies.sender() is None else _l("一次提交的全部文件合计不能超过 %(limit)d MB，单个文件不能超过 20 MB。请压缩或拆分文件后重新上传；用浏览器的“后退”可以找回已经填写的文字。", limit=current_app.config["UPLOAD_LIMIT_MB"])  # fmt: skip
        steps.insert(0, (_("返回刚才的页面"), request.path))
    if code < 500 and actor() is not None:
        steps.insert(0, (_("回到工作台"), url_for("bureau.desk")))
        if code == 403:
            steps.insert(0, (_("换一个身份"), url_for("accounts.hats")))
    elif code in (403, 404):
        steps.insert(0, (_("登录"), url_for("accounts.sign_in")))
    if code == 409 and (address := _came_from()):
        steps.insert(0, (_("查看最新状态"), address))
    if reason is not None and reason.next and code < 500:
        text = ""  # the reason says what to do
    page = render_template("errors/error.html", code=code, title=title, text=text, reason=reason, next_steps=steps)
    return page, code


def _came_from() -> str:
    """The page of this site on which the button was pressed: opened anew, it shows what has become of the matter."""
    parts = urlsplit(request.referrer or "")
    return parts._replace(scheme="", netloc="", fragment="").geturl() if parts.netloc == request.host else ""
