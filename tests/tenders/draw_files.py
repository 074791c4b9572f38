"""Files of a draw for the tests: one of a draw in which somebody was passed over and somebody replaced, and whatever may be changed in it."""

import copy
import json
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

from app.accounts.rules import Role
from app.extensions import db
from app.tenders import draw
from app.tenders.actions import drawing, evaluating, experts
from app.tenders.draw import PublicNumber, TieKind
from app.tenders.queries import draw as asked
from app.tenders.queries.draw_bundle import bundle
from tests import factories, verify_alone
from tests.tenders import drawing_stories as draws
from tests.tenders.bid_stories import PUBLISHED
from tests.tenders.drawing_stories import MORNING


def replaced() -> tuple:
    """Somebody was passed over, somebody dropped out and was replaced, and the result is known."""
    story, members = draws.ready()
    sequence = _sequence(story)
    bureau = factories.actor(Role.BUREAU_OFFICER)
    experts.add_tie(sequence[1].expert, TieKind.RECUSAL, story.bidders[0][0].name, actor=bureau, now=PUBLISHED)
    experts.suspend_expert(sequence[-1].expert, "调查", actor=bureau, now=PUBLISHED)
    db.session.commit()
    draws.walk(story)
    leaves = story.tender.evaluators[1]
    evaluating.recuse_evaluator(story.tender, leaves.id, reason="因病", actor=draws.legal(story), now=MORNING + timedelta(minutes=5))
    db.session.commit()
    draws.walk(story, now=MORNING + timedelta(minutes=10))
    return story, members


def _sequence(story) -> list:
    """Who will come up, in order."""
    found = asked.rounds_of(story.tender)[-1]
    key = asked.key_of(found, asked.agreed_number(found), asked.closing_digest(story.tender, found)[0])
    by_position = {member.position: member for member in found.members}
    return [by_position[pick.position] for pick in draw.selection(key, found.pool_size)]


def second_round() -> tuple[dict, dict]:
    """The files after a first round that was used up with a seat empty, and after the second."""
    story, members = draws.ready(6)
    for expert in members[:3]:
        experts.add_tie(expert, TieKind.RECUSAL, story.bidders[0][0].name, actor=factories.actor(Role.BUREAU_OFFICER), now=PUBLISHED)
    draws.walk(story)
    first = bundle(story.tender)
    for number in range(3):
        draws.add(members[0].organisation, f"补充专家{number}")
    day = date(2009, 12, 12)
    again = drawing.freeze_pool(
        story.tender, reason="名单用完", kind=PublicNumber.DLT, number_on=day, actor=draws.legal(story), now=MORNING
    )
    db.session.commit()
    evening = again.reveal_until + timedelta(hours=2)
    for actor in draws.sides(story).values():
        draws.enter(story, actor, now=evening, drawn_on=day, issue="09145")
    draws.walk(story, now=evening)
    draws.award_it(story)
    return first, bundle(story.tender)


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


# --- what may be changed -------------------------------------------------------------------------------------------------------


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
