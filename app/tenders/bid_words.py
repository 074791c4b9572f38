"""Every sentence that the bid page's script says, so that each stands in the catalogue and reads in the visitor's language. Pure.

Values that only the browser knows stay as their placeholders, which the script fills.
"""

from collections.abc import Mapping
from typing import Any

from app.common.i18n import _l
from app.common.refusal import Reason
from app.tenders import bidding

NOT_PUBLISHED = _l("没有密封，填写的内容都还在。请刷新页面后再检查；仍然这样的，不要投标，并告知监督部门。")
"""What to do when the terms that the server gives are not those of the public log."""

FINDINGS: Mapping[str, Reason] = {
    "price_missing": bidding.PRICE_MISSING,
    "price_above_ceiling": bidding.above_ceiling("%(price)s", "%(ceiling)s"),
    "manager_missing": bidding.MANAGER_MISSING,
    "plan_short": bidding.PLAN_SHORT,
    "passage_missing": bidding.passage_missing("%(label)s"),
    "staffing_missing": bidding.STAFFING_MISSING,
    "declaration_missing": bidding.DECLARATION_MISSING,
    "named_in_blind_part": bidding.named_in_blind_part("%(name)s"),
    "money_no_number": Reason(_l("报价不是数字。"), next=_l("请填写以元为单位的数字，例如 1234.50。")),
    "money_negative": Reason(_l("报价不能是负数。"), next=_l("请填写正数。")),
    "money_too_large": Reason(_l("报价的数字太大。"), next=_l("请检查位数后重新填写。")),
    "money_too_fine": Reason(_l("报价最多两位小数（精确到分）。"), next=_l("请改为两位小数。")),
    "people_missing": Reason(_l("岗位“%(post)s”还没有填写人数。"), next=_l("请填写 1 或更大的整数，或者删去这一行。")),
    "file_empty": Reason(_l("文件“%(name)s”是空的。"), next=_l("请检查后重新选择文件。")),
    "file_too_large": Reason(_l("文件“%(name)s”超过 %(limit)d MB。"), next=_l("请压缩或拆分后重新上传。")),
    "file_other_kind": Reason(
        _l("文件“%(name)s”的内容是 %(kind)s，名称却以 .%(ending)s 结尾。"),
        next=_l("请把名称的结尾改成 .%(right)s，或者换成 %(promised)s 文件，再重新上传。"),
    ),
    "file_other_kind_unknown": Reason(
        _l("文件“%(name)s”的内容是 %(kind)s，名称却以 .%(ending)s 结尾。"), next=_l("请上传 PDF、DOCX、XLSX、PNG 或 JPG 文件。")
    ),
    "file_not_allowed": Reason(_l("文件“%(name)s”的内容不是允许的类型。"), next=_l("请上传 PDF、DOCX、XLSX、PNG 或 JPG 文件。")),
    "file_password": Reason(_l("文件“%(name)s”设有打开密码，评审时无法阅读。"), next=_l("请去掉密码后重新添加。")),
    "file_damaged": Reason(_l("文件“%(name)s”打不开，可能已经损坏。"), next=_l("请用原来的软件重新保存一份，再添加。")),
    "file_twice": Reason(_l("文件“%(name)s”已经添加过。"), next=_l("请选择其他文件。")),
    "file_not_sealed": Reason(_l("文件“%(name)s”没有加密成功，没有添加。"), next=_l("请检查本机剩余的磁盘空间，再重新添加。")),
    "file_lost": Reason(_l("附件“%(name)s”在本机找不到了。"), next=_l("请重新添加。")),
    "too_many_files": Reason(_l("附件最多 %(most)d 个。"), next=_l("请先删除不需要的附件，或者合并成一个文件。")),
    "upload_failed": Reason(_l("加密文件没有上传成功。"), next=_l("请刷新页面；如果已经退出登录，请重新登录。草稿还在本机。")),
    "files_not_sent": Reason(_l("有附件没有上传成功。"), next=_l("请查看附件列表中的说明，处理后再检查。")),
    "not_sealed": Reason(_l("加密或者核对没有完成。"), next=_l("请检查网络后再按一次“检查”；仍不成功的，请刷新页面，草稿还在本机。")),
    "published_missing": Reason(_l("平台没有给出公告在公开日志中的证明。"), next=NOT_PUBLISHED),
    "published": Reason(_l("公开日志里没有本项目的公告。"), next=NOT_PUBLISHED),
    "published_elsewhere": Reason(_l("平台给出的是公开日志里另一条记录，不是本项目的公告。"), next=NOT_PUBLISHED),
    "published_documents": Reason(_l("招标文件与公开日志里公告的不一致。"), next=NOT_PUBLISHED),
    "published_deadline": Reason(_l("平台给出的投标截止时间与公开日志里公告的不一致。"), next=NOT_PUBLISHED),
    "published_keys": Reason(_l("平台给出的密钥保管人与公开日志里公告的不一致。"), next=NOT_PUBLISHED),
    "terms_unsound": Reason(_l("保管人的公钥有重复，或者一人就能解密，或者缺一人就不能解密，不能这样密封。"), next=NOT_PUBLISHED),
    "log_other": Reason(
        _l("平台给出的公开日志公钥变了：指纹是 %(given)s，这台电脑以前见过的是 %(known)s。"),
        next=_l(
            "没有密封，填写的内容都还在。请与以前的回执、同行或者监督部门保存的公钥核对：新的公钥确已公告的，按下面的按钮；否则不要投标，并告知监督部门。"
        ),
    ),
    "outcome_unknown": Reason(_l("网络中断，还不知道服务器是否收到。"), next=_l("请再按一次“提交投标”；同一份内容重复提交只算一次。")),
    "export_failed": Reason(_l("草稿没有导出。"), next=_l("请等附件加密完成后再试。")),
    "import_incomplete": Reason(_l("还没有选择草稿文件或者填写口令。"), next=_l("请选择 .age 文件，并填写导出时显示的口令。")),
    "import_passphrase": Reason(_l("口令不对。"), next=_l("请向导出草稿的人核对口令，重新填写。")),
    "import_no_draft": Reason(_l("这不是完整的投标草稿文件。"), next=_l("请选择“导出草稿”得到的 .age 文件。")),
    "import_other": Reason(_l("这份草稿是另一个项目或者另一家企业的。"), next=_l("请选择本项目的草稿文件。")),
}
"""Findings and refusals, each with what to do next."""

SENTENCES: Mapping[str, Any] = {
    "error": _l("错误："),
    "errors_first": _l("请先改正下面的问题"),
    "price_too_low": _l("报价不能小于 %(least)s 元。"),
    "price_too_high": _l("报价不能大于 %(most)s 元。"),
    "too_long": _l("“%(label)s”最多 %(length)d 个字。"),
    "people_no_number": _l("人数应为 0 到 %(most)d 的整数。"),
    "post_missing": _l("填写了人数，还没有填写岗位名称。"),
    "row_label": _l("%(label)s，第 %(number)d 行"),
    "in_row": _l("人员配备第 %(number)s 行：%(text)s"),
    "closed": _l("投标已经截止。"),
    "left_days": _l("距投标截止还有 %(days)d 天 %(hours)d 小时。"),
    "left_hours": _l("距投标截止还有 %(hours)d 小时 %(minutes)d 分。"),
    "left_minutes": _l("距投标截止还有 %(minutes)d 分 %(seconds)d 秒。"),
    "left_last": _l("距投标截止只剩 %(minutes)d 分 %(seconds)d 秒，请尽快检查并提交。"),
    "ten_minutes_left": _l("距投标截止不到 10 分钟，请尽快检查并提交。"),
    "draft_saved": _l("草稿已保存在本机（%(time)s），还没有提交。"),
    "draft_restored": _l("已恢复保存在本机的草稿。"),
    "draft_not_saved": _l("草稿没有保存到本机：浏览器不允许或者磁盘已满。请不要关闭本页。"),
    "draft_unreadable": _l("保存在本机的草稿读不出来，请重新填写；已经提交的投标不受影响。"),
    "forget_sure": _l("删除本机上这份投标的草稿、附件和密钥？已经提交的投标不受影响，恢复文件请另外保存好。"),
    "file_checking": _l("正在检查"),
    "file_sealing": _l("正在加密"),
    "file_waiting": _l("等待上传"),
    "file_sending": _l("正在上传"),
    "file_offline": _l("网络中断，恢复后自动继续"),
    "file_arrived": _l("已加密上传"),
    "file_arrived_name": _l("附件“%(name)s”已加密上传。"),
    "file_failed": _l("没有上传成功"),
    "progress_of": _l("“%(name)s”的进度"),
    "kind_of": _l("“%(name)s”的附件种类"),
    "remove_file": _l("删除"),
    "pages": _l("%(number)d 页"),
    "step_files": _l("正在等待附件上传完成……"),
    "step_sealing": _l("正在加密，并重新打开核对……"),
    "terms_changed": _l("您上次检查以后，招标文件有更新。请重新阅读招标文件，确认内容仍然适用。"),
    "price_unit": _l("元/m²·月"),
    "price_in_words": _l("人民币%(words)s（每平方米每月）"),
    "people_number": _l("%(number)d 人"),
    "declared": _l("已声明"),
    "not_declared": _l("未声明"),
    "staffing_caption": _l("岗位、人数与资格"),
    "holders_open": _l("%(count)d 位保管人中有 %(threshold)d 位到场才能打开：%(names)s。"),
    "logged_alike": _l("浏览器已核对：密钥、招标文件和截止时间与公开日志第 %(index)s 格（公告）一致。日志公钥的指纹是 %(key)s。"),
    "list_comma": _l("、"),
    "recovery_given": _l("恢复文件已经下载。请确认它在“下载”文件夹里，并另外保存一份。"),
    "submitting": _l("正在提交……"),
    "refusal_receipt": _l("查看不受理回执"),
    "exporting": _l("正在加密草稿……"),
    "exported": _l("草稿已下载。请把文件交给签章人，再用电话等另一种方式告诉对方下面的口令；口令只显示这一次。"),
    "importing": _l("正在打开草稿……"),
    "imported": _l("草稿已导入，附件会用新的密钥重新加密上传。"),
    "import_replaces": _l("导入的草稿会替换本页现在的内容。要继续吗？"),
    "recovery_text": _l(
        "邻里投标恢复文件。请妥善保管，截止前不要交给任何人。\n"
        "项目：%(title)s（%(tender)s）\n投标人：%(bidder)s（%(uscc)s），第 %(version)d 次提交\n"
        "封装校验值 SHA-256：%(hash)s\n本次投标的公钥：%(key)s\n"
        "用途：开标时密钥保管人不能到齐，平台会通知一个补救时段；请在那时登录，在开标页面选择本文件，本企业的投标即可打开。\n"
        "拿到本文件和密文的人能读出投标内容。下一行是本次投标的私钥，也可以直接用 age 程序解密。"
    ),
}

LABELS: Mapping[str, Any] = {
    "price": _l("报价"),
    "in_words": _l("大写"),
    "project_manager": _l("项目负责人"),
    "people_total": _l("人员合计"),
    "declaration": _l("无利害关系声明"),
    "staffing": _l("人员配备"),
    "post": _l("岗位"),
    "people": _l("人数"),
    "qualification": _l("资格与要求"),
    "files": _l("附件"),
    "holders": _l("谁能打开"),
    "capsule": _l("封装校验值"),
}


def spoken_words() -> dict[str, Any]:
    """All of it in the present language, as plain values for the page's data block."""
    told = {key: {"text": str(one.text), "next": str(one.next), "basis": str(one.basis)} for key, one in FINDINGS.items()}
    return told | {key: str(text) for key, text in SENTENCES.items()}
