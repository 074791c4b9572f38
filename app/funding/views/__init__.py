"""Addresses of public money: /money is for everybody, the rest for those who apply, review and pay."""

from app.funding.views import applications, payments, programmes, public, reviews  # noqa: F401 - they hang their pages on bp
from app.funding.views.frame import bp

__all__ = ["bp"]
