"""What a person would miss when a component breaks: labels, ids that tie a field together, escaped markup, focusable errors, charts that say their numbers."""

import re
from types import SimpleNamespace

import html5lib
import pytest
from markupsafe import escape

from app.common import charts
from app.common.macros import kind_of, page_numbers
from tests.common.gallery import ROOT, SampleForm, create_gallery, samples

PAGES = ("home", "tender", "form", "parts", "error")
HTML = "{http://www.w3.org/1999/xhtml}"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def client():
    return create_gallery().test_client()


def page(client, address: str):
    response = client.get(address)
    assert response.status_code == 200
    parser = html5lib.HTMLParser(strict=False)
    document = parser.parse(response.text)
    assert not parser.errors, parser.errors[:3]
    return document


def every(document, name: str, /, **attributes):
    found = document.iter(f"{HTML}{name}")
    return [e for e in found if all(e.get(k.rstrip("_").replace("_", "-")) == v for k, v in attributes.items())]


def only(document, name: str, /, **attributes):
    found = every(document, name, **attributes)
    assert len(found) == 1, f"{len(found)} elements {name} {attributes}"
    return found[0]


def words(element) -> str:
    return re.sub(r"\s+", " ", "".join(element.itertext())).strip()


def draw(source: str, **values) -> str:
    app = create_gallery()
    with app.test_request_context("/"):
        return app.jinja_env.from_string(source).render(**samples(), **values)


@pytest.mark.parametrize("query", ["", "?lang=en", "?demo&flash&actor"])
@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_well_formed_and_has_no_inline_style_or_script(client, name, query):
    document = page(client, f"/{name}{query}")
    assert len(every(document, "h1")) == 1
    assert words(only(document, "title")).startswith(words(only(document, "h1")))
    ids = [e.get("id") for e in document.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    for element in document.iter():
        assert not [a for a in element.attrib if isinstance(a, str) and (a == "style" or a.startswith("on"))]
    assert not [s for s in every(document, "script") if not s.get("src")]
    assert not every(document, "style")
    for attribute in ("aria-describedby", "aria-labelledby", "aria-controls", "for"):
        for element in document.iter():
            for name_ in (element.get(attribute) or "").split():
                assert name_ in ids, f"{attribute}={name_} points at nothing"


def test_the_frame_has_a_skip_link_one_main_and_the_language(client):
    document = page(client, "/home")
    assert document.get("lang") == "zh-CN"
    assert only(document, "main").get("id") == "main"
    first = next(e for e in document.iter(f"{HTML}a"))
    assert first.get("href") == "#main"
    assert page(client, "/home?lang=en").get("lang") == "en"


def test_the_present_part_of_the_site_is_marked(client):
    document = page(client, "/tender")
    assert [words(a) for a in every(document, "a") if a.get("aria-current")] == ["招标"]


def test_a_visitor_can_sign_in_and_a_person_sees_the_hat_worn_and_signs_out_by_post(client):
    assert "登录" in client.get("/home").text
    document = page(client, "/home?actor")
    text = words(only(document, "header"))
    assert "王<敏> · 社区经理 · 东苑社区居民委员会" in text and "登录" not in text
    form = only(document, "form", action="/accounts/sign_out")
    assert form.get("method") == "post" and only(form, "input", name="csrf_token").get("value")


def test_the_demonstration_clock_moves_by_post_and_comes_back_to_the_page(client):
    assert "演示时钟" not in client.get("/home").text
    form = only(page(client, "/home?demo"), "form", action="/demo/clock?next=/home%3Fdemo")
    assert form.get("method") == "post"
    assert [b.get("value") for b in every(form, "button", name="step")] == ["1", "3", "7", "20", "to"]


def test_messages_are_banners_of_their_kind_and_their_markup_is_harmless(client):
    document = page(client, "/home?flash")
    banners = [e for e in every(document, "div") if "govuk-notification-banner " in f"{e.get('class')} "]
    assert [b.get("role") for b in banners] == ["alert", "alert", "region"]
    assert "文件<b>没有</b>读入。" in words(banners[1])


class TestFields:
    @pytest.fixture
    def fresh(self, client):
        return page(client, "/form")

    @pytest.fixture
    def wrong(self, client):
        return page(client, "/form?errors")

    def test_every_input_has_a_label(self, fresh):
        labelled = {e.get("for") for e in every(fresh, "label")}
        for name in ("input", "select", "textarea"):
            for element in every(fresh, name):
                if element.get("type") not in ("hidden", "submit"):
                    assert element.get("id") in labelled, element.attrib

    def test_hint_and_unit_are_read_with_the_field(self, fresh):
        ceiling = only(fresh, "input", id="ceiling")
        assert ceiling.get("aria-describedby") == "ceiling-hint ceiling-unit"
        assert words(only(fresh, "div", id="ceiling-unit")) == "元/m²·月"
        assert ceiling.get("inputmode") == "decimal" and ceiling.get("type") == "text"
        assert only(fresh, "input", id="term").get("inputmode") == "numeric"
        assert only(fresh, "input", id="term").get("unit") is None

    def test_an_error_is_said_marked_and_tied_to_its_field(self, wrong):
        name = only(wrong, "input", id="name")
        assert name.get("aria-invalid") == "true"
        assert name.get("aria-describedby") == "name-hint name-error"
        assert words(only(wrong, "div", id="name-error")) == "错误：请填写项目名称。"
        assert only(wrong, "input", id="fund").get("aria-invalid") is None

    def test_the_error_summary_leads_to_the_first_input_of_each_field(self, wrong):
        summary = next(e for e in every(wrong, "div") if e.get("class") == "govuk-error-summary")
        links = {a.get("href"): words(a) for a in every(summary, "a")}
        assert links["#name"] == "请填写项目名称。" and "#method-0" in links and links["#agrees"] == "请确认已核对。"
        assert links["#contact-name"] == "请填写联系人。"
        ids = {e.get("id") for e in wrong.iter() if e.get("id")}
        assert {href[1:] for href in links} <= ids
        assert "公告日期和截止时间之间不足 20 日。" in words(summary)

    def test_no_summary_without_errors(self, client):
        assert "govuk-error-summary" not in client.get("/form").text

    def test_choices_stand_in_a_fieldset_with_a_legend(self, fresh):
        legends = [words(e) for e in every(fresh, "legend")]
        assert legends == ["招标方式", "公共设施", "联系方式", "楼栋"]
        assert [i.get("value") for i in every(fresh, "input", name="method")] == ["open", "invited"]
        assert [i.get("type") for i in every(fresh, "input", name="parts")] == ["checkbox"] * 3

    def test_optional_fields_say_so_and_nothing_relies_on_the_browsers_own_bubbles(self, fresh):
        assert "（选填）" in words(only(fresh, "label", for_="fund"))
        assert "（选填）" not in words(only(fresh, "label", for_="name"))
        assert not [e for e in fresh.iter() if e.get("required") is not None]
        assert only(fresh, "textarea").get("maxlength") is None
        assert [f for f in every(fresh, "form") if f.get("novalidate") is not None]

    def test_each_kind_of_input_is_what_a_phone_expects(self, fresh):
        assert only(fresh, "input", id="password").get("autocomplete") == "new-password"
        assert only(fresh, "input", id="opens_on").get("type") == "date"
        assert only(fresh, "input", id="closes_at").get("type") == "datetime-local"
        assert only(fresh, "input", id="document").get("type") == "file"
        assert "单个文件不超过 20.0 MB" in words(only(fresh, "div", id="document-hint"))

    def test_a_textarea_counts_its_characters(self, fresh):
        assert words(only(fresh, "div", id="plan-info")) == "最多 500 字"

    def test_what_was_typed_comes_back_escaped(self, client):
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/form").text)[1]
        answer = client.post("/form", data={"csrf_token": token, "name": '"><script>x</script>', "closes_at": "2026-03-27 09:30"})
        assert 'value="2026-03-27T09:30"' in answer.text
        assert "<script>x" not in answer.text and "&lt;script&gt;x" in answer.text

    def test_kinds_are_told_by_the_widget(self):
        with create_gallery().test_request_context("/"):
            form = SampleForm()
            kinds = {f.name: kind_of(f) for f in form}
        assert kinds["method"] == "radios" and kinds["parts"] == "checkboxes" and kinds["agrees"] == "checkbox"
        assert kinds["contact"] == "group" and kinds["buildings"] == "list" and kinds["token"] == "hidden"
        assert kinds["mode"] == "select" and kinds["plan"] == "textarea" and kinds["document"] == "file"


def test_a_refusal_on_a_field_is_shown_where_it_was_typed():
    app = create_gallery()
    with app.test_request_context("/"):
        form = SampleForm()
        form.ceiling.errors = ["最高限价高于指导价。", "最高限价高于指导价。"]
        html = app.jinja_env.from_string('{% from "components/form.html" import field %}{{ field(f) }}').render(f=form.ceiling)
    assert html.count("最高限价高于指导价。") == 1 and 'aria-invalid="true"' in html


def test_a_tag_takes_word_and_colour_from_the_enum_alone():
    source = '{% from "components/tag.html" import tag %}{{ tag(status) }}'
    assert draw(source) == '<strong class="govuk-tag tag-wait">公示中</strong>'


def test_a_timeline_says_its_states_in_words_too():
    html = draw(
        '{% from "components/timeline.html" import timeline %}{{ timeline(steps) }}',
        steps=[
            {"label": "公告", "state": "past", "when": "3月1日"},
            {"label": "评标", "state": "now", "when": ""},
            {"label": "合同", "state": "coming", "when": "<b>"},
        ],
    )
    assert "（已完成）" in html and "（进行中）" in html and "（未开始）" in html
    assert html.count('aria-current="step"') == 1 and "&lt;b&gt;" in html


def test_a_sorted_column_says_so_to_screen_readers():
    html = draw(
        '{% from "components/table.html" import sort_header %}{{ sort_header(sort, "name", "名称") }}{{ sort_header(sort, "area", "面积", numeric=true) }}'
    )
    assert html.count("aria-sort") == 1 and 'aria-sort="ascending"><a class="sort" href="?sort=name">' in html
    assert '<th scope="col" class="n"><a' in html


@pytest.mark.parametrize(
    "number, pages, shown",
    [
        (1, 1, [1]),
        (1, 12, [1, 2, None, 12]),
        (5, 12, [1, None, 4, 5, 6, None, 12]),
        (3, 5, [1, 2, 3, 4, 5]),
        (12, 12, [1, None, 11, 12]),
        (4, 7, [1, 2, 3, 4, 5, 6, 7]),
    ],
)
def test_page_numbers_show_the_ends_and_the_neighbours(number, pages, shown):
    assert page_numbers(number, pages) == shown


def test_pages_name_the_present_one_and_link_the_others():
    html = draw('{% from "components/table.html" import pages %}{{ pages(page) }}')
    assert "第" in html and "共" in html and "1,115" in html
    assert html.count('aria-current="page"') == 1 and 'rel="prev"' in html and 'href="?page=4"' in html


def test_one_page_needs_no_numbers_and_an_empty_list_no_count():
    few = SimpleNamespace(number=1, pages=1, total=3, first=1, last=3, url=str)
    source = '{% from "components/table.html" import pages %}{{ pages(few) }}'
    assert "govuk-pagination" not in draw(source, few=few)
    assert draw(source, few=SimpleNamespace(number=1, pages=1, total=0, first=0, last=0, url=str)).strip() == ""


def test_documents_show_kind_size_and_hash_and_a_hostile_name_is_harmless():
    html = draw(
        '{% from "components/documents.html" import document_list %}{{ document_list(files) }}',
        files=[{"url": "/f/1", "filename": "<img onerror=1>.pdf", "kind": "pdf", "size": 1_258_291, "sha256": "ab" * 32}],
    )
    assert "<img" not in html and "PDF · 1.2 MB" in html and "ab" * 32 in html


def test_a_refusal_shows_sentence_way_on_and_basis():
    html = draw('{% from "components/note.html" import refusal %}{{ refusal(reason) }}')
    assert "投标已经截止。" in html and "请查看开标记录。" in html and "《招标投标法》第二十八条" in html


class TestCharts:
    def test_a_stacked_bar_fills_its_width_and_says_each_part(self):
        html = draw(
            '{% from "components/chart.html" import stacked_bar %}{{ stacked_bar("管理方式", parts) }}',
            parts=[("专业物业", 176, "15.78%"), ("单位后勤", 482, "43.23%"), ("简单保洁", 166), ("无人管理", 291)],
        )
        assert 'aria-label="管理方式：专业物业 15.78%，单位后勤 43.23%，简单保洁 166，无人管理 291"' in html
        widths = [float(w) for w in re.findall(r'class="c\d"[^>]* width="([\d.]+)" height="22"', html)]
        assert sum(widths) == pytest.approx(1000, abs=0.1) and widths[0] == pytest.approx(157.85, abs=0.01)
        assert "style=" not in html

    def test_a_part_never_leaves_the_bar(self):
        segments = charts.stack([("a", 80), ("b", 50)], whole=100)
        assert [s.width for s in segments] == [800, 200]
        assert charts.stack([("a", 0), ("b", 0)])[0].width == 0

    def test_bars_are_measured_against_the_longest(self):
        drawn = charts.bars([("a", 50), ("b", 25), ("c", 0)], width=100)
        assert [row.width for row in drawn.rows] == [100, 50, 0]
        assert charts.bars([]).rows == []

    @pytest.mark.parametrize("greatest, last", [(84.4, 100), (0, 1), (1115, 1500), (3, 3), (0.62, 0.8), (100, 100)])
    def test_an_axis_ends_at_a_round_number_above_every_value(self, greatest, last):
        scale = charts.ticks(greatest)
        assert scale[0] == 0 and scale[-1] >= greatest and scale[-1] == pytest.approx(last)

    def test_a_line_breaks_where_nothing_is_known(self):
        drawn = charts.lines(["1", "2", "3", "4"], [("初级", [1, None, 3, 4])])
        assert drawn.lines[0].path.count("M") == 2 and len(drawn.lines[0].dots) == 3
        assert charts.lines([], [("空", [])]).lines[0].path == ""

    def test_the_axis_of_time_names_its_first_and_last_moment(self):
        drawn = charts.lines([str(year) for year in range(2000, 2024)], [("初级", list(range(24)))])
        assert [text for _, text, _ in drawn.x_ticks] == ["2000", "2006", "2012", "2017", "2023"]
        assert charts.lines(["2009"], [("初级", [1])]).x_ticks == [(56, "2009", "middle")]

    def test_a_map_keeps_its_points_inside_and_north_is_up(self):
        drawn = charts.point_map([(113.2, 33.7, "c1", "南"), (113.3, 33.8, "c4", "北")])
        south, north = drawn.spots
        assert north.y < south.y and north.x > south.x
        assert all(0 < s.x < drawn.width and 0 < s.y < drawn.height for s in drawn.spots)

    def test_a_maps_scale_bar_is_true(self):
        drawn = charts.point_map([(113.2, 33.7, "c1"), (113.2, 33.8, "c1")])
        pixels_a_km = abs(drawn.spots[0].y - drawn.spots[1].y) / (0.1 * charts.KM_A_DEGREE)
        kilometres = float(drawn.scale_text.split()[0])
        assert drawn.scale_text.endswith("km") and drawn.scale_pixels == pytest.approx(kilometres * pixels_a_km, rel=0.01)

    def test_one_point_and_no_point_draw_too(self):
        assert len(charts.point_map([(113.2, 33.7, "c1")]).spots) == 1
        assert charts.point_map([]).spots == []

    def test_a_hundred_thousand_points_are_thinned_to_a_page_that_loads(self):
        points = [(113 + (i * 37 % 1000) / 2000, 33.5 + (i * 91 % 997) / 2000, f"c{i % 4 + 1}") for i in range(100_000)]
        drawn = charts.point_map(points)
        assert drawn.is_thinned and drawn.total == 100_000 and drawn.shown <= 2 * charts.MOST_POINTS
        counted = sum(int(s.title.replace(",", "")) for s in drawn.spots)
        assert counted == 100_000

    def test_a_thinned_map_says_that_it_is_one(self):
        html = draw(
            '{% from "components/chart.html" import point_map %}{{ point_map("分布", many, [("专业物业", "c1", 3)]) }}',
            many=[(113 + i / 10000, 33 + (i % 50) / 1000, "c1") for i in range(2500)],
        )
        assert "画面按格合并" in html and 'role="img"' in html and "2,500" in html

    def test_titles_of_points_are_escaped(self):
        html = draw('{% from "components/chart.html" import point_map %}{{ point_map("分布", [(113.1, 33.1, "c1", "<script>")], []) }}')
        assert "<script>" not in html and str(escape("<script>")) in html


def _colours() -> dict[str, str]:
    text = (ROOT / "assets/scss/_tokens.scss").read_text()
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{3,6});", text))


def _luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(c * 2 for c in digits) if len(digits) == 3 else digits
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    "text, ground",
    [
        ("ink", "ground"),
        ("ink-soft", "ground"),
        ("ink-soft", "wash"),
        ("ink-soft", "teal-wash"),
        ("ink-soft", "brick-wash"),
        ("ink-soft", "amber-wash"),
        ("ink-soft", "green-wash"),
        ("teal", "ground"),
        ("teal", "wash"),
        ("teal", "teal-wash"),
        ("teal", "brick-wash"),
        ("teal-deep", "teal-wash"),
        ("teal-pale", "teal"),
        ("teal-pale", "teal-mid"),
        ("brick-light", "teal-deep"),
        ("ground", "teal-deep"),
        ("ground", "teal-mid"),
        ("ground", "brick"),
        ("brick", "brick-wash"),
        ("amber", "amber-wash"),
        ("green", "green-wash"),
        ("blue", "blue-wash"),
        ("ink", "focus"),
    ],
)
def test_text_stands_out_from_its_ground(text, ground):
    colours = _colours()
    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("name", ["c1", "c2", "c3", "c4", "c5", "c6", "line-strong"])
def test_parts_of_pictures_and_borders_of_fields_stand_out_from_white(name):
    assert contrast(_colours()[name], "#fff") >= 3
