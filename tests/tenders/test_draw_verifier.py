"""verify.py and the file of a draw: it holds before and after the result, and whatever is changed in it is found and named."""

import copy
import json
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from app.accounts.rules import Role
from app.extensions import db
from app.tenders import draw
from app.tenders.actions import drawing, evaluating, experts
from app.tenders.draw import PublicNumber, Side, TieKind
from app.tenders.queries import draw as asked
from app.tenders.queries.draw_bundle import bundle
from tests import factories, verify_alone
from tests.tenders import drawing_stories as draws
from tests.tenders.bid_stories import PUBLISHED
from tests.tenders.drawing_stories import MORNING

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

VECTORS = Path(__file__).parents[3] / "shared" / "vectors" / "rfc3797.json"
RFC_ROWS = (17, 7, 2, 16, 25, 23, 8, 24, 19, 13, 22, 5, 18, 9, 1, 4)
URL = "/tenders/XH-2009-0001"


@pytest.fixture
def drawn(session, clock):
    """Somebody was passed over, somebody dropped out and was replaced, and the result is known."""
    story, members = draws.ready()
    sequence = _sequence(story)
    bureau = factories.actor(Role.BUREAU_OFFICER)
    experts.add_tie(sequence[1].expert, TieKind.RECUSAL, story.bidders[0][0].name, actor=bureau, now=PUBLISHED)
    experts.suspend_expert(sequence[-1].expert, "调查", actor=bureau, now=PUBLISHED)
    db.session.commit()
    draws.walk(story)
    leaves = story.tender.evaluators[1]
    evaluating.recuse_evaluator(story.tender, leaves.id, reason="因病", actor=story.manager_actor, now=MORNING + timedelta(minutes=5))
    db.session.commit()
    draws.walk(story, now=MORNING + timedelta(minutes=10))
    clock.set(MORNING + timedelta(hours=1))
    return story, members


def _sequence(story) -> list:
    """Who will come up, in order."""
    found = asked.rounds_of(story.tender)[-1]
    key = asked.key_of(found, asked.agreed_number(found), asked.closing_digest(story.tender, found)[0])
    by_position = {member.position: member for member in found.members}
    return [by_position[pick.position] for pick in draw.selection(key, found.pool_size)]


@pytest.fixture
def result(drawn, client, tmp_path):
    """The file and the whole log, once the names are open."""
    story, _members = drawn
    draws.award_it(story)
    (tmp_path / "log").write_bytes(client.look("/log/download").data)
    (tmp_path / "key").write_bytes(client.look("/log/key").data)
    return client.get(f"{URL}/draw.json").json


class Checker:
    """The downloaded program, called for one file after another."""

    def __init__(self, folder: Path):
        self.program, self.folder = verify_alone.as_module(), folder

    def __call__(self, found, *, log: bool = False) -> str:
        """What it finds wrong; empty when everything holds."""
        file = self.folder / "draw.json"
        file.write_text(json.dumps(found), encoding="utf-8")
        options = SimpleNamespace(file=file, log=self.folder / "log" if log else None, key=str(self.folder / "key"), rfc3797_md5=False)
        try:
            code = self.program.check_draw(options)
        except self.program.Wrong as wrong:
            return str(wrong)
        return {None: "", 0: "", 4: "unfinished"}[code]

    def sealed(self, found: dict) -> dict:
        """A file whose own digests fit what it says: what somebody makes who also writes the file."""
        for part in found["rounds"]:
            text = "\n".join(part["pool"]) + "\n\n" + "\n".join(sorted(one["commitment"] for one in part["left_out"])) + "\n"
            part["pool_sha256"] = self.program.hashlib.sha256(text.encode()).hexdigest()
            announced = {key: part[key] for key in self.program.ANNOUNCED.split()} | {"tender": found["tender"], "plan": found["plan"]}
            part["announced_sha256"] = self.program.digest_of(announced)
            start = 0
            for walk in part["walks"]:
                start += walk["steps"]
                walk["sha256"] = self.program.walk_digest(found["tender"], part, part["sequence"][:start], walk["at"])
        return found


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
def test_a_draw_that_has_not_come_to_its_end_is_told_as_such(session, clock, check):
    story, _members = draws.with_pool()
    assert check(bundle(story.tender)) == "unfinished"
    assert check(bundle(story.tender) | {"rounds": []}) == "unfinished", "no pool is frozen"


@on_sqlite
def test_a_second_round_holds_only_after_the_first_is_used_up(session, clock, check):
    story, members = draws.ready(6)
    for expert in members[:3]:
        experts.add_tie(expert, TieKind.RECUSAL, story.bidders[0][0].name, actor=factories.actor(Role.BUREAU_OFFICER), now=PUBLISHED)
    draws.walk(story)
    assert check(bundle(story.tender)) == "unfinished"
    for number in range(3):
        draws.add(members[0].organisation, f"补充专家{number}")
    day = date(2009, 12, 12)
    again = drawing.freeze_pool(
        story.tender, reason="名单用完", kind=PublicNumber.DLT, number_on=day, actor=draws.legal(story), now=MORNING
    )
    session.commit()
    evening = again.reveal_until + timedelta(hours=2)
    for actor in draws.sides(story).values():
        draws.enter(story, actor, now=evening, drawn_on=day, issue="09145")
    draws.walk(story, now=evening)
    draws.award_it(story)
    found = bundle(story.tender)
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


def places(part, path=()):
    """Every field of the file, however deep."""
    for key, value in part.items() if isinstance(part, dict) else enumerate(part):
        yield (*path, key), value
        if isinstance(value, dict | list):
            yield from places(value, (*path, key))


def others(value):
    """What might stand there instead."""
    if isinstance(value, str):
        yield from (value + "0", "", None, _flipped(value), "2009-12-12", "dlt" if value == "ssq" else "ssq")
        if value.startswith("2009-"):
            for change in (("-12-", "-11-"), ("T09", "T08"), (":00+", ":01+"), ("+08:00", "+00:00"), ("T", " ")):
                yield value.replace(*change)
        for words in (
            ("open", "closed"),
            ("seated", "skipped"),
            ("recusal", "bidder"),
            ("suspended", "area"),
            ("property", "other"),
            ("log", "rehearsed"),
        ):
            yield from (words[1 - words.index(value)],) if value in words else ()
    elif isinstance(value, int):
        yield from (value + 1, value - 1, None, str(value))
    elif value is None:
        yield from ("2009-12-10T09:10:00+08:00", "recusal", 1, [])
    else:
        yield from (None, [], {})
        if isinstance(value, list) and value:
            yield from (value[1:], value[:-1], [*value, value[-1]], value[::-1])


def _flipped(text: str) -> str:
    return chr(ord(text[0]) ^ 1) + text[1:] if text else "x"


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


def forged(result: dict) -> dict[str, dict]:
    """Draws that a pair of friends could wish for, as (what the file says, what is told)."""
    made = {}

    def forge(name: str):
        made[name] = copy.deepcopy(result)
        return made[name], made[name]["rounds"][0]

    _data, first = forge("numbers that this lottery cannot draw")
    first["public_number"]["numbers"] = [[99, 100, 101, 102, 1000], [0, 1]]
    data, first = forge("seeds, but nobody was drawn")
    data["seated"], first["sequence"], first["walks"] = 0, [], []
    data, first = forge("stopped although a seat was empty")
    for walk in first["walks"]:
        walk["steps"] -= 1
    first["sequence"], data["seated"] = first["sequence"][:-2], data["seated"] - 2
    for number, step in enumerate(first["sequence"]):
        step["at"] = first["walks"][number >= first["walks"][0]["steps"]]["at"]
    _data, first = forge("not the first after the deadline")
    first["announced_on"], first["reveal_until"] = "2009-12-12", "2009-12-12T20:00:00+08:00"
    _data, first = forge("not the announced day, nor the next")
    first["public_number"]["drawn_on"] = "2010-01-06"
    data, _first = forge("committee's size or share")
    data["plan"].update(representatives=2, experts=3)
    data, first = forge("rounds are not counted from 1")
    first["round"] = 3
    data, _first = forge("given up before its pool was used up")
    data["rounds"].append(copy.deepcopy(data["rounds"][0]) | {"round": 2, "reason": "再来一次"})
    return made


@on_sqlite
def test_a_file_that_was_made_to_fit_itself_is_found_too(result, check):
    for told, data in forged(result).items():
        assert told in check(check.sealed(data)), told


def silent(result: dict) -> dict[str, dict]:
    """Changes that fit the rules and themselves: the log alone has it otherwise."""
    made = {}
    for name in (
        "other reason for passing over",
        "other reason for leaving out",
        "other specialties",
        "other time of freezing",
        "other source",
    ):
        made[name] = copy.deepcopy(result)
    first = {name: data["rounds"][0] for name, data in made.items()}
    skipped = next(step for step in first["other reason for passing over"]["sequence"] if step["outcome"] == "skipped")
    skipped["reason"] = "bidder"
    made["other specialties"]["plan"]["specialties"].append("other")
    first["other time of freezing"]["frozen_at"] = "2009-11-17T09:00:00+08:00"
    first["other source"]["public_number"]["entered"][0]["source"] = "某网站"
    del made["other reason for leaving out"]
    return made


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
