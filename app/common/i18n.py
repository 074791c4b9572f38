"""Lazy text for pure modules: Chinese without an app, the visitor's language inside a request."""

from flask import has_app_context
from flask_babel import gettext
from flask_babel.speaklater import LazyString


def _translate(text: str, **values) -> str:
    if has_app_context():
        return gettext(text, **values)
    return text % values if values else text


def _l(text: str, **values) -> LazyString:
    """Text that is looked up when it is shown; placeholders as in gettext: `%(days)d`."""
    return LazyString(_translate, text, **values)
