"""What must hold for a capsule to be accepted, and what is listed when bidding closes. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from app.common.i18n import _l
from app.common.refusal import Reason
from app.tenders.capsule.format import Header
from app.tenders.capsule.seal import Terms

SEAL_AGAIN = _l("请用项目页面现在提供的封标参数重新封装。")
NOT_A_CAPSULE = Reason(
    _l("这不是加密封装的投标，没有受理。"),
    _l("《电子招标投标办法》第二十六条"),
    _l("请在投标页面填写后由浏览器加密提交，或者用离线封标工具制作 .sealed 文件后上传。"),
)
NOT_SEALED = Reason(
    _l("这不是加密封装的投标，没有受理。请选择封标工具做好的、文件名以 .sealed 结尾的文件。"), _l("《电子招标投标办法》第二十六条")
)
"""Of a file. What to do stands in the sentence itself, as below: it is kept with the refusal and shown wherever that is."""
EMPTY = Reason(_l("文件是空的，或者没有选择文件，没有受理。请选择封标工具做好的、文件名以 .sealed 结尾的文件。"))
DAMAGED = Reason(_l("封装文件不完整或者被改动过，没有受理。"), next=_l("请重新制作封装文件后上传。"))


def why_not_capsule(header: Header, terms: Terms, sizes: Mapping[str, int]) -> Reason | None:
    """Why this header can't stand as a bid under these terms. `sizes`: bytes of each object that has fully arrived, by hash."""
    if header.tender != terms.tender:
        return Reason(_l("这份封装是为项目 %(number)s 制作的，不能用于本项目。", number=header.tender), next=SEAL_AGAIN)
    if header.documents != terms.documents:
        return Reason(_l("这份封装依据的招标文件不是现在公布的这一份。"), next=SEAL_AGAIN)
    if header.threshold != terms.threshold or tuple(one.holder for one in header.holders) != terms.holders:
        return Reason(_l("这份封装用的保管人密钥与公布的不一致，开标时无法解密。"), next=SEAL_AGAIN)
    if len({one.sha256 for one in header.objects}) < len(header.objects):
        return Reason(_l("封装里有重复的文件。"), next=SEAL_AGAIN)
    for one in header.objects:
        if one.sha256 not in sizes:
            return Reason(_l("还有加密文件没有上传完。"), next=_l("请等上传完成后再提交；已经上传的部分不会丢。"))
        if sizes[one.sha256] != one.size:
            return Reason(_l("上传的加密文件与封装清单上的大小不符。"), next=SEAL_AGAIN)
    return None


def closing_statement(tender: str, closed_at: datetime, capsules: Sequence[str]) -> str:
    """The lines that are hashed into the log when bidding has closed: the capsules that count, sorted."""
    return "\n".join(("linli-closing-1", tender, closed_at.isoformat(timespec="milliseconds"), str(len(capsules)), *sorted(capsules), ""))
