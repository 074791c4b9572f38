"""Whatever a page may show of an enumeration has words and a colour."""

import re
from importlib import import_module

import pytest

from app.common.labels import COLOURS
from app.config import ROOT
from tests.page_rules import every_enum


@pytest.fixture(scope="module")
def enums():
    for path in (ROOT / "app").rglob("*.py"):
        if path.parent.name == "standalone":
            continue  # parts of verify.py, which is given out by itself
        import_module(".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))
    return every_enum()


def test_every_member_has_chinese_words_and_a_known_colour(enums):
    assert len(enums) > 5
    for enum in enums:
        for member in enum:
            assert re.search(r"[\u4e00-\u9fff]", str(member.label)), f"{enum.__name__}.{member.name}: {member.label!s}"
            assert member.colour in COLOURS, f"{enum.__name__}.{member.name}: {member.colour}"


def test_no_two_members_of_one_enumeration_read_the_same(enums):
    for enum in enums:
        labels = [str(member.label) for member in enum]
        assert len(set(labels)) == len(labels), f"{enum.__name__}: {labels}"


def test_values_are_words_that_the_database_can_keep(enums):
    for enum in enums:
        for member in enum:
            assert re.fullmatch(r"[A-Za-z0-9_]{1,40}", member.value), f"{enum.__name__}.{member.name}: {member.value!r}"
