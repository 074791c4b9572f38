"""People's own Chinese on an English page says that it is Chinese; on a Chinese page it is plain text."""

import pytest
from flask_babel import force_locale
from markupsafe import Markup, escape

from app.common.languages import as_typed


def marked(text: str) -> str:
    return f'<span lang="zh-CN">{text}</span>'


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("每月 5 日公布，全天接听。", marked("每月 5 日公布，全天接听。")),
        ("Serves 全市; the project is in 新华区", f"Serves {marked('全市')}; the project is in {marked('新华区')}"),
        ("<b>清扫</b> & 巡查", f"&lt;b&gt;{marked('清扫')}&lt;/b&gt; &amp; {marked('巡查')}"),
        ("3 people", "3 people"),
        ("", ""),
        (None, ""),
    ],
)
def test_chinese_is_marked_and_markup_of_strangers_is_text(app, typed, shown):
    with app.test_request_context("/"):
        with force_locale("en"):
            assert str(escape(as_typed(typed))) == shown
        with force_locale("zh_CN"):
            assert as_typed(typed) == (typed or "") and not isinstance(as_typed(typed), Markup)
