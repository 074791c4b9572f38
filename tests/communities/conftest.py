"""The census of the sample city and its divisions."""

import csv
from pathlib import Path

import pytest

from app.common.access import system_actor
from app.communities.actions import load_divisions
from tests.factories import NOW

SAMPLE = Path(__file__).resolve().parents[2] / "app" / "sample" / "data"
XINHUA, WEIDONG, ZHANHE, DEFECTS = "新华区楼院底数.xlsx", "卫东区楼院底数.xlsx", "湛河区楼院底数.csv", "缺陷样例.xlsx"


def census_bytes(name: str) -> bytes:
    return (SAMPLE / "census" / name).read_bytes()


def division_rows() -> list[tuple[str, str]]:
    with open(SAMPLE / "divisions.csv", encoding="utf-8") as file:
        return [(row["code"], row["name"]) for row in csv.DictReader(file)]


@pytest.fixture
def divisions(session):
    """The city's districts and streets, without communities."""
    load_divisions(division_rows(), actor=system_actor(), now=NOW)
    session.commit()


@pytest.fixture
def load_census(session):
    """`load_census(XINHUA, …)` imports files of the sample in one go, as the command does."""
    from datetime import date

    from app.common.imports.actions import import_at_once

    def load(*names, accept_warnings=False):
        jobs = [
            import_at_once(
                "census", census_bytes(n), n, as_of=date(2009, 6, 30), accept_warnings=accept_warnings, actor=system_actor(), now=NOW
            )
            for n in names
        ]
        session.commit()
        return jobs

    return load
