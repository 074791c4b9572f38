"""Work in similar compounds: what counts as similar, until when, and how many are enough."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from app.tenders.track_record import PastProject, track_record_at

NOW = datetime(2009, 12, 8, 1, 30, tzinfo=UTC)
AREA = 7_000_000  # 70,000 m²


def project(area_centi=AREA, since=date(2008, 1, 1), until=None, key="1"):
    return PastProject(key, "和平小区", area_centi, since, until)


def score(*projects):
    return track_record_at(projects, NOW, area_centi=AREA).score


@pytest.mark.parametrize(
    ("one", "counts"),
    [
        (project(), True),
        (project(AREA // 2), True),
        (project(AREA // 2 - 1), False),
        (project(AREA * 3), True),
        (project(AREA * 3 + 1), False),
        (project(since=date(2009, 12, 8)), True),
        (project(since=date(2009, 12, 9)), False),
        (project(since=date(2000, 1, 1), until=date(2006, 12, 9)), True),
        (project(since=date(2000, 1, 1), until=date(2006, 12, 8)), False),
    ],
)
def test_what_counts_as_similar(one, counts):
    assert score(one) == (Decimal("25.00") if counts else Decimal("0.00"))


@pytest.mark.parametrize(("number", "expected"), [(0, "0.00"), (1, "25.00"), (4, "100.00"), (9, "100.00")])
def test_four_similar_projects_earn_full_marks(number, expected):
    assert score(*(project(key=str(i)) for i in range(number))) == Decimal(expected)


def test_each_counted_project_is_shown():
    found = track_record_at([project(key="a"), project(AREA * 9, key="b")], NOW, area_centi=AREA)
    assert [s.key for s in found.parts[0].sources] == ["project:a"]
    assert found.as_dict()["score"] == "25.00"
