"""verify.py and the file of a draw: it holds before and after the result, and whatever is changed in it is found and named."""

import copy
import json
from datetime import timedelta
from pathlib import Path

import pytest

from app.tenders import draw
from app.tenders.draw import Side
from app.tenders.queries.draw_bundle import bundle
from tests import verify_alone
from tests.tenders import drawing_stories as draws
from tests.tenders.draw_files import Checker, forged, others, places, replaced, second_round, silent
from tests.tenders.drawing_stories import MORNING

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

VECTORS = Path(__file__).parents[3] / "shared" / "vectors" / "rfc3797.json"
RFC_ROWS = (17, 7, 2, 16, 25, 23, 8, 24, 19, 13, 22, 5, 18, 9, 1, 4)
URL = "/tenders/XH-2009-0001"


@pytest.fixture
def drawn(session, clock):
    """Somebody was passed over, somebody dropped out and was replaced, and the result is known."""
    told = replaced()
    clock.set(MORNING + timedelta(hours=1))
    return told


@pytest.fixture
def result(drawn, client, tmp_path):
    """The file and the whole log, once the names are open."""
    story, _members = drawn
    draws.award_it(story)
    (tmp_path / "log").write_bytes(client.look("/log/download").data)
    (tmp_path / "key").write_bytes(client.look("/log/key").data)
    return client.get(f"{URL}/draw.json").json


@pytest.fixture
def check(tmp_path):
    return Checker(tmp_path)


# --- it holds ----------------------------------------------------------------------------------------------------------------


@on_sqlite
def test_the_file_holds_before_and_after_the_result(drawn, client, tmp_path):
    story, members = drawn
    file = tmp_path / "draw.json"
    file.write_bytes(client.get(f"{URL}/draw.json").data)
    before = verify_alone.run("draw", file)
    assert before.returncode == 0 and "everything holds" in before.stdout and members[0].user.name not in before.stdout
    assert "not open yet" in before.stdout and "no --log" in before.stdout
    draws.award_it(story)
    file.write_bytes(client.get(f"{URL}/draw.json").data)
    after = verify_alone.run("draw", file)
    assert after.returncode == 0 and all(user.name in after.stdout for user in draws.drawn(story))
    assert "passed over: 1 (recusal 1)" in after.stdout and "has left" in after.stdout


@on_sqlite
def test_with_the_whole_log_what_was_frozen_and_drawn_and_when_is_compared(result, check, tmp_path):
    assert check(result, log=True) == ""
    done = verify_alone.run("draw", tmp_path / "draw.json", "--log", tmp_path / "log", "--key", tmp_path / "key")
    assert done.returncode == 0 and "the log's leaves say the same" in done.stdout
    assert verify_alone.run("draw", tmp_path / "draw.json", "--log", tmp_path / "log").returncode == 3, "nobody's signature was checked"


@on_sqlite
@pytest.mark.parametrize("event", ["draw.freeze", "draw.commit", "draw.reveal", "draw.walk"])
def test_with_a_log_of_before_the_draw_it_neither_holds_nor_is_contradicted(result, tmp_path, event):
    program = verify_alone.as_module()
    opened = [program.read_opened(line) for line in program.Download((tmp_path / "log").read_bytes()).entries]
    entries = [(index, json.loads(payload)) for payload, _data, index in opened]
    with pytest.raises(program.NotYet, match=event):
        program.check_leaves(result, [one for one in entries if one[1]["event"] != event], dict)
    with pytest.raises(program.Wrong, match=event):
        program.check_leaves(result, [*entries, next(one for one in entries if one[1]["event"] == event)], dict)


@on_sqlite
def test_a_draw_that_has_not_come_to_its_end_is_told_as_such(session, clock, check):
    story, _members = draws.with_pool()
    assert check(bundle(story.tender)) == "unfinished"
    assert check(bundle(story.tender) | {"rounds": []}) == "unfinished", "no pool is frozen"


@on_sqlite
def test_a_second_round_holds_only_after_the_first_is_used_up(session, clock, check):
    first, found = second_round()
    assert check(first) == "unfinished"
    assert check(found) == ""
    assert "not counted from 1" in check(found | {"rounds": found["rounds"][1:]})
    skipped = copy.deepcopy(found)
    del skipped["rounds"][0]["sequence"][-1]
    skipped["rounds"][0]["walks"][0]["steps"] -= 1
    assert "stopped although a seat was empty" in check(check.sealed(skipped))
    twice = copy.deepcopy(found)
    twice["rounds"][1]["left_out"] = twice["rounds"][1]["left_out"][1:]
    twice["rounds"][1]["opened"] = [one for one in twice["rounds"][1]["opened"] if one["commitment"] in twice["rounds"][1]["pool"]]
    assert "pool_sha256" in check(twice)


def test_the_published_rows_come_out(tmp_path):
    file = tmp_path / "rows.json"
    row = {"index": 1, "md5": "990DD0A5692A029A98B5E01AA28F3459", "div": 25, "selected": 17}
    seeds = [[9319], [2, 5, 12, 8, 10], [9, 18, 26, 34, 41, 45]]
    case = {"name": "RFC 3797", "pool_size": 25, "seeds": seeds, "key_string": "9319./2.5.8.10.12./9.18.26.34.41.45./", "expected": [row]}
    file.write_text(json.dumps([case]))
    assert verify_alone.run("draw", file, "--rfc3797-md5").returncode == 0
    for change in ({"md5": "0" * 32}, {"div": 24}, {"selected": 18}):
        file.write_text(json.dumps([case | {"expected": [row | change]}]))
        done = verify_alone.run("draw", file, "--rfc3797-md5")
        assert done.returncode == 1 and "row 1" in done.stdout
    program = verify_alone.as_module()
    assert [place for _, _, place in program.selection(case["key_string"], 25, "md5")][:16] == list(RFC_ROWS)
    if VECTORS.exists():
        assert "50 rows" in verify_alone.run("draw", VECTORS, "--rfc3797-md5").stdout


def test_the_program_makes_commitments_that_the_site_takes():
    done = verify_alone.run("promise", "XH-2009-0001", "1", "bureau")
    value, committed = (line.rsplit(" ", 1)[1] for line in done.stdout.splitlines())
    assert draw.contribution_hash("XH-2009-0001", 1, Side.BUREAU, value) == committed


def test_a_broken_file_is_told_as_such(check):
    for broken in ({"format": "linli-draw@2"}, [], 7, None, {"rounds": [[]]}):
        assert "lacks" in check(broken)


# --- whatever is changed is found ----------------------------------------------------------------------------------------------


@on_sqlite
def test_each_field_that_is_changed_is_named(result, check):
    assert check(result) == ""
    unfound, unnamed, changed = [], [], 0
    for path, value in places(result):
        for other in others(value):
            if other == value:
                continue
            data = copy.deepcopy(result)
            parent = data
            for key in path[:-1]:
                parent = parent[key]
            parent[path[-1]] = other
            if path[-1] == "opened" and isinstance(other, list) and sorted(map(str, other)) == sorted(map(str, value)):
                continue  # the order in which commitments are opened says nothing
            told = check(data)
            changed += 1
            if told == "":
                unfound.append((path, other))
            elif "not complete" in told and type(other) is type(value):
                unnamed.append((path, other, told))
    assert changed > 500
    assert unfound == [] and unnamed == []


@on_sqlite
def test_each_field_that_is_taken_out_or_put_in_is_named(result, check):
    for path, value in places({"file": result}):
        if isinstance(value, dict):
            for key in value:
                data = {"file": copy.deepcopy(result)}
                parent = data
                for step in path:
                    parent = parent[step]
                del parent[key]
                assert str(key) in check(data["file"]), (path, key)
                parent[key] = value[key]
                parent["more"] = 1
                assert "more" in check(data["file"]), path


@on_sqlite
def test_a_file_that_was_made_to_fit_itself_is_found_too(result, check):
    for told, data in forged(result).items():
        assert told in check(check.sealed(data)), told


@on_sqlite
def test_a_change_that_fits_the_rules_is_found_with_the_log(result, check):
    for name, data in silent(result).items():
        assert check(check.sealed(data)) == "", f"{name}: without the log nobody can tell"
        assert "something else" in check(data, log=True), name


@on_sqlite
def test_a_root_of_another_size_of_the_log_is_found(result, check):
    """Who may choose the checkpoint may choose among committees; the clock gives the size."""
    program = check.program
    log = program.Download((check.folder / "log").read_bytes())
    entries = [(index, json.loads(payload)) for payload, _, index in map(program.read_opened, log.entries)]
    for more in (-1, 1, 60):
        data = copy.deepcopy(result)
        closing = data["rounds"][0]["closing"]
        closing["log_size"] += more
        closing["digest"] = log.check(None, {closing["log_size"]})[closing["log_size"]].hex()
        with pytest.raises(program.Wrong, match="not log_size"):
            program.check_leaves(data, entries, lambda sizes: log.check(None, sizes))


@on_sqlite
def test_a_draw_that_is_kept_back_is_found_with_the_log(result, check):
    assert "draw.freeze of this tender" in check(result | {"rounds": [], "seated": 0}, log=True)


@on_sqlite
def test_an_expert_who_stands_in_the_pool_twice_is_found_when_the_names_open(result, check):
    data = copy.deepcopy(result)
    first = data["rounds"][0]
    line = json.loads(first["opened"][0]["line"])
    twin = json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    salt = "07" * 32
    code = check.program.hashlib.sha256(bytes.fromhex(salt) + twin.encode()).hexdigest()
    first["left_out"].append({"commitment": code, "reason": "recusal"})
    first["opened"].append({"commitment": code, "salt": salt, "line": twin})
    assert "stands in the pool twice" in check(check.sealed(data))
