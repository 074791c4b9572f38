"""A signed cookie names a browser that somebody has signed in from before, for the throttle."""

import secrets

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

COOKIE = "linli-device"


def known_device(email: str) -> str:
    """The device's name when this browser has signed in as `email` before, else empty."""
    try:
        kept = _serializer().loads(request.cookies.get(COOKIE, ""))
    except BadSignature:
        return ""
    return kept.get(_key(email), "")


def remember_device(response: Response, email: str) -> None:
    try:
        kept = _serializer().loads(request.cookies.get(COOKIE, ""))
    except BadSignature:
        kept = {}
    kept.pop(_key(email), None)
    kept = {**dict(list(kept.items())[-4:]), _key(email): secrets.token_hex(8)}
    response.set_cookie(
        COOKIE,
        _serializer().dumps(kept),
        max_age=180 * 86400,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="linli-device")


def _key(email: str) -> str:
    return email.strip().lower()
