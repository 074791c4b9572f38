"""The allow-list, cell by cell: the expectation is written out by hand so that a new grant can't slip in."""

import pytest

from app.tenders.sealing import ANYBODY, GRANTED, Phase, Standing, Viewer, What, may_see, phase_of

OWNER, OTHER = 7, 8
E, C, N, P, T, PL, ST, DO, PT = (
    What.EXISTENCE, What.COUNT, What.BIDDER_NAME, What.PRICE, What.TERM, What.PLAN, What.STAFFING, What.DOCUMENTS, What.POINTS,
)  # fmt: skip
READ_OUT = {E, C, N, P, T}
OWN = {E, N, P, T, PL, ST, DO}


def viewer(*standings, organisation_id=None):
    return Viewer(organisation_id, frozenset(standings or (Standing.PUBLIC,)))


EXPECTED = [
    # who, sealed, unopened for good, opened, result
    (ANYBODY, set(), set(), READ_OUT, READ_OUT | {PT}),
    (viewer(organisation_id=OTHER), set(), set(), READ_OUT, READ_OUT | {PT}),
    (viewer(organisation_id=OWNER), OWN, OWN, OWN | READ_OUT, OWN | READ_OUT | {PT}),
    (viewer(Standing.EVALUATOR), set(), set(), {E, PL, ST}, {E, PL, ST}),
    (viewer(Standing.TENDERER), set(), {C}, READ_OUT | {PL, ST, DO}, READ_OUT | {PL, ST, DO, PT}),
    (viewer(Standing.SUPERVISOR), set(), {C}, READ_OUT | {PL, ST, DO}, READ_OUT | {PL, ST, DO, PT}),
    (Viewer(None, frozenset()), set(), set(), set(), set()),
]


@pytest.mark.parametrize("row", EXPECTED, ids=lambda row: str(row[0]))
def test_every_cell_of_the_allow_list(row):
    who, *expected = row
    for phase, granted in zip((Phase.SEALED, Phase.UNOPENED, Phase.OPENED, Phase.RESULT), expected, strict=True):
        assert {what for what in What if may_see(who, OWNER, phase, what)} == granted, phase


def test_while_sealed_the_list_is_empty_for_everybody_but_the_bidder():
    assert not [key for key in GRANTED if key[0] is Phase.SEALED]


@pytest.mark.parametrize("what", list(What))
def test_not_even_a_bidder_learns_of_bids_as_a_whole_while_they_are_sealed(what):
    for standing in Standing:
        assert not may_see(viewer(standing, organisation_id=OWNER), None, Phase.SEALED, what)


@pytest.mark.parametrize(
    ("opened", "ranked", "over", "phase"),
    [
        (False, False, False, Phase.SEALED),
        (False, False, True, Phase.UNOPENED),
        (True, False, False, Phase.OPENED),
        (True, True, False, Phase.RESULT),
        (True, True, True, Phase.RESULT),
        (True, False, True, Phase.OPENED),
    ],
)
def test_only_a_recorded_opening_breaks_the_seals(opened, ranked, over, phase):
    assert phase_of(is_opened=opened, is_ranked=ranked, is_over=over) is phase
