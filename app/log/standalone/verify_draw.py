"""A draw of an evaluation committee, computed again: a part of verify.py, which is given out as one file."""

import datetime
import hashlib
import json
import secrets
from collections import Counter

from verify_seeds import (
    ANNOUNCED,
    DRAW_FORMAT,
    LEAD,
    OF_DRAW,
    OF_ROUND,
    OF_STEP,
    PASSED_OVER,
    NotYet,
    check,
    check_closing,
    check_contributions,
    check_days,
    check_fields,
    check_key,
    check_number,
    check_pool,
    check_seats,
    digest_of,
    instant,
    is_hash,
    is_number,
    key_string,
    promise,
    selection,
)

# --- the sequence ----------------------------------------------------------------------------------------------------


def check_step(step: dict, number: int, place: int, part: dict, name: str) -> None:
    check_fields(step, OF_STEP, f"{name} sequence {number}")
    check(step["sequence"] == number, f"{name} 缺第 {number} 位", f"{name}: place {number} of the sequence is missing")
    is_drawn = step["position"] == place and part["pool"][place - 1] == step["commitment"]
    check(
        is_drawn,
        f"{name} 第 {number} 位应是名单上的第 {place} 号",
        f"{name}: place {number} belongs to number {place} of the pool (position, commitment)",
    )
    is_seated, is_skipped = step["outcome"] == "seated", step["outcome"] == "skipped"
    check(is_seated or is_skipped, f"{name} 第 {number} 位没有写明结果", f"{name}: place {number} has no outcome")
    is_told = step["reason"] is None if is_seated else step["reason"] in PASSED_OVER
    check(
        is_told,
        f"{name} 第 {number} 位回避的理由不对",
        f"{name}: place {number} is passed over without a known reason, or seated with one (reason)",
    )
    at, left = instant(step["at"], f"{name} {number} at"), step["left_at"]
    has_left = left is None or (is_seated and instant(left, f"{name} {number} left_at") >= at)
    check(has_left, f"{name} 第 {number} 位退出的时间不对", f"{name}: place {number} left before it was seated, or never sat (left_at)")


def walk_digest(tender: str, part: dict, steps: "list[dict]", at: str) -> str:
    """What a walk's leaf in the log commits to: everything that it rested on, the sequence so far, and who had left by then."""
    until = instant(at, "walks at")
    sequence = [
        dict(one, left_at=one["left_at"] if one["left_at"] and instant(one["left_at"], "left_at") <= until else None) for one in steps
    ]
    fixed = {key: part[key] for key in ("round", "announced_sha256", "contributions", "public_number", "closing", "key_string")}
    return digest_of({**fixed, "tender": tender, "sequence": sequence})


def sits(step: dict, at: datetime.datetime) -> bool:
    return step["outcome"] == "seated" and (step["left_at"] is None or instant(step["left_at"], "left_at") > at)


def check_walks(draw: dict, part: dict, before: "list[dict]", name: str) -> None:
    """Each walk began with an empty seat, ended when the last was filled, and passed nobody without need. `before`: steps of earlier rounds."""
    steps, start, previous = part["sequence"], 0, instant(part["reveal_until"], "reveal_until")
    for walk in part["walks"]:
        check_fields(walk, "at steps sha256", f"{name} walks")
        at, end = instant(walk["at"], f"{name} walks at"), start + walk["steps"] if is_number(walk["steps"]) else -1
        own = steps[start:end]
        is_whole = start < end <= len(steps) and all(one["at"] == walk["at"] for one in own) and at >= previous
        check(is_whole, f"{name} 抽取的次数与顺序不符", f"{name}: the walks are not those of the sequence (walks at, steps)")
        sitting = sum(sits(one, at) for one in before + steps[:start])
        drawn = sum(one["outcome"] == "seated" for one in own)
        experts = draw["plan"]["experts"]
        check(sitting < experts, f"{name} 席位已满仍继续抽取", f"{name}: somebody was drawn although no seat was empty (at, left_at)")
        check(sitting + drawn <= experts, f"{name} 入选人数超过席位", f"{name}: more people than seats")
        is_full = sitting + drawn == experts and own[-1]["outcome"] == "seated"
        check(
            is_full or end == len(part["pool"]),
            f"{name} 席位未满就停止抽取",
            f"{name}: the walk stopped although a seat was empty or nobody was seated last",
        )
        digest = walk_digest(draw["tender"], part, steps[:end], walk["at"])
        check(
            digest == walk["sha256"],
            f"{name} 抽取记录被改动",
            f"{name}: what the walk rested on was changed; walks sha256 should be {digest}",
        )
        start, previous = end, at
    check(start == len(steps), f"{name} 有不属于任何一次抽取的位次", f"{name}: places of the sequence belong to no walk (walks)")


# --- afterwards ------------------------------------------------------------------------------------------------------


def check_opened(draw: dict, part: dict, numbered_before: "set[int]", name: str) -> None:
    """Each commitment opens to one line of the form in which it was made, and nobody stands in the pools twice."""
    if draw["names"] == "closed":
        check(
            part["opened"] is None, f"{name} 名单尚不公开却已打开", f"{name}: names are closed, yet commitments are opened (names, opened)"
        )
        return
    reasons = {one["commitment"]: one["reason"] for one in part["left_out"]}
    known, people = {*part["pool"], *reasons}, set()
    check(
        isinstance(part["opened"], list), f"{name} 名单应已公开却没有打开", f"{name}: names are open, yet no commitment is (names, opened)"
    )
    for one in part["opened"]:
        check_fields(one, "commitment salt line", f"{name} opened")
        code, salt, line = one["commitment"], one["salt"], one["line"]
        is_kept = code in known and is_hash(salt) and hashlib.sha256(bytes.fromhex(salt) + line.encode()).hexdigest() == code
        check(is_kept, f"{name} 打不开承诺值 {str(code)[:16]}", f"{name}: commitment {str(code)[:16]} does not open (salt, line)")
        told = json.loads(line)
        check_fields(told, "employer name person pool specialty", f"{name} line")
        is_plain = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")) == line
        check(is_plain and is_number(told["person"]), f"{name} 名单一行的写法不对", f"{name}: a line is not in its plain form (line)")
        fits = told["specialty"] in draw["plan"]["specialties"]
        is_right = fits if code in part["pool"] else not fits or reasons[code] != "specialty"
        check(is_right, f"{name} {told['name']} 的专业与要求不符", f"{name}: {told['name']} has another specialty than told (specialties)")
        is_new = told["person"] not in people and (code not in part["pool"] or told["person"] not in numbered_before)
        check(is_new, f"{name} {told['name']} 在名单里不止一次", f"{name}: {told['name']} stands in the pool twice")
        people.add(told["person"])
        numbered_before |= {told["person"]} if code in part["pool"] else set()
    check(len(people) == len(part["opened"]) == len(known), f"{name} 名单里缺少人", f"{name}: somebody of the pool is missing (opened)")


def check_round(draw: dict, number: int, before: "list[dict]", numbered_before: "set[int]") -> "list[str]":
    part, name = draw["rounds"][number - 1], f"第 {number} 轮 round {number}"
    check_fields(part, OF_ROUND, name)
    check(part["round"] == number, f"{name} 的编号不是 {number}", f"{name}: rounds are not counted from 1 without a gap (round)")
    check(part["experts"] == draw["plan"]["experts"], f"{name} 专家人数与公告不符", f"{name}: other seats than the plan's (experts)")
    check_pool(part, name)
    check_days(part, name)
    announced = {key: part[key] for key in ANNOUNCED.split()} | {"tender": draw["tender"], "plan": draw["plan"]}
    told = f"{name}: what was announced was changed (tender, plan, reason of left_out …); announced_sha256 should be {digest_of(announced)}"
    check(digest_of(announced) == part["announced_sha256"], f"{name} 冻结时公告的内容被改动", told)
    check_contributions(draw["tender"], part, name)
    lines = [f"{name}: 名单 / pool {len(part['pool'])}, sha256 {part['announced_sha256']}"]
    if part["key_string"] is None:
        is_bare = part["closing"] is part["public_number"] is None and not part["sequence"] and not part["walks"]
        check(is_bare, f"{name} 没有种子却有结果", f"{name}: closing, numbers or places without a key string (key_string)")
        check_opened(draw, part, numbered_before, name)
        return [*lines, "  还没有抽取 / not drawn yet"]
    waited = check_number(part, name)
    check_closing(part, name)
    check_key(part, name)
    for index, (_, _, place) in enumerate(selection(part["key_string"], len(part["pool"]))[: len(part["sequence"])], start=1):
        check_step(part["sequence"][index - 1], index, place, part, name)
    check(len(part["sequence"]) <= len(part["pool"]), f"{name} 位次比名单多", f"{name}: more places than people in the pool (sequence)")
    check(bool(part["sequence"]), f"{name} 有种子却没有结果", f"{name}: seeds, but nobody was drawn (sequence)")
    check_walks(draw, part, before, name)
    entered = max(instant(one["at"], "entered at") for one in part["public_number"]["entered"])
    is_later = entered <= instant(part["walks"][0]["at"], "walks at")
    check(is_later, f"{name} 先抽取后登记号码", f"{name}: drawn before the number was entered (at)")
    check_opened(draw, part, numbered_before, name)
    closing, opened = part["closing"], {one["commitment"]: json.loads(one["line"])["name"] for one in part["opened"] or ()}
    lines.append(
        f"  截止校验值 / closing: {closing['source']} {closing['digest']}, log size {closing['log_size']}, {closing['checkpoint_at']}"
    )
    lines.append(f"  公开号码 / numbers: {part['number_kind']} {part['public_number']['drawn_on']} {part['public_number']['numbers']}")
    lines += [f"  注意：{one} 应是开奖日，称因长假停开 / NOTE: {one} is said to have been a holiday without a lottery" for one in waited]
    if closing["source"] == "rehearsed":
        lines.append("  注意：演示数据 / NOTE: rehearsed, the closing digest is nobody's")
    for step in part["sequence"]:
        left = " (已退出 / has left)" if step["left_at"] else ""
        who = opened.get(step["commitment"], step["commitment"][:16])
        lines.append(f"  {step['sequence']:>3}  #{step['position']:<4} {step['outcome']:<8} {step['reason'] or ''}{left} {who}")
    return lines


def check_draw_data(draw: dict) -> "tuple[list[str], int]":
    """What to tell, and how many seats are empty."""
    check_fields(draw, OF_DRAW, "file")
    check(draw["format"] == DRAW_FORMAT, "不是抽取数据", f"not the data of a draw (format should be {DRAW_FORMAT})")
    check(draw["algorithm"] == "RFC 3797, SHA-256", "不是这里的算法", "another algorithm (algorithm)")
    check(draw["names"] in ("open", "closed"), "没有写明名单是否公开", "names are neither open nor closed (names)")
    check_seats(draw["plan"])
    lines, steps, people = [f"项目 / tender: {draw['tender']}"], [], set()
    for number, part in enumerate(draw["rounds"], start=1):
        if steps or number > 1:
            earlier = draw["rounds"][number - 2]
            is_used_up = len(earlier["sequence"]) == len(earlier["pool"])
            check(
                is_used_up,
                f"第 {number - 1} 轮没有抽完就另行冻结",
                f"round {number - 1} was given up before its pool was used up (sequence)",
            )
            is_later = instant(part["frozen_at"], "frozen_at") >= instant(earlier["walks"][-1]["at"], "walks at")
            check(is_later, f"第 {number} 轮冻结得太早", f"round {number} was frozen before round {number - 1} was used up (frozen_at)")
            drawn_before = {code for one in draw["rounds"][: number - 1] for code in one["pool"]}
            check(not drawn_before & set(part["pool"]), "有人两轮都在名单里", f"round {number}: somebody of an earlier pool again (pool)")
        lines += check_round(draw, number, steps, people)
        steps += part["sequence"]
    seated = sum(one["outcome"] == "seated" and one["left_at"] is None for one in steps)
    check(seated == draw["seated"], f"在席专家是 {seated} 名", f"{seated} experts sit, the file says otherwise (seated, left_at)")
    if passed := [one["reason"] for one in steps if one["outcome"] == "skipped"]:
        counted = ", ".join(f"{reason} {passed.count(reason)}" for reason in sorted(set(passed)))
        lines.append(f"回避 / passed over: {len(passed)} ({counted})")
    if draw["names"] == "closed":
        lines.append("名单还没有公开，打开后请再核对 / the names are not open yet: check again when they are")
    return lines, draw["plan"]["experts"] - seated


# --- with the log ----------------------------------------------------------------------------------------------------


def log_size_at(at: datetime.datetime, closing: dict, entries: "list[dict]") -> int:
    """The size that the clock gives the log (docs/decisions/0005): a leaf each ten seconds, more around each published deadline."""
    began, minute = instant(closing["log_began_at"], "log_began_at"), datetime.timedelta(minutes=1)
    second, found, windows = datetime.timedelta(seconds=1), 0, set()
    for one in sorted((one for one in entries if one["event"] == "tender.publish"), key=lambda one: one["at"]):
        until, first = instant(one["bid_deadline_at"], "bid_deadline_at"), instant(one["at"], "at") + LEAD
        for start, end, rate in ((until - 60 * minute, until - minute, 1), (until - minute, until + minute, 64)):
            if max(start, first) < end and (end, rate) not in windows:
                windows.add((end, rate))
                found += max(min(at, end) - max(start, first), 0 * second) * rate // second
    return found + max(at - began, 0 * second) // (10 * second)


def check_leaves(draw: dict, entries: "list[tuple[int, dict]]", roots) -> None:
    """The draw's leaves: as many as the file tells, saying the same, frozen before promised before closed before drawn.

    `roots`: sizes → their roots in the whole log."""
    own = [(index, one) for index, one in entries if one.get("tender") == draw["tender"] and one["event"].startswith("draw.")]
    by_event = {
        event: [one for one in own if one[1]["event"] == event] for event in ("draw.freeze", "draw.commit", "draw.reveal", "draw.walk")
    }
    walks = [(part, walk) for part in draw["rounds"] for walk in part["walks"]]
    lacking = []
    for event, count in (("draw.freeze", len(draw["rounds"])), ("draw.walk", len(walks))):
        told = f"the log has {len(by_event[event])} {event} of this tender, the file {count}"
        check(len(by_event[event]) <= count, f"日志里的 {event} 与文件不符", told)
        lacking += [event] * (count - len(by_event[event]))
    for part, (index, leaf) in zip(draw["rounds"], by_event["draw.freeze"]):
        check(
            leaf.get("announced_sha256") == part["announced_sha256"],
            "冻结的名单与日志不符",
            f"leaf {index} froze something else (announced_sha256)",
        )
    for (_, walk), (index, leaf) in zip(walks, by_event["draw.walk"]):
        check(leaf.get("walk_sha256") == walk["sha256"], "抽取的结果与日志不符", f"leaf {index} drew something else (walks sha256)")
    for event, key, fact in (("draw.commit", "committed", "commitment"), ("draw.reveal", "value", "value")):
        told = sorted((one["side"], one[key]) for part in draw["rounds"] for one in part["contributions"] if one[key] is not None)
        logged = sorted((leaf["side"], leaf[fact]) for _, leaf in by_event[event])
        extra = list((Counter(logged) - Counter(told)).elements())
        check(not extra, f"日志里的 {event} 与文件不符", f"the log's {event} are not those of the file ({key})")
        lacking += [event] * (len(told) - len(logged))
    if lacking:
        names = ", ".join(sorted(set(lacking)))
        raise NotYet(f"日志里没有 {len(lacking)} 件事（{names}） / the log lacks {len(lacking)} events ({names})")
    frozen = dict(zip(range(len(draw["rounds"])), by_event["draw.freeze"]))
    for number, part in enumerate(draw["rounds"]):
        closing = part["closing"]
        if closing is None or closing["source"] != "log":
            continue
        size, codes = closing["log_size"], [one["committed"] for one in part["contributions"]]
        promised = [index for index, leaf in by_event["draw.commit"] if leaf["commitment"] in codes]
        later = [index for index, leaf in by_event["draw.walk"] if leaf["round"] == part["round"]]
        in_order = frozen[number][0] < min(promised, default=size) and max(promised, default=frozen[number][0]) < size <= min(later)
        check(
            in_order,
            "日志里的先后次序不对",
            f"round {part['round']}: the log does not have frozen, promised, closed and drawn in this order",
        )
        due = log_size_at(instant(closing["checkpoint_at"], "checkpoint_at"), closing, [one for _, one in entries])
        told = f"round {part['round']}: the log had {due} leaves at checkpoint_at, not log_size"
        check(due == size, f"截止检查点应有 {due} 格", told)
        check(
            roots({size})[size].hex() == closing["digest"],
            "截止校验值不是日志当时的根",
            f"round {part['round']}: the digest is not the log's root at log_size",
        )


# --- the published rows ----------------------------------------------------------------------------------------------


def check_published(cases: "list[dict]") -> "list[str]":
    """Draws that others published, with the MD5 that RFC 3797 names: each row comes out as it was printed."""
    lines, rows = [], 0
    for case in cases:
        key, name = key_string(case["seeds"]), case["name"]
        check(key == case["key_string"], f"{name} 种子串不符", f"{name}: another key string: {key}")
        for row, (digest, left, place) in zip(case["expected"], selection(key, case["pool_size"], "md5")):
            is_same = (row["md5"].lower(), row["div"], row["selected"]) == (digest, left, place)
            check(is_same, f"{name} 第 {row['index']} 行不符", f"{name}, row {row['index']}: {digest} mod {left}, number {place}")
            rows += 1
        lines.append(f"{name}: {len(case['expected'])}")
    return [*lines, f"共 {rows} 行 / {rows} rows"]


def make_promise(tender: str, number: int, side: str) -> "list[str]":
    value = secrets.token_hex(32)
    return [
        f"随机数（保密，截止后公开） / value (secret until the deadline): {value}",
        f"承诺值（现在提交） / commitment (hand it in now): {promise(tender, number, side, value)}",
    ]
