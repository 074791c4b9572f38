"""The published sheet says for each number what it rests on."""

import pytest

from app.enterprises.capacity import CAPACITY
from app.enterprises.credibility import CREDIBILITY
from app.enterprises.published import capacity_parameters, credibility_parameters


@pytest.mark.parametrize("sheet", [credibility_parameters(), capacity_parameters()])
def test_each_parameter_is_named_once_and_rests_on_something(sheet):
    assert len({p.key for p in sheet}) == len(sheet)
    assert all(str(p.label) and str(p.value) and str(p.basis) for p in sheet)


def test_the_sheet_shows_the_numbers_that_the_rules_use():
    shown = {p.key: str(p.value) for p in (*credibility_parameters(), *capacity_parameters())}
    assert shown["base"] == str(CREDIBILITY.base) and shown["mean_weight"] == str(CREDIBILITY.mean_weight)
    assert [shown[f"ageing_{years}"] for years, _ in CREDIBILITY.ageing] == ["70%", "40%"]
    assert shown["light_load_m2"] == f"{CAPACITY.light_load_m2:,} m²"
