"""Walks over everything that the app has: addresses, methods, roles."""

from dataclasses import dataclass

import pytest
from werkzeug.routing import Rule

from app.common.access import FRAMEWORK


@dataclass(frozen=True)
class Address:
    """One method of one rule, with a path in which every part is filled."""

    method: str
    rule: str
    endpoint: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.rule}"


def filled(rule: Rule) -> str:
    """The rule's path with 1 for every part; `any` converters get their first item."""
    values = {}
    for name in rule.arguments:
        converter = rule._converters[name]
        first = getattr(converter, "items", None)
        values[name] = sorted(first)[0] if first else 1
    built = rule.build(values)
    assert built, f"{rule.rule} cannot be built from {values}"
    return built[1]


def addresses_of(app) -> list[Address]:
    return [
        Address(method, rule.rule, rule.endpoint, filled(rule))
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"})
        if rule.endpoint not in FRAMEWORK
    ]


@pytest.fixture
def addresses(app) -> list[Address]:
    return addresses_of(app)
