"""The draw page's own recomputation finds what verify.py finds, in every file, whatever is changed in it; and walks as RFC 3797 does."""

import copy
import json
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from app.tenders import draw
from app.tenders.queries.draw_bundle import bundle
from tests.tenders import drawing_stories as draws
from tests.tenders.draw_files import Checker, forged, others, places, replaced, second_round, silent
from tests.tenders.drawing_stories import MORNING
from tests.tenders.sealing.test_capsule import node

DRAW_SIDE = Path(__file__).with_name("draw_side.mjs")
VECTORS = Path(__file__).parents[3] / "shared" / "vectors" / "rfc3797.json"
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

SAME = {
    "fields": "lacks or should not have",
    "format": "not the data of a draw",
    "algorithm": "another algorithm",
    "names": "neither open nor closed",
    "seats": "committee's size or share",
    "seats-experts": "experts are not the seats",
    "specialties": "the specialties are none",
    "seated": "experts sit, the file says otherwise",
    "round-early": "given up before its pool was used up",
    "round-frozen": "was frozen before round",
    "round-twice": "somebody of an earlier pool again",
    "round-number": "rounds are not counted from 1",
    "round-experts": "other seats than the plan's",
    "left-out-reason": "leaves somebody out without a known reason",
    "pool-hash": "a commitment is no hash",
    "pool-order": "not in the order of its commitments",
    "pool-twice": "a commitment occurs twice",
    "pool-digest": "does not match its published hash",
    "instant": "is no instant",
    "day": "is no day",
    "frozen-late": "frozen after the commitments ended",
    "frozen-reason": "frozen again without a reason",
    "lottery": "an unknown lottery",
    "lottery-day": "not drawn on the announced day",
    "lottery-early": "leaves no time to reveal",
    "lottery-first": "not the first after the deadline",
    "reveal-until": "not shown until 20:00",
    "announced": "what was announced was changed",
    "sides": "not one of each side",
    "committed-time": "committed without committed_at",
    "committed-hash": "committed is no hash",
    "committed-when": "committed_at is not between",
    "value-time": "value without revealed_at",
    "value-when": "revealed_at is not between",
    "value-committed": "does not match its commitment",
    "bare": "without a key string",
    "numbers": "numbers that this lottery cannot draw",
    "drawn-on": "drawn_on is not the announced day",
    "issue": "the lottery's issue is not given",
    "entered-early": "entered before reveal_until",
    "source": "a number without its source",
    "closing-source": "unknown source of the closing digest",
    "closing-hash": "the closing digest is no hash",
    "closing-size": "log_size and log_began_at do not go",
    "closing-when": "not the first public checkpoint",
    "key": "the key string does not follow",
    "place-missing": "of the sequence is missing",
    "place-other": "of the pool (position, commitment)",
    "outcome": "has no outcome",
    "passed-reason": "passed over without a known reason",
    "left-when": "left before it was seated",
    "places-more": "more places than people",
    "places-none": "seeds, but nobody was drawn",
    "walks": "the walks are not those of the sequence",
    "walk-full": "although no seat was empty",
    "walk-many": "more people than seats",
    "walk-stopped": "stopped although a seat was empty",
    "walk-digest": "what the walk rested on was changed",
    "walk-early": "drawn before the number was entered",
    "walks-other": "belong to no walk",
    "names-closed": "names are closed, yet",
    "names-open": "names are open, yet",
    "opens": "does not open",
    "line": "a line is not in its plain form",
    "opened-specialty": "has another specialty than told",
    "opened-twice": "stands in the pool twice",
    "opened-missing": "somebody of the pool is missing",
}
"""Word of a sentence on the page → what verify.py says of the same. A part of a wrong kind is "broken" on the page, whatever it is."""


def in_browser(**asked) -> dict:
    done = subprocess.run([node(), str(DRAW_SIDE)], input=json.dumps(asked), capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def found_in(*files: dict) -> list[dict]:
    return in_browser(files=[json.dumps(file) for file in files])["files"]


@pytest.fixture
def check(tmp_path):
    return Checker(tmp_path)


@pytest.fixture
def result(session, clock):
    """The file once the names are open."""
    story, _members = replaced()
    clock.set(MORNING + timedelta(hours=1))
    draws.award_it(story)
    return bundle(story.tender)


def changed(result: dict) -> list[tuple[str, dict]]:
    made = []
    for path, value in places(result):
        for other in others(value):
            if other != value:
                data = copy.deepcopy(result)
                parent = data
                for key in path[:-1]:
                    parent = parent[key]
                parent[path[-1]] = other
                made.append((f"{path}: {other!r:.60}", data))
    return made


@on_sqlite
def test_the_page_finds_what_the_program_finds_in_every_changed_file(result, check):
    files = [("as it was", result), *changed(result)]
    files += [(told, check.sealed(data)) for told, data in forged(result).items()]
    files += [(told, check.sealed(data)) for told, data in silent(result).items()]
    assert len(files) > 500
    apart = []
    for (what, data), page in zip(files, found_in(*(data for _, data in files)), strict=True):
        told, word = check(data), page["word"]
        is_told = told not in ("", "unfinished") and (word == "broken" or SAME[word] in told) if word else told in ("", "unfinished")
        if not is_told:
            apart.append((what, page, told))
    assert apart == []


@on_sqlite
def test_each_field_that_is_taken_out_or_put_in_is_named_by_the_page(result):
    made = []
    for path, value in places({"file": result}):
        for key in value if isinstance(value, dict) else ():
            for change in ("taken out", "put in"):
                data = {"file": copy.deepcopy(result)}
                parent = data
                for step in path:
                    parent = parent[step]
                if change == "taken out":
                    del parent[key]
                else:
                    parent["more"] = 1
                made.append((key if change == "taken out" else "more", data["file"]))
    for (key, _), page in zip(made, found_in(*(data for _, data in made)), strict=True):
        assert page["word"] == "fields" and key in page["details"]["names"], (key, page)


@on_sqlite
def test_a_draw_that_has_not_come_to_its_end_is_told_as_such_by_the_page(session, clock):
    story, _members = draws.with_pool()
    frozen = bundle(story.tender)
    first, second = found_in(frozen, frozen | {"rounds": []})
    assert (first["word"], first["empty"], second["word"], second["empty"]) == (None, 4, None, 4)


@on_sqlite
def test_a_second_round_holds_in_the_page_as_in_the_program(session, clock, check):
    _first, result = second_round()
    short, twice = copy.deepcopy(result), copy.deepcopy(result)
    short["rounds"][0]["sequence"].pop()
    twice["rounds"][1]["pool"][0] = result["rounds"][0]["pool"][0]
    for data, word in ((result, None), (short, "walks"), (twice, "round-twice")):
        assert found_in(data)[0]["word"] == word
        assert (SAME[word] in check(data)) if word else check(data) in ("", "unfinished")


def test_a_text_that_is_no_file_of_a_draw_is_refused():
    for text in ("", "null", "7", "[]", '{"rounds": [[]]}', "{", '{"seated": 1.0}', '"\\ud800"', "[" * 100_000):
        assert in_browser(files=[text])["files"][0]["word"] in ("broken", "fields"), text[:20]


# --- RFC 3797 ------------------------------------------------------------------------------------------------------------


def test_the_worked_example_of_the_rfc_comes_out():
    seeds = [[9319], [2, 5, 12, 8, 10], [9, 18, 26, 34, 41, 45]]
    drawn = in_browser(draws=[{"seeds": seeds, "size": 25, "hash": "md5"}])["draws"][0]
    assert drawn["key"] == "9319./2.5.8.10.12./9.18.26.34.41.45./"
    assert [row["place"] for row in drawn["rows"]][:16] == [17, 7, 2, 16, 25, 23, 8, 24, 19, 13, 22, 5, 18, 9, 1, 4]


@pytest.mark.parametrize("case", json.loads(VECTORS.read_text()) if VECTORS.exists() else [], ids=lambda case: case["name"])
def test_the_published_rows_come_out_in_the_page_too(case):
    drawn = in_browser(draws=[{"seeds": case["seeds"], "size": case["pool_size"], "hash": "md5"}])["draws"][0]
    assert drawn["key"] == case["key_string"]
    rows = [(row["digest"], row["left"], row["place"]) for row in drawn["rows"][: len(case["expected"])]]
    assert rows == [(row["md5"].lower(), row["div"], row["selected"]) for row in case["expected"]]


def test_the_page_walks_with_sha256_as_the_server_does():
    seeds = [[9319], [2, 5, 12, 8, 10], [9, 18, 26, 34, 41, 45]]
    asked = [{"seeds": seeds, "size": size, "hash": "sha256"} for size in (1, 2, 12, 300)]
    for one, drawn in zip(asked, in_browser(draws=asked)["draws"], strict=True):
        assert [row["place"] for row in drawn["rows"]] == [pick.position for pick in draw.selection(drawn["key"], one["size"])]
