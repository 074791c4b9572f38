"""Lazy text for pure modules: Chinese without an app, the visitor's language inside a request."""

from babel import Locale
from flask_babel.speaklater import LazyString
from markupsafe import Markup, escape

from app.common.languages import spoken

CHINESE = Locale.parse("zh_CN")
"""For force_locale: Babel looks through eight hundred names for a text; once is enough."""


class LazyText(LazyString):
    """Lazy text that a page escapes like any other: Flask-Babel's own claims to be safe HTML, even with a stranger's file name in it."""

    def __html__(self) -> Markup:
        return escape(str(self))


def _translate(text: str, **values) -> str:
    text = spoken().catalogue.ugettext(text)
    return text % values if values else text


def _l(text: str, **values) -> LazyText:
    """Text that is looked up when it is shown; placeholders as in gettext: `%(days)d`."""
    return LazyText(_translate, text, **values)
