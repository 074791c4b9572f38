"""The allow-list, cell by cell: the expectation is written out by hand so that a new grant can't slip in."""

import re
from pathlib import Path

import pytest

from app.tenders.sealing import ANYBODY, GRANTED, Seal, Standing, Viewer, What, may_see, seal_of

OWNER, OTHER = 7, 8
E, C, N, P, T, PL, ST, DO, PT = (
    What.EXISTENCE, What.COUNT, What.BIDDER_NAME, What.PRICE, What.TERM, What.PLAN, What.STAFFING, What.DOCUMENTS, What.POINTS,
)  # fmt: skip
READ_OUT = {E, C, N, P, T}
OWN = {E, N, P, T, PL, ST, DO}


def viewer(*standings, organisation_id=None):
    return Viewer(organisation_id, frozenset(standings or (Standing.PUBLIC,)))


FILE = READ_OUT | {PL, ST, DO}
SEALS = (Seal.SEALED, Seal.UNOPENED, Seal.OPENED, Seal.RANKED, Seal.RESULT)
EXPECTED = [
    # who, sealed, unopened for good, opened, ranked, result
    (ANYBODY, set(), set(), READ_OUT, READ_OUT, READ_OUT | {PT}),
    (viewer(organisation_id=OTHER), set(), set(), READ_OUT, READ_OUT, READ_OUT | {PT}),
    (viewer(organisation_id=OWNER), OWN, OWN, OWN | READ_OUT, OWN | READ_OUT, OWN | READ_OUT | {PT}),
    (viewer(Standing.EVALUATOR), set(), set(), {E, PL, ST}, {E, PL, ST}, {E, PL, ST}),
    (viewer(Standing.TENDERER), set(), {C}, READ_OUT, FILE | {PT}, FILE | {PT}),
    (viewer(Standing.SUPERVISOR), set(), {C}, FILE, FILE | {PT}, FILE | {PT}),
    (Viewer(None, frozenset()), set(), set(), set(), set(), set()),
]


@pytest.mark.parametrize("row", EXPECTED, ids=lambda row: str(row[0]))
def test_every_cell_of_the_allow_list(row):
    who, *expected = row
    for seal, granted in zip(SEALS, expected, strict=True):
        assert {what for what in What if may_see(who, OWNER, seal, what)} == granted, seal


def test_while_sealed_the_list_is_empty_for_everybody_but_the_bidder():
    assert not [key for key in GRANTED if key[0] is Seal.SEALED]


@pytest.mark.parametrize("what", list(What))
def test_not_even_a_bidder_learns_of_bids_as_a_whole_while_they_are_sealed(what):
    for standing in Standing:
        assert not may_see(viewer(standing, organisation_id=OWNER), None, Seal.SEALED, what)


@pytest.mark.parametrize(
    ("opened", "ranked", "published", "over", "seal"),
    [
        (False, False, False, False, Seal.SEALED),
        (False, False, False, True, Seal.UNOPENED),
        (False, True, True, False, Seal.SEALED),
        (True, False, False, False, Seal.OPENED),
        (True, True, False, False, Seal.RANKED),
        (True, True, True, False, Seal.RESULT),
        (True, True, True, True, Seal.RESULT),
        (True, False, False, True, Seal.OPENED),
    ],
)
def test_only_a_recorded_opening_breaks_the_seals(opened, ranked, published, over, seal):
    assert seal_of(is_opened=opened, is_ranked=ranked, is_published=published, is_over=over) is seal


def test_the_content_of_a_bid_is_read_in_one_place():
    """What writes it, what reads it, what declares it: a new reader must go through queries/bids.py, where `may_see` stands."""
    at_the_door = {"models/__init__.py", "models/bids.py", "actions/unsealing.py", "queries/bids.py", "views/opened_files.py"}
    app = Path(__file__).parents[2] / "app"
    named = {
        str(path.relative_to(app / "tenders")) if path.is_relative_to(app / "tenders") else str(path)
        for path in app.rglob("*.py")
        if re.search(r"\bBid(Content|Document)\b", path.read_text(encoding="utf-8"))
    }
    assert named == at_the_door
    touched = {
        str(path.relative_to(app / "tenders"))
        for path in (app / "tenders").rglob("*.py")
        if re.search(r"\.content\.(price_fen|plan|staffing|answers)|content_of_version\(", path.read_text(encoding="utf-8"))
    }
    assert touched <= {"queries/bids.py", "queries/findings.py", "actions/opening.py"}
