"""Conditions of the public list that make no sense are named, not passed over in silence."""

import pytest

from tests.factories import NOW


@pytest.mark.parametrize("query", ["status=zzz", "state=zzz", "district=x", "size=zzz", "due=zzz", "compound=x"])
def test_a_condition_that_makes_no_sense_is_named(client, clock, session, query):
    clock.set(NOW)
    assert "没有采用" in client.get(f"/tenders?{query}").main
    assert "没有采用" not in client.get("/tenders?state=failed&sort=area&page=1&q=").main
