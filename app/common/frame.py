"""What every page's frame needs: language, navigation, the hat worn, the demonstration clock, built assets."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from babel import Locale
from flask import Flask, current_app, g, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from jinja2 import StrictUndefined

from app.common import clock
from app.common.access import actor
from app.common.i18n import _l

LANGUAGES = {"zh": "zh_CN", "en": "en"}
LANGUAGE_COOKIE = "linli-language"

NAVIGATION = (
    (_l("招标"), "tenders.index", "/tenders"),
    (_l("企业名录"), "enterprises.index", "/enterprises"),
    (_l("小区与覆盖"), "communities.coverage", "/coverage"),
    (_l("资金去向"), "funding.money", "/money"),
    (_l("规则与核验"), "tenders.rules", "/rules"),
)


@dataclass(frozen=True)
class Link:
    label: str
    url: str
    current: bool = False


def choose_locale() -> Locale:
    """The visitor's choice, else the browser's first language that we have, else Chinese."""
    chosen = request.cookies.get(LANGUAGE_COOKIE) if request else None
    if chosen in LANGUAGES:
        return _locale(LANGUAGES[chosen])
    best = request.accept_languages.best_match(["zh", "zh-CN", "en"]) if request else None
    return _locale("en" if best == "en" else "zh_CN")


@lru_cache
def _locale(name: str) -> Locale:
    """Babel looks through eight hundred names for zh_CN; once is enough."""
    return Locale.parse(name)


def init_app(app: Flask) -> None:
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.context_processor(frame)
    app.jinja_env.globals["asset"] = asset
    from app.common import figures

    figures.install(app.jinja_env)


def frame() -> dict:
    """The variables of base.html; an error page of the database's making gets them without a query."""
    is_plain = g.get("frame_is_plain", False)
    language = str(get_locale() or "zh_CN")
    other, label = ("en", "English") if language.startswith("zh") else ("zh", "中文")
    return {
        "language": "zh-CN" if language.startswith("zh") else "en",
        "language_switch": Link(label, url_for("common.language", code=other, next=_here())),
        "navigation": [Link(str(label), _address(endpoint, path), _is_current(path)) for label, endpoint, path in NAVIGATION],
        "footer_links": [
            *(Link(str(label), url_for("common.page", name=name)) for name, label in FOOTER),
            Link(_("公开日志"), _address("log.index", "/log")),
        ],
        "actor": None if is_plain else actor(),
        "now": clock.wall() if is_plain else clock.now(),
        "demo_clock": None if is_plain else _demo_clock(),
        "authority": current_app.config["AUTHORITY"],
        "complaints_phone": current_app.config["COMPLAINTS_PHONE"],
    }


FOOTER = (
    ("help", _l("帮助")),
    ("open-data", _l("开放数据")),
    ("accessibility", _l("无障碍声明")),
    ("privacy", _l("隐私")),
)


@dataclass(frozen=True)
class DemoBanner:
    text: str
    at: object
    move_url: str


def _demo_clock() -> DemoBanner | None:
    if not clock.is_demo():
        return None
    from app.common.figures import moment_text

    return DemoBanner(_("示范城市 · 演示时钟：%(time)s", time=moment_text(clock.now())), clock.now(), url_for("common.move_clock"))


def _here() -> str:
    return request.full_path.rstrip("?") if request.method == "GET" else "/"


BELOW = {"/coverage": "/compounds", "/rules": "/log"}
"""Pages that stand under another's word in the navigation."""


def _is_current(path: str) -> bool:
    places = [path, BELOW.get(path, path)]
    return request.path in places or request.path.startswith(tuple(f"{place}/" for place in places))


def _address(endpoint: str, path: str) -> str:
    return url_for(endpoint) if endpoint in current_app.view_functions else path


@lru_cache
def _manifest(folder: str, stamp: float) -> dict:
    return json.loads((Path(folder) / "manifest.json").read_text())


def asset(name: str) -> str:
    """Address of a built asset, with the content's hash in it."""
    folder = Path(current_app.static_folder) / "build"
    manifest = folder / "manifest.json"
    names = _manifest(str(folder), manifest.stat().st_mtime) if manifest.exists() else {}
    return url_for("static", filename=f"build/{names.get(name, name)}")
