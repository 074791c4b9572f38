"""What seeds a draw of an evaluation committee, and the order that follows: a part of verify.py, which is given out as one file."""

import datetime
import hashlib
import json

DRAW_FORMAT = "linli-draw@2"
SIDES = ("tenderer", "bureau")
LOTTERIES = {"ssq": ((1, 3, 6), ((6, 33), (1, 16))), "dlt": ((0, 2, 5), ((5, 35), (2, 12)))}
"""Lottery → (days of the week on which it is drawn, Monday is 0; how many balls of each kind and the highest)."""
BEIJING = datetime.timedelta(hours=8)
TIME_TO_REVEAL = datetime.timedelta(hours=4)
TEN_MINUTES = datetime.timedelta(minutes=10)
LEAD = datetime.timedelta(seconds=30)
LONGEST_REST = 16
"""Days: no holiday keeps the lotteries shut for longer."""
SPECIALTIES = ("property", "engineering", "economics", "law", "environment", "other")
LEFT_OUT = ("suspended", "supervisor", "area", "specialty", "tenderer", "recusal", "involved")
PASSED_OVER = ("suspended", "supervisor", "tenderer", "bidder", "past_bidder", "recusal", "involved", "gone")
OF_DRAW = "format tender algorithm names seated plan rounds"
OF_PLAN = "seats representatives experts specialties"
ANNOUNCED = "round experts frozen_at reason pool_sha256 pool left_out commit_until reveal_until number_kind announced_on"
OF_ROUND = f"{ANNOUNCED} announced_sha256 contributions public_number closing key_string sequence walks opened"
OF_CONTRIBUTION = "side committed committed_at value revealed_at"
OF_NUMBER = "issue drawn_on numbers entered"
OF_CLOSING = "source digest checkpoint_at log_size log_began_at"
OF_STEP = "sequence position commitment outcome reason at left_at"


class Wrong(Exception):
    """What does not hold, in both languages."""


class NotYet(Exception):
    """What the log that was given does not reach to, in both languages: neither confirmed nor contradicted."""


def check(holds: bool, chinese: str, english: str) -> None:
    if not holds:
        raise Wrong(f"{chinese} / {english}")


def check_fields(part, names: str, where: str) -> None:
    found = set(part) if isinstance(part, dict) else set()
    other = sorted(found ^ set(names.split()))
    check(not other, f"{where} 的栏目不对：{', '.join(other)}", f"{where} lacks or should not have: {', '.join(other)}")


def digest_of(part) -> str:
    """SHA-256 of JSON with sorted keys and no blanks, as the log's leaves name it."""
    return hashlib.sha256(json.dumps(part, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def is_hash(text) -> bool:
    return isinstance(text, str) and len(text) == 64 and all(letter in "0123456789abcdef" for letter in text)


def is_number(value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def instant(text: str, name: str) -> datetime.datetime:
    try:
        found = datetime.datetime.fromisoformat(text)
    except (TypeError, ValueError):
        found = None
    check(found is not None and found.tzinfo is not None, f"{name} 不是时间：{text!r}", f"{name} is no instant: {text!r}")
    return found


def day(text: str, name: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except (TypeError, ValueError):
        raise Wrong(f"{name} 不是日期：{text!r} / {name} is no day: {text!r}") from None


# --- before the seeds ------------------------------------------------------------------------------------------------


def check_seats(plan: dict) -> None:
    check_fields(plan, OF_PLAN, "plan")
    seats, own, experts = plan["seats"], plan["representatives"], plan["experts"]
    check(
        all(map(is_number, (seats, own, experts))) and seats >= 5 and seats % 2 == 1 and own >= 0 and 3 * experts >= 2 * seats,
        "委员会人数或者专家比例不合法",
        "the committee's size or share of experts is not lawful",
    )
    check(experts == seats - own, "专家人数不是席位减去招标人代表", "experts are not the seats without the representatives")
    known = plan["specialties"]
    check(bool(known) and set(known) <= set(SPECIALTIES), "专业不对", "the specialties are none")


def check_pool(part: dict, name: str) -> None:
    pool, left_out = part["pool"], [one["commitment"] for one in part["left_out"]]
    for one in part["left_out"]:
        check_fields(one, "commitment reason", f"{name} left_out")
        check(one["reason"] in LEFT_OUT, f"{name} 没有写明排除的情形", f"{name} leaves somebody out without a known reason")
    check(bool(pool) and all(map(is_hash, pool + left_out)), f"{name} 承诺值不对", f"{name}: a commitment is no hash")
    check(pool == sorted(pool), f"{name} 名单没有按承诺值排序", f"{name}: the pool is not in the order of its commitments")
    check(len(set(pool + left_out)) == len(pool) + len(left_out), f"{name} 名单里有重复的承诺值", f"{name}: a commitment occurs twice")
    text = "\n".join(pool) + "\n\n" + "\n".join(sorted(left_out)) + "\n"
    told = f"{name}: the pool does not match its published hash pool_sha256"
    check(hashlib.sha256(text.encode()).hexdigest() == part["pool_sha256"], f"{name} 名单与冻结时公布的校验值不符", told)


def check_days(part: dict, name: str) -> None:
    """The lottery's day as the notice gave it: the first that leaves time to reveal; a pool that is frozen later says why and may name a later one."""
    frozen, until, shown = (instant(part[key], f"{name} {key}") for key in ("frozen_at", "commit_until", "reveal_until"))
    check(frozen <= until, f"{name} 名单冻结得太晚", f"{name}: the pool was frozen after the commitments ended (frozen_at, commit_until)")
    check(part["number_kind"] in LOTTERIES, f"{name} 不认识的彩票", f"{name}: an unknown lottery (number_kind)")
    announced = day(part["announced_on"], f"{name} announced_on")
    is_drawn = announced.weekday() in LOTTERIES[part["number_kind"]][0]
    check(is_drawn, f"{name} 公告的开奖日不开奖", f"{name}: the lottery is not drawn on the announced day (number_kind, announced_on)")
    evening = until.replace(hour=20, minute=0, second=0, microsecond=0)
    is_evening = shown.utcoffset() == until.utcoffset() == BEIJING and shown == evening + (announced - until.date())
    check(
        is_evening,
        f"{name} 公开随机数的截止不是开奖日 20:00",
        f"{name}: values are not shown until 20:00 of the lottery's day (reveal_until)",
    )
    check(shown >= until + TIME_TO_REVEAL, f"{name} 开奖日太早", f"{name}: the lottery's day leaves no time to reveal (announced_on)")
    first, kinds = until.date(), []
    while not kinds:
        is_late = evening + (first - until.date()) >= until + TIME_TO_REVEAL
        kinds = [kind for kind, (days, _) in LOTTERIES.items() if is_late and first.weekday() in days]
        first += datetime.timedelta(days=0 if kinds else 1)
    is_first = announced == first and part["number_kind"] == kinds[0]
    told = f"{name}: the announced lottery is not the first after the deadline, and no reason is given (number_kind, announced_on, reason)"
    check(is_first or bool(part["reason"].strip()), f"{name} 公告的不是截止以后第一次开奖", told)
    check(
        part["round"] == 1 or bool(part["reason"].strip()),
        f"{name} 没有写明另行冻结的理由",
        f"{name}: frozen again without a reason (reason)",
    )


# --- the seeds -------------------------------------------------------------------------------------------------------


def promise(tender: str, number: int, side: str, value: str) -> str:
    return hashlib.sha256(f"linli-draw/1\n{tender}\n{number}\n{side}\n{value}\n".encode()).hexdigest()


def check_sides(parts: "list[dict]", names: str, where: str) -> None:
    for one in parts:
        check_fields(one, names, where)
    check([one["side"] for one in parts] == list(SIDES), f"{where} 不是双方各一", f"{where}: not one of each side in their order (side)")


def check_contributions(tender: str, part: dict, name: str) -> None:
    frozen, until, shown = (instant(part[key], key) for key in ("frozen_at", "commit_until", "reveal_until"))
    check_sides(part["contributions"], OF_CONTRIBUTION, f"{name} contributions")
    for one in part["contributions"]:
        side, value, committed = one["side"], one["value"], one["committed"]
        check(
            (committed is None) == (one["committed_at"] is None),
            f"{name} {side} 承诺值没有时间",
            f"{name} {side}: committed without committed_at",
        )
        check((value is None) == (one["revealed_at"] is None), f"{name} {side} 随机数没有时间", f"{name} {side}: value without revealed_at")
        if committed is not None:
            in_time = frozen <= instant(one["committed_at"], "committed_at") < until
            check(is_hash(committed), f"{name} {side} 承诺值不对", f"{name} {side}: committed is no hash")
            check(in_time, f"{name} {side} 承诺值提交得太早或者太晚", f"{name} {side}: committed_at is not between freezing and deadline")
        if value is not None:
            in_time = until <= instant(one["revealed_at"], "revealed_at") < shown
            check(
                in_time, f"{name} {side} 随机数公开得太早或者太晚", f"{name} {side}: revealed_at is not between deadline and reveal_until"
            )
            is_kept = is_hash(value) and promise(tender, part["round"], side, value) == committed
            check(is_kept, f"{name} {side} 公开的随机数与承诺值不符", f"{name} {side}: the value does not match its commitment")


def check_number(part: dict, name: str) -> "list[str]":
    """The numbers as that lottery draws them, of the announced day; the lottery's days in between that are said to have been holidays."""
    found = part["public_number"]
    check_fields(found, OF_NUMBER, f"{name} public_number")
    days, balls = LOTTERIES[part["number_kind"]]
    is_form = isinstance(found["numbers"], list) and len(found["numbers"]) == len(balls)
    for group, (count, highest) in zip(found["numbers"] if is_form else (), balls):
        is_form &= isinstance(group, list) and all(map(is_number, group)) and sorted(set(group)) == group
        is_form = is_form and len(group) == count and group[0] >= 1 and group[-1] <= highest
    check(is_form, f"{name} 号码不是这种彩票开得出的", f"{name}: numbers that this lottery cannot draw (numbers)")
    announced, drawn = day(part["announced_on"], "announced_on"), day(found["drawn_on"], f"{name} drawn_on")
    between = [announced + datetime.timedelta(days=n) for n in range(min(max((drawn - announced).days, 0), LONGEST_REST + 1))]
    is_next = announced <= drawn and len(between) <= LONGEST_REST and drawn.weekday() in days
    check(is_next, f"{name} 开奖日不是公告的那一天", f"{name}: drawn_on is not the announced day, nor the next one after a holiday")
    check(isinstance(found["issue"], str) and found["issue"].strip() != "", f"{name} 没有期号", f"{name}: the lottery's issue is not given")
    check_sides(found["entered"], "side source at", f"{name} entered")
    for one in found["entered"]:
        at = instant(one["at"], f"{name} entered at")
        check(at >= instant(part["reveal_until"], "reveal_until"), f"{name} 号码登记得太早", f"{name}: entered before reveal_until (at)")
        check(bool(one["source"].strip()), f"{name} 没有写明出处", f"{name}: a number without its source (source)")
    return [one.isoformat() for one in between if one.weekday() in days]


def check_closing(part: dict, name: str) -> None:
    closing = part["closing"]
    check_fields(closing, OF_CLOSING, f"{name} closing")
    check(
        closing["source"] in ("log", "opening_record", "rehearsed"),
        f"{name} 截止校验值来源不明",
        f"{name}: unknown source of the closing digest",
    )
    check(is_hash(closing["digest"]), f"{name} 截止校验值不对", f"{name}: the closing digest is no hash (digest)")
    has_log = is_number(closing["log_size"]) and closing["log_size"] > 0 and closing["log_began_at"] is not None
    is_bare = closing["log_size"] is None and closing["log_began_at"] is None
    told = f"{name}: log_size and log_began_at do not go with the source of the closing digest"
    check(has_log if closing["source"] == "log" else is_bare, f"{name} 截止校验值来源与日志大小不符", told)
    after = instant(part["commit_until"], "commit_until") + LEAD + TEN_MINUTES
    after -= datetime.timedelta(minutes=after.minute % 10, seconds=after.second, microseconds=after.microsecond)
    is_first = instant(closing["checkpoint_at"], f"{name} checkpoint_at") == after
    check(is_first, f"{name} 不是截止后的第一个检查点", f"{name}: checkpoint_at is not the first public checkpoint after the deadline")


def key_string(seeds: "list[list[int]]") -> str:
    return "".join("".join(f"{number}." for number in sorted(source)) + "/" for source in seeds)


def check_key(part: dict, name: str) -> None:
    given = [[int(one["value"] or one["committed"] or "0", 16)] for one in part["contributions"]]
    seeds = [*part["public_number"]["numbers"], *given, [int(part["closing"]["digest"], 16)]]
    told = f"{name}: the key string does not follow from numbers, values and closing digest (key_string)"
    check(key_string(seeds) == part["key_string"], f"{name} 种子串与各项种子不符", told)


def selection(key: str, size: int, algorithm: str = "sha256") -> "list[tuple[str, int, int]]":
    """RFC 3797, section 4: digest, how many were left, and who: positions from 1 in the order of the draw."""
    left, found = list(range(1, size + 1)), []
    for index in range(size):
        mark = index.to_bytes(2, "big")
        digest = hashlib.new(algorithm, mark + key.encode("ascii") + mark).hexdigest()
        found.append((digest, len(left), left.pop(int(digest, 16) % len(left))))
    return found
