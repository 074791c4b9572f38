"""Figures as people read them, in both languages."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from flask_babel import Babel, force_locale
from jinja2 import Environment

from app.common import figures
from app.common.i18n import _l

NOW = datetime(2026, 3, 18, 1, 0, tzinfo=UTC)


@pytest.fixture
def english():
    app = Flask(__name__)
    Babel(app, default_locale="zh_CN")
    with app.test_request_context("/"), force_locale("en"):
        yield


@pytest.mark.parametrize(
    "fen, text",
    [(123450, "1,234.50 元"), (0, "0.00 元"), (-5, "−0.05 元"), (90_000_000_01, "90,000,000.01 元"), (None, "—")],
)
def test_money(fen, text):
    assert figures.money_text(fen) == text


@pytest.mark.parametrize("fen, text", [(318_412_300, "318.4 万元"), (50_000, "0.1 万元"), (900_000_000, "900.0 万元")])
def test_headlines_count_in_ten_thousand_yuan(fen, text):
    assert figures.wan_text(fen) == text


def test_prices_and_areas_keep_their_hundredths():
    assert figures.price_text(62) == "0.62 元/m²·月"
    assert figures.area_text(4_823_000) == "48,230.00 m²"
    assert figures.area_text(7) == "0.07 m²"


def test_shares_and_scores_round_half_up():
    assert figures.percent_text(7390) == "73.90%"
    assert figures.percent_text(1578, 1) == "15.8%"
    assert figures.share_text(824, 1115) == "73.90%"
    assert figures.share_text(1, 0) == "—"
    assert figures.score_text(Decimal("87.415")) == "87.42"
    assert figures.score_text(Decimal("-2"), 0) == "−2"


def test_counts_and_sizes():
    assert figures.count_text(1115, "户") == "1,115 户"
    assert [figures.size_text(n) for n in (0, 1023, 1536, 1_258_291, 5 * 2**30)] == ["0 B", "1023 B", "1.5 KB", "1.2 MB", "5.0 GB"]


def test_an_instant_is_told_on_the_citys_clock_with_its_weekday():
    moment = datetime(2026, 3, 20, 4, 0, tzinfo=UTC)
    assert figures.moment_text(moment) == "2026年3月20日（周五）12:00"
    assert figures.moment_text(moment, NOW) == "3月20日（周五）12:00"
    assert figures.moment_text(moment, NOW, weekday=False) == "3月20日 12:00"
    assert figures.moment_text(moment, NOW.replace(year=2025)) == "2026年3月20日（周五）12:00"


def test_the_year_is_the_citys_and_not_utcs():
    new_year = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)  # 1:00 on 1 January 2027 in Shanghai
    assert figures.moment_text(new_year, NOW) == "2027年1月1日（周五）01:00"


def test_a_period_that_ends_at_midnight_ends_at_24_of_the_day_before():
    midnight = datetime(2026, 3, 20, 16, 0, tzinfo=UTC)
    assert figures.moment_text(midnight, NOW, end_of_day=True) == "3月20日（周五）24:00"
    assert figures.moment_text(midnight, NOW) == "3月21日（周六）00:00"


def test_days():
    assert figures.day_text(date(2009, 6, 30)) == "2009年6月30日（周二）"
    assert figures.day_text(date(2026, 6, 30), date(2026, 1, 1), weekday=False) == "6月30日"


def test_a_naive_instant_is_the_callers_mistake():
    with pytest.raises(ValueError, match="zone"):
        figures.moment_text(datetime(2026, 3, 20, 12, 0))  # noqa: DTZ001


@pytest.mark.parametrize(
    "left, text, colour",
    [
        (timedelta(days=2, hours=3), "还剩 2 天 3 时", "soon"),
        (timedelta(days=3), "还剩 3 天", "soon"),
        (timedelta(days=3, minutes=1), "还剩 3 天", "open"),
        (timedelta(days=9, hours=5), "还剩 9 天", "open"),
        (timedelta(hours=3, minutes=20, seconds=59), "还剩 3 时 20 分", "soon"),
        (timedelta(minutes=12), "还剩 12 分", "soon"),
        (timedelta(seconds=59), "还剩不到 1 分", "soon"),
        (timedelta(microseconds=1), "还剩不到 1 分", "soon"),
        (timedelta(0), "已截止", "done"),
        (timedelta(days=-2), "已截止", "done"),
    ],
)
def test_a_deadline_never_says_more_time_than_there_is(left, text, colour):
    assert figures.read_deadline(NOW + left, NOW) == (text, colour)


def test_instants_carry_their_machine_form():
    html = str(figures.deadline(NOW + timedelta(days=2, hours=3), NOW))
    assert '<strong class="govuk-tag tag-soon">还剩 2 天 3 时</strong>' in html
    assert '<time datetime="2026-03-20T12:00:00+08:00">3月20日（周五）12:00</time>' in html
    assert str(figures.day(date(2009, 6, 30))) == '<time datetime="2009-06-30">2009年6月30日（周二）</time>'
    assert str(figures.moment(None)) == "—"


def test_units_that_callers_pass_are_escaped():
    assert "<b>" not in figures.count(3, "<b>")


@pytest.mark.usefixtures("english")
class TestEnglish:
    def test_figures(self):
        assert figures.money_text(123450) == "1,234.50 yuan"
        assert figures.wan_text(318_400_000) == "3,184,000 yuan"
        assert figures.price_text(62) == "0.62 yuan/m² a month"

    def test_dates(self):
        moment = datetime(2026, 3, 20, 4, 0, tzinfo=UTC)
        assert figures.moment_text(moment) == "20 March 2026 (Fri) 12:00"
        assert figures.moment_text(moment, NOW) == "20 March (Fri) 12:00"
        assert figures.day_text(date(2009, 6, 30), weekday=False) == "30 June 2009"

    def test_one_of_a_thing_is_singular_and_words_are_listed_with_commas(self):
        assert [figures.count_text(n, "buildings") for n in (1, 2)] == ["1 building", "2 buildings"]
        assert figures.count_text(1, "people") == "1 person"
        assert figures.listed(["甲", "乙"]) == "甲, 乙"

    def test_deadlines(self):
        assert figures.read_deadline(NOW + timedelta(days=2, hours=3), NOW).text == "2 days 3 h left"
        assert figures.read_deadline(NOW + timedelta(days=1, hours=1), NOW).text == "1 day 1 h left"
        assert figures.read_deadline(NOW, NOW).text == "Closed"


def test_lazy_text_with_a_strangers_words_is_escaped_on_a_page():
    reason = _l("文件“%(name)s”是空的。", name="<script>")
    html = Environment(autoescape=True).from_string("{{ reason }}").render(reason=reason)
    assert html == "文件“&lt;script&gt;”是空的。"
