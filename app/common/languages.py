"""The page's language and words, looked up once a request.

Flask-Babel asks the application context four times for every word; on a list of a hundred rows that was half of the page's time.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from babel import Locale
from babel.support import NullTranslations
from flask import g, has_app_context
from flask_babel import get_locale, get_translations
from jinja2 import Environment
from jinja2.nodes import EvalContext
from jinja2.utils import pass_eval_context
from markupsafe import Markup, escape


class Spoken(NamedTuple):
    """What a request speaks."""

    locale: Locale | None
    is_english: bool
    catalogue: NullTranslations


NOBODY = Spoken(None, False, NullTranslations())
"""Outside the application: Chinese, as written."""


def spoken() -> Spoken:
    """The language of this request or of the surrounding force_locale."""
    if not has_app_context():
        return NOBODY
    facts = g._get_current_object().__dict__
    kept, known = facts.get("_flask_babel"), facts.get("spoken")
    # force_locale puts another locale in Flask-Babel's place and takes it away again, so each look compares.
    if known is not None and kept is not None and known.locale is getattr(kept, "babel_locale", None):
        return known
    locale = get_locale()
    if locale is None:
        return NOBODY
    g.spoken = Spoken(locale, locale.language == "en", get_translations())
    return g.spoken


def _shown(eval_context: EvalContext, text: str, values: dict) -> str:
    if eval_context.autoescape:
        text = Markup(text)
    # As Jinja's own: a percent sign is written twice, with or without values.
    return text % values if values or "%" in text else text


@lru_cache(maxsize=20_000)
def _word(catalogue: NullTranslations, text: str) -> Markup:
    """A message without values, ready for a page: most of a page's words are these, the same ones over and over."""
    text = Markup(catalogue.ugettext(text))
    return text % {} if "%" in text else text


@pass_eval_context
def page_gettext(eval_context: EvalContext, text: str, /, **values) -> str:
    if not values and eval_context.autoescape:
        return _word(spoken().catalogue, text)
    return _shown(eval_context, spoken().catalogue.ugettext(text), values)


@pass_eval_context
def page_ngettext(eval_context: EvalContext, singular: str, plural: str, num: int, /, **values) -> str:
    values.setdefault("num", num)
    return _shown(eval_context, spoken().catalogue.ungettext(singular, plural, num), values)


_CHINESE = re.compile("[\u3400-\u9fff](?:[\u3000-\u303f\u3400-\u9fff\uff00-\uffef\\d\\s]*[\u3400-\u9fff\u3002\uff09])?")
"""A run of Chinese with its figures and signs."""


def as_typed(text) -> str:
    """What people wrote themselves: on an English page marked as Chinese where it is (WCAG 3.1.2)."""
    words = str(text or "")
    if not spoken().is_english or not _CHINESE.search(words):
        return words
    return Markup(_CHINESE.sub(r'<span lang="zh-CN">\g<0></span>', str(escape(words))))


def install(env: Environment) -> None:
    """Put these in place of the extension's `_`, `gettext` and `ngettext`; {% trans %} uses them too."""
    env.filters["as_typed"] = as_typed
    env.globals.update(_=page_gettext, gettext=page_gettext, ngettext=page_ngettext)
