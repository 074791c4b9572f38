"""A small app that shows every component in the real frame, with made-up figures: for the tests and for looking at."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

from flask import Flask, abort, flash, render_template, request
from flask_babel import Babel
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFProtect
from flask_wtf.file import FileField, FileSize
from jinja2 import StrictUndefined
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    DecimalField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    widgets,
)
from wtforms import Form as PlainForm
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional

from app.common import figures

ROOT = Path(__file__).resolve().parents[3]
NOW = datetime(2026, 3, 18, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai


class UnitDecimalField(DecimalField):
    unit = "元/m²·月"


class ContactForm(PlainForm):
    name = StringField("联系人", [DataRequired("请填写联系人。")])
    phone = StringField("电话", [Length(max=20)])


class SampleForm(FlaskForm):
    name = StringField("项目名称", [DataRequired("请填写项目名称。")], description="与业主大会决定中的名称一致。")
    ceiling = UnitDecimalField("最高限价", [DataRequired("请填写最高限价。")], description="每平方米每月。")
    term = IntegerField("合同期限", [DataRequired("请填写合同期限。")], render_kw={"unit": "个月"})
    fund = StringField("保证金", [Optional()], render_kw={"inputmode": "decimal", "prefix": "￥"})
    mode = SelectField(
        "管理方式", choices=[SelectChoice("", "请选择"), SelectChoice("professional", "专业物业"), SelectChoice("none", "无人管理")]
    )
    method = RadioField(
        "招标方式", choices=[SelectChoice("open", "公开招标"), SelectChoice("invited", "邀请招标")], description="邀请招标须写明理由。"
    )
    parts = SelectMultipleField(
        "公共设施",
        choices=[SelectChoice("gate", "门岗"), SelectChoice("lamp", "路灯"), SelectChoice("drain", "排水")],
        option_widget=widgets.CheckboxInput(),
        widget=widgets.ListWidget(prefix_label=False),
    )
    plan = TextAreaField("服务要求", [Length(max=500, message="最多 500 字。"), DataRequired("请写明服务要求。")])
    opens_on = DateField("公告日期", [Optional()])
    closes_at = DateTimeLocalField("投标截止时间", [Optional()], description="公告之日起不少于 20 日。")
    document = FileField("招标文件", [FileSize(20 * 1024 * 1024)], description="PDF 或 DOCX。")
    password = PasswordField("密码", render_kw={"autocomplete": "new-password"})
    agrees = BooleanField("我已核对以上内容", [DataRequired("请确认已核对。")])
    token = HiddenField(default="t<1>")
    contact = FormField(ContactForm, label="联系方式")
    buildings = FieldList(StringField("楼号"), label="楼栋", min_entries=2)


def link(label: str, url: str, current: bool = False) -> SimpleNamespace:
    return SimpleNamespace(label=label, url=url, current=current)


def frame() -> dict:
    place = request.args
    return {
        "language": "en" if place.get("lang") == "en" else "zh-CN",
        "language_switch": link("English", "/language/en"),
        "navigation": [
            link("招标", "/tenders", request.path.startswith("/tender")),
            link("企业名录", "/enterprises"),
            link("小区与覆盖", "/coverage"),
            link("资金去向", "/money"),
            link("规则与核验", "/rules"),
        ],
        "footer_links": [link(t, "/about") for t in ("帮助", "规则与法条", "开放数据", "无障碍声明", "隐私")],
        "actor": SimpleNamespace(name="王<敏>", role=SimpleNamespace(label="社区经理"), organisation_name="东苑社区居民委员会")
        if "actor" in place
        else None,
        "demo_clock": SimpleNamespace(text="示范城市 · 演示时钟：2026年3月18日（周三）09:00", at=NOW, move_url="/demo/clock")
        if "demo" in place
        else None,
        "now": NOW,
        "authority": "市住房保障和房产管理局",
        "complaints_phone": "0375-0000000",
        "asset": lambda name: f"/static/{ASSETS.get(name, name)}",
    }


def _assets() -> dict:
    import json

    manifest = ROOT / "app" / "static" / "build" / "manifest.json"
    if not manifest.exists():
        return {}
    return {name: f"build/{built}" for name, built in json.loads(manifest.read_text()).items()}


ASSETS = _assets()


def create_gallery() -> Flask:
    app = Flask(__name__, root_path=str(ROOT / "app"), template_folder="templates", static_folder=str(ROOT / "app" / "static"))
    app.config.update(SECRET_KEY="gallery", TESTING=True, WTF_CSRF_ENABLED=True)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_loader.searchpath.append(str(Path(__file__).parent))
    Babel(app, locale_selector=lambda: "en" if request.args.get("lang") == "en" else "zh_CN")
    CSRFProtect(app)
    figures.install(app.jinja_env)
    app.context_processor(frame)
    for endpoint in ("accounts.sign_in", "accounts.sign_out", "accounts.hats", "bureau.home", "bureau.desk"):
        app.add_url_rule(f"/{endpoint.replace('.', '/')}", endpoint, view_func=lambda: abort(404), methods=["GET", "POST"])

    @app.route("/show/<name>", methods=["GET", "POST"])
    @app.route("/<name>", methods=["GET", "POST"])
    def show(name: str):
        form = SampleForm() if name == "form" else None
        if form and (request.method == "POST" or "errors" in request.args):
            form.validate()
            form.form_errors.append("公告日期和截止时间之间不足 20 日。")
        if "flash" in request.args:
            flash("草稿已保存。", "success")
            flash("文件<b>没有</b>读入。", "error")
            flash("有 3 行需要确认。")
        return render_template(f"{name}.html", form=form, **samples())

    @app.after_request
    def policy(response):
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'"
        )
        return response

    @app.get("/error")
    def error():
        return render_template(
            "errors/error.html",
            code=404,
            title="找不到这一页",
            text="地址可能写错了，或者内容不对您公开。",
            reason=None,
            next_steps=[("返回首页", "/home"), ("登录", "/sign-in")],
        )

    @app.get("/favicon.ico")
    def no_icon():
        abort(404)

    return app


def samples() -> dict:
    soon = NOW + timedelta(days=2, hours=3)
    return {
        "soon": soon,
        "later": NOW + timedelta(days=9, minutes=30),
        "last": NOW + timedelta(days=15, hours=1),
        "past": NOW - timedelta(days=1),
        "today": date(2026, 3, 18),
        "page": SimpleNamespace(number=5, pages=12, total=1115, first=201, last=250, url=lambda n: f"?page={n}"),
        "sort": SimpleNamespace(key="name", aria=lambda key: "ascending", url=lambda key: f"?sort={key}"),
        "points": _points(),
        "status": SimpleNamespace(label="公示中", colour="wait"),
        "reason": SimpleNamespace(text="投标已经截止。", next="请查看开标记录。", basis="《招标投标法》第二十八条"),
    }


def _points(number: int = 1115) -> list:
    """A city that never was: four colours scattered round three centres, the same each time."""
    points, seed = [], 7
    centres = ((113.29, 33.74), (113.33, 33.72), (113.20, 33.76))
    for i in range(number):
        values = []
        for _ in range(4):
            seed = (seed * 1103515245 + 12345) % 2**31
            values.append(seed / 2**31 - 0.5)
        lon, lat = centres[i % 3]
        spread = 0.09
        points.append(
            (
                lon + (values[0] + values[1]) * spread,
                lat + (values[2] + values[3]) * spread * 0.5,
                f"c{(1, 2, 2, 2, 3, 4)[i % 6]}",
                f"第 {i + 1} 院",
            )
        )
    return points
