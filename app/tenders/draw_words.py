"""Every sentence that the recomputation of a draw says in the reader's browser (assets/js/draw-check). Pure.

Values that only the browser knows stay as their placeholders, which the script fills. What does not hold is said as verify.py says it.
"""

from collections.abc import Mapping

from app.common.i18n import _l
from app.tenders.draw import ClosingSource, Exclusion, PublicNumber, Side

STEPS: Mapping[str, tuple] = {
    "file": (_l("文件"), _l("是抽取数据，算法是 RFC 3797，散列函数是 SHA-256。")),
    "plan": (
        _l("评标委员会"),
        _l("共 %(seats)s 席，其中招标人代表 %(representatives)s 名，抽取专家 %(experts)s 名：五人以上单数，专家不少于三分之二。"),
    ),
    "round": (_l("轮次"), _l("轮次从 1 起连续编号；名单抽完以后才另行冻结下一轮，没有人两轮都在名单里。")),
    "pool": (
        _l("冻结的名单"),
        _l("可抽取 %(count)s 名，冻结时排除 %(left)s 名。每人一个承诺值，按大小排列，没有重复；合起来的 SHA-256 等于冻结时公布的校验值。"),
    ),
    "days": (
        _l("事先约定的时间"),
        _l("%(frozen_at)s 冻结；%(commit_until)s 以前提交承诺值；%(reveal_until)s 以前公开随机数；用 %(announced_on)s 开奖的%(kind)s。"),
    ),
    "announced": (
        _l("公告的内容"),
        _l("名单、排除的情形、时间、彩票和委员会的组成，合起来的 SHA-256 是 %(digest)s。公开日志里冻结名单的那一格写的应是同一个值。"),
    ),
    "contributions": (_l("双方的随机数"), _l("截止前只提交承诺值，截止后公开随机数；随机数的 SHA-256 应等于承诺值。")),
    "number": (
        _l("公开号码"),
        _l("%(kind)s第 %(issue)s 期，%(drawn_on)s 开奖：%(numbers)s。双方登记一致，出处：%(first)s；%(second)s。"),
    ),
    "closing": (_l("截止时的日志"), _l("%(source)s，%(checkpoint_at)s，共 %(size)s 格，根校验值 %(digest)s。")),
    "key": (
        _l("合成种子"),
        _l("每一项写成十进制数，从小到大，每个数后面加一个点，每一项后面加一条斜线，依次连成种子串（RFC 3797 第 4 节）。"),
    ),
    "order": (
        _l("逐位抽取"),
        _l(
            "抽第几位，就在种子串前后各加两个字节的序号（从 0 起），算 SHA-256，除以名单上余下的人数；余数加 1，就是余下的第几个人。抽过的 %(drawn)s 位与文件相符。"
        ),
    ),
    "walks": (
        _l("席位和递补"),
        _l(
            "每次抽取从有空席开始，坐满为止；回避的顺延，退出的由下一位递补，不重新抽签。每次的依据和顺序合起来算 SHA-256，公开日志里抽取的那一格写的应是同一个值。"
        ),
    ),
    "opened": (
        _l("打开名单"),
        _l("名单上和冻结时排除的共 %(count)s 名：每人的盐加一行资料，SHA-256 等于原来的承诺值；没有缺少，也没有重复。"),
    ),
    "waiting": (_l("种子"), _l("种子还没有齐全，还没有抽取。")),
    "seats": (_l("在席专家"), _l("在席 %(seated)s 名，应有 %(experts)s 名，回避 %(passed)s 名，与文件相符。")),
}
"""Step → its name, and what it shows when it holds."""

SENTENCES: Mapping[str, str] = {
    "good": _l("一致"),
    "good-text": _l("从种子重新算到席位，结果与文件完全相符。"),
    "part": _l("到此一致，还有 %(empty)s 个席位空缺"),
    "part-text": _l("已经公布的各步都与文件相符；抽取以后请再核算一次。"),
    "bad": _l("不一致：%(step)s"),
    "bad-round": _l("不一致：第 %(round)s 轮“%(step)s”"),
    "bad-text": _l("后面的步骤没有核算。请保留这份文件，向监督部门反映。"),
    "other-file": _l("这不是抽取记录文件"),
    "other-file-text": _l("没有核算。请选择从项目的“评标专家抽取”页面下载的数据文件，文件名是 draw- 加项目编号，以 .json 结尾。"),
    "holds": _l("相符"),
    "fails": _l("不符"),
    "about": _l("项目 %(tender)s；文件：%(file)s"),
    "file-sha256": _l("文件的 SHA-256"),
    "published": _l("本站公布的数据"),
    "unreachable": _l("没有取到公布的数据。请检查网络后再试，或者下载数据文件后在这里选择。"),
    "note-closed": _l("名单还没有公开，公开以后请再核算一次。"),
    "note-rehearsed": _l("这是演示数据：截止校验值不是任何日志的。"),
    "note-holiday": _l("%(day)s 应是开奖日，称因长假停开，请对照公告。"),
    "note-elsewhere": _l("这份文件是项目 %(tender)s 的，不是本页的项目。"),
    "limits": _l("核算不出的：彩票是不是真的开出这些号码，请对照开奖公告；名单是不是先于种子冻结，请用核对程序加整本日志核对。"),
    "round": _l("第 %(number)s 轮"),
    "opened-closed": _l("名单在中标结果确定前保密，承诺值还没有打开。"),
    "closing-bare": _l("%(source)s，%(checkpoint_at)s，校验值 %(digest)s。"),
    "contribution-both": _l("%(side)s的随机数 %(value)s，承诺值 %(committed)s，相符。"),
    "contribution-committed": _l("%(side)s没有公开随机数，按规则以承诺值 %(committed)s 计入。"),
    "contribution-none": _l("%(side)s没有提交承诺值，按规则以 0 计入。"),
    "walk": _l("第 %(number)s 次，%(at)s：空 %(empty)s 席，入选 %(drawn)s 名，回避 %(passed)s 名。SHA-256 %(digest)s。"),
    "reserves": _l("以后有人退出的，依次由名单上的这些号递补：%(reserves)s。"),
    "reserves-none": _l("名单已经抽完，没有候补。"),
    "seated": _l("入选"),
    "skipped": _l("回避，顺延"),
    "has-left": _l("已退出，由后面的专家递补"),
    "hash-pool": _l("名单校验值怎样算"),
    "hash-announced": _l("公告内容的校验值怎样算"),
    "hash-side": _l("%(side)s的承诺值怎样算"),
    "hash-key": _l("种子串"),
    "hash-order": _l("第 1 位怎样算"),
    "hash-walk": _l("第 %(number)s 次抽取的校验值怎样算"),
    "hash-input": _l("原文"),
    "hash-input-hexadecimal": _l("原文（十六进制）"),
    "hash-output": _l("SHA-256"),
    "column-source": _l("来源"),
    "column-hexadecimal": _l("公布的值"),
    "column-decimal": _l("种子串里的写法"),
    "column-place": _l("顺序"),
    "column-digest": _l("SHA-256"),
    "column-left": _l("余下人数"),
    "column-rest": _l("余数"),
    "column-number": _l("名单编号"),
    "column-result": _l("结果"),
    "place": _l("第 %(number)s 位"),
    "number": _l("%(number)s 号"),
    "random": _l("%(side)s的随机数"),
    "closing": _l("截止时的日志"),
}

FAULTS: Mapping[str, str] = {
    "broken": _l("文件不完整，或者某一处的写法不对。"),
    "fields": _l("%(where)s 的栏目不对：%(names)s。"),
    "format": _l("不是抽取数据（format 应为 linli-draw@2）。"),
    "algorithm": _l("不是这里的算法。"),
    "names": _l("没有写明名单是否公开。"),
    "seats": _l("委员会人数或者专家比例不合法。"),
    "seats-experts": _l("专家人数不是席位减去招标人代表。"),
    "specialties": _l("专业不对。"),
    "seated": _l("按顺序在席的专家是 %(seated)s 名，文件写的不是。"),
    "round-early": _l("前一轮没有抽完就另行冻结。"),
    "round-frozen": _l("前一轮没有抽完，名单就已经冻结。"),
    "round-twice": _l("有人两轮都在名单里。"),
    "round-number": _l("轮次的编号不是从 1 起连续的。"),
    "round-experts": _l("专家人数与公告不符。"),
    "left-out-reason": _l("排除了人，没有写明情形。"),
    "pool-hash": _l("名单上有不是 SHA-256 的承诺值。"),
    "pool-order": _l("名单没有按承诺值排列。"),
    "pool-twice": _l("名单里有重复的承诺值。"),
    "pool-digest": _l("名单与冻结时公布的校验值不符，应是 %(computed)s。"),
    "instant": _l("%(name)s 不是时间。"),
    "day": _l("%(name)s 不是日期。"),
    "frozen-late": _l("名单冻结得太晚，承诺值已经截止。"),
    "frozen-reason": _l("没有写明另行冻结的理由。"),
    "lottery": _l("不认识这种彩票。"),
    "lottery-day": _l("公告的开奖日，这种彩票不开奖。"),
    "lottery-early": _l("开奖日太早，截止以后没有时间公开随机数。"),
    "lottery-first": _l("公告的不是截止以后第一次开奖，也没有写明理由。"),
    "reveal-until": _l("公开随机数的截止时间不是开奖日 20:00。"),
    "announced": _l("冻结时公告的内容被改动，校验值应是 %(computed)s。"),
    "sides": _l("%(where)s 不是双方各一份。"),
    "committed-time": _l("%(side)s的承诺值没有时间。"),
    "committed-hash": _l("%(side)s的承诺值不是 SHA-256。"),
    "committed-when": _l("%(side)s的承诺值不是在冻结以后、截止以前提交的。"),
    "value-time": _l("%(side)s的随机数没有时间。"),
    "value-when": _l("%(side)s的随机数不是在截止以后、开奖日 20:00 以前公开的。"),
    "value-committed": _l("%(side)s公开的随机数与承诺值不符。"),
    "bare": _l("没有种子串，却有号码、截止校验值或者结果。"),
    "numbers": _l("这种彩票开不出这些号码。"),
    "drawn-on": _l("开奖日不是公告的那一天，也不是长假后的第一期。"),
    "issue": _l("没有写明期号。"),
    "entered-early": _l("号码登记得太早，随机数还没有公开完。"),
    "source": _l("没有写明号码的出处。"),
    "closing-source": _l("截止校验值来源不明。"),
    "closing-hash": _l("截止校验值不是 SHA-256。"),
    "closing-size": _l("截止校验值的来源与日志的大小、起点不符。"),
    "closing-when": _l("不是截止以后的第一个检查点。"),
    "key": _l("种子串与各项种子不符，应是 %(computed)s。"),
    "place-missing": _l("缺第 %(number)s 位。"),
    "place-other": _l("第 %(number)s 位应是名单上的 %(place)s 号，文件写的不是。"),
    "outcome": _l("第 %(number)s 位没有写明入选还是回避。"),
    "passed-reason": _l("第 %(number)s 位回避没有写明情形，或者入选却写了回避的情形。"),
    "left-when": _l("第 %(number)s 位没有入选，或者退出的时间早于入选。"),
    "places-more": _l("位次比名单上的人多。"),
    "places-none": _l("种子已经齐全，却没有结果。"),
    "walks": _l("抽取的次数和时间与顺序不符。"),
    "walk-full": _l("席位已满，仍继续抽取。"),
    "walk-many": _l("入选的人比席位多。"),
    "walk-stopped": _l("席位未满就停止抽取，或者坐满以后又多抽。"),
    "walk-digest": _l("抽取的依据或者顺序被改动，校验值应是 %(computed)s。"),
    "walk-early": _l("号码还没有登记，就已经抽取。"),
    "walks-other": _l("有的位次不属于任何一次抽取。"),
    "names-closed": _l("名单尚不公开，承诺值却已打开。"),
    "names-open": _l("名单应已公开，承诺值却没有打开。"),
    "opens": _l("承诺值 %(code)s… 打不开：盐或者资料被改动。"),
    "line": _l("资料一行的写法不对。"),
    "opened-specialty": _l("%(name)s的专业与要求不符。"),
    "opened-twice": _l("%(name)s在名单里不止一次。"),
    "opened-missing": _l("打开的人比名单少。"),
}
"""What does not hold."""

LABELLED = {"side": Side, "kind": PublicNumber, "source": ClosingSource, "reason": Exclusion}


def spoken_words() -> dict[str, str]:
    """All of it in the present language, as plain values for the page's data block."""
    told = {f"step-{name}": str(title) for name, (title, _text) in STEPS.items()}
    told |= {f"shown-{name}": str(text) for name, (_title, text) in STEPS.items()}
    told |= {f"fault-{name}": str(text) for name, text in FAULTS.items()}
    told |= {f"{kind}-{member.value}": str(member.label) for kind, members in LABELLED.items() for member in members}
    return told | {name: str(text) for name, text in SENTENCES.items()}
