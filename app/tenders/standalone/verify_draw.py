#!/usr/bin/env python3
"""核对邻里评标专家抽取，不需要网站。 Computes a draw of Linli's evaluation committee again, without the site.

    python3 verify_draw.py draw.json                        the whole draw
    python3 verify_draw.py promise TENDER ROUND SIDE        a random value and its commitment (SIDE: tenderer or bureau)

Needs Python 3.8 or newer and nothing else. Exit code: 0 everything holds, 1 something does not.
What is checked: every commitment, the order of the pool, its published hash, both contributions, the key string, the sequence
by RFC 3797 with SHA-256, the seats, and after the result each name behind its commitment. What is not: that the public number is
the one that the lottery drew, and that the closing digest is the root of the log at that size (verify.py checks the log). Compare both.
"""

import hashlib
import json
import secrets
import sys

SIDES = ("tenderer", "bureau")


class Wrong(Exception):
    """What does not hold, in both languages."""


def check(holds: bool, chinese: str, english: str) -> None:
    if not holds:
        raise Wrong(f"{chinese} / {english}")


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def promise(tender: str, number: int, side: str, value: str) -> str:
    return sha256(f"linli-draw/1\n{tender}\n{number}\n{side}\n{value}\n".encode())


def key_string(seeds: "list[list[int]]") -> str:
    return "".join("".join(f"{number}." for number in sorted(source)) + "/" for source in seeds)


def selection(key: str, size: int) -> "list[int]":
    """RFC 3797, section 4, with SHA-256: positions from 1 in the order of the draw."""
    left, found = list(range(1, size + 1)), []
    for index in range(size):
        mark = index.to_bytes(2, "big")
        number = int(sha256(mark + key.encode("ascii") + mark), 16)
        found.append(left.pop(number % len(left)))
    return found


def check_seats(plan: dict) -> None:
    seats, own = plan["seats"], plan["representatives"]
    check(
        seats >= 5 and seats % 2 == 1 and own >= 0 and 3 * (seats - own) >= 2 * seats and plan["experts"] == seats - own,
        "委员会人数或者专家比例不合法",
        "the committee's size or share of experts is not lawful",
    )


def check_pool(part: dict) -> None:
    pool, left_out = part["pool"], [one["commitment"] for one in part["left_out"]]
    check(pool == sorted(pool), "名单没有按承诺值排序", "the pool is not in the order of its commitments")
    check(len(set(pool + left_out)) == len(pool) + len(left_out), "名单里有重复的承诺值", "a commitment occurs twice")
    text = "\n".join(pool) + "\n\n" + "\n".join(sorted(left_out)) + "\n"
    check(sha256(text.encode()) == part["pool_sha256"], "名单与冻结时公布的校验值不符", "the pool does not match its published hash")


def check_contributions(tender: str, part: dict) -> None:
    check([one["side"] for one in part["contributions"]] == list(SIDES), "双方的次序不对", "the sides are not in their order")
    for one in part["contributions"]:
        if one["value"] is not None:
            check(
                promise(tender, part["round"], one["side"], one["value"]) == one["committed"],
                f"{one['side']} 公开的随机数与承诺值不符",
                f"the value of {one['side']} does not match its commitment",
            )


def check_key(part: dict) -> None:
    given = [[int(one["value"] or one["committed"] or "0", 16)] for one in part["contributions"]]
    seeds = [*part["public_number"]["numbers"], *given, [int(part["closing"]["digest"], 16)]]
    check(key_string(seeds) == part["key_string"], "种子串与各项种子不符", "the key string does not follow from the seeds")


def check_sequence(part: dict) -> None:
    drawn = selection(part["key_string"], len(part["pool"]))
    for number, step in enumerate(part["sequence"], start=1):
        check(step["sequence"] == number, f"缺第 {number} 位", f"place {number} of the sequence is missing")
        check(
            step["position"] == drawn[number - 1] and part["pool"][step["position"] - 1] == step["commitment"],
            f"第 {number} 位应是名单上的第 {drawn[number - 1]} 号",
            f"place {number} belongs to number {drawn[number - 1]} of the pool",
        )
        check(
            (step["outcome"] == "seated") != (step["outcome"] == "skipped" and bool(step["reason"])),
            f"第 {number} 位没有写明结果",
            f"place {number} has no outcome",
        )


def check_opened(part: dict) -> int:
    if part["opened"] is None:
        return 0
    known = {*part["pool"], *(one["commitment"] for one in part["left_out"])}
    people = set()
    for one in part["opened"]:
        check(
            sha256(bytes.fromhex(one["salt"]) + one["line"].encode()) == one["commitment"] and one["commitment"] in known,
            f"打不开承诺值 {one['commitment'][:16]}",
            f"commitment {one['commitment'][:16]} does not open",
        )
        people.add(json.loads(one["line"])["person"])
    check(len(people) == len(part["opened"]) == len(known), "名单里有人重复或者缺少", "somebody is missing or stands in the pool twice")
    return len(people)


def verify(draw: dict) -> "list[str]":
    check(draw["format"] == "linli-draw@1", "不是抽取数据", "not the data of a draw")
    check_seats(draw["plan"])
    told = [f"项目 / tender: {draw['tender']}"]
    seated = 0
    for part in draw["rounds"]:
        check_pool(part)
        check_contributions(draw["tender"], part)
        told.append(f"第 {part['round']} 轮 / round {part['round']}: 名单 / pool {len(part['pool'])}, sha256 {part['pool_sha256']}")
        if part["key_string"] is None:
            check(not part["sequence"], "没有种子却有结果", "there is an outcome without seeds")
            told.append("  还没有抽取 / not drawn yet")
            continue
        check_key(part)
        check_sequence(part)
        closing = part["closing"]
        told.append(
            f"  截止校验值 / closing: {closing['source']} {closing['digest']}, log size {closing['log_size']}, {closing['checkpoint_at']}"
        )
        opened = {one["commitment"]: json.loads(one["line"])["name"] for one in part["opened"] or ()}
        for step in part["sequence"]:
            left = " (已退出 / has left)" if step["left"] else ""
            who = opened.get(step["commitment"], step["commitment"][:16])
            told.append(f"  {step['sequence']:>3}  #{step['position']:<4} {step['outcome']:<8} {step['reason'] or ''}{left} {who}")
            seated += step["outcome"] == "seated" and not step["left"]
        told.append(f"  打开的承诺值 / commitments opened: {check_opened(part)}")
    check(seated <= draw["plan"]["experts"], "入选人数超过席位", "more people than seats")
    return told


def main(arguments: "list[str]") -> int:
    if len(arguments) == 4 and arguments[0] == "promise" and arguments[3] in SIDES and arguments[2].isdigit():
        value = secrets.token_hex(32)
        print(f"随机数（保密，截止后公开） / value (secret until the deadline): {value}")
        print(f"承诺值（现在提交） / commitment (hand it in now): {promise(arguments[1], int(arguments[2]), arguments[3], value)}")
        return 0
    if len(arguments) != 1:
        print(__doc__)
        return 1
    try:
        with open(arguments[0], encoding="utf-8") as file:
            told = verify(json.load(file))
    except Wrong as wrong:
        print(f"不符 / WRONG: {wrong}")
        return 1
    except (KeyError, TypeError, ValueError, IndexError) as broken:
        print(f"文件不完整 / the file is not complete: {broken!r}")
        return 1
    print("\n".join(told))
    print("全部相符 / everything holds")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
