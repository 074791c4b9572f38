"""One look-up of the language a request, and never the wrong one."""

import pytest
from flask import Flask
from flask_babel import Babel, force_locale, gettext
from jinja2 import Environment

from app.common import languages


@pytest.fixture
def app(tmp_path):
    from babel.messages import Catalog
    from babel.messages.mofile import write_mo

    catalogue = Catalog(locale="en")
    catalogue.add("登录", "Sign in")
    catalogue.add("还剩 %(days)d 天", "%(days)d days left")
    catalogue.add(("%(num)d 天", "%(num)d 天"), ("%(num)d day", "%(num)d days"))
    catalogue.add("占 100%%", "100%% of it")
    folder = tmp_path / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "messages.mo").open("wb") as out:
        write_mo(out, catalogue)
    app = Flask(__name__)
    Babel(app, default_locale="zh_CN", default_translation_directories=str(tmp_path))
    languages.install(app.jinja_env)
    return app


def draw(app, source: str, **values) -> str:
    return app.jinja_env.from_string(source).render(**values)


def test_words_follow_the_language_even_when_it_changes_within_a_request(app):
    with app.test_request_context("/"):
        assert draw(app, "{{ _('登录') }}") == "登录"
        with force_locale("en"):
            assert draw(app, "{{ _('登录') }}") == "Sign in" == gettext("登录")
            assert languages.spoken().is_english
            with force_locale("zh_CN"):
                assert draw(app, "{{ _('登录') }}") == "登录"
            assert draw(app, "{{ _('登录') }}") == "Sign in"
        assert draw(app, "{{ _('登录') }}") == "登录"


def test_the_language_is_looked_up_once(app, monkeypatch):
    asked = []
    monkeypatch.setattr(languages, "get_locale", lambda real=languages.get_locale: asked.append(1) or real())
    with app.test_request_context("/"):
        draw(app, "{% for i in range(100) %}{{ _('登录') }}{% endfor %}")
    assert len(asked) == 1


def test_placeholders_are_filled_and_escaped(app):
    with app.test_request_context("/"):
        assert draw(app, "{{ _('单位 %(name)s', name='<b>') }}") == "单位 &lt;b&gt;"
        assert draw(app, "{% trans name='<b>' %}单位 {{ name }}{% endtrans %}") == "单位 &lt;b&gt;"
        with force_locale("en"):
            assert draw(app, "{{ _('还剩 %(days)d 天', days=3) }}") == "3 days left"
            assert draw(app, "{{ ngettext('%(num)d 天', '%(num)d 天', 1) }}") == "1 day"
            assert draw(app, "{{ ngettext('%(num)d 天', '%(num)d 天', 2) }}") == "2 days"


def test_a_percent_sign_is_written_twice_as_everywhere(app):
    with app.test_request_context("/"):
        assert draw(app, "{{ _('占 100%%') }}") == "占 100%"
        with force_locale("en"):
            assert draw(app, "{{ _('占 100%%') }}") == "100% of it"


def test_text_that_is_not_html_is_not_escaped(app):
    with app.test_request_context("/"):
        source = "{% autoescape false %}{{ _('单位 %(name)s', name='<b>') }}{% endautoescape %}"
        assert draw(app, source) == "单位 <b>"


def test_outside_the_application_it_is_chinese():
    env = Environment(autoescape=True, extensions=["jinja2.ext.i18n"])
    languages.install(env)
    assert env.from_string("{{ _('登录') }}").render() == "登录"
    assert languages.spoken() is languages.NOBODY
