"""Everything that the program says, in Chinese and English, and the fault that ends it."""

import errno

ZH, EN = "zh", "en"
_chosen = [ZH]


class Fault(Exception):
    """Ends the program with a sentence. `code`: 1 the bid or the capsule is at fault, 3 a file or an address can't be had, 4 not overwritten."""

    def __init__(self, key: str, *, code: int = 1, **values):
        super().__init__(key)
        self.key, self.code, self.values = key, code, values

    @property
    def sentence(self) -> str:
        return say(self.key, **self.values)


def speak(language: str) -> None:
    _chosen[0] = language


def say(key: str, **values) -> str:
    return WORDS[key][_chosen[0] == EN].format(**values)


def why_of(error: Exception) -> str:
    """What stood in the way of reading or writing, in words: the system's own are English."""
    number = getattr(getattr(error, "reason", error), "errno", None)
    return say(f"system_{errno.errorcode[number]}" if f"system_{errno.errorcode.get(number)}" in WORDS else "system_otherwise")


WORDS = {
    # the command line
    "usage": ("用法：", "usage: "),
    "usage_what": ("要写的", "what to give"),
    "usage_options": ("选项", "options"),
    "about_help": ("显示这份说明", "show this help"),
    "typed_missing": ("命令没有写全，还缺：{names}。", "The command lacks: {names}."),
    "typed_strange": ("命令里有不认识的部分：{names}。", "The command has parts that are not known: {names}."),
    "typed_empty": ("{names} 后面没有写内容。", "Nothing is given after {names}."),
    "typed_choice": ("{names} 不能是 {given}。", "{names} cannot be {given}."),
    "typed_otherwise": ("命令写得不对。", "The command is not right."),
    "typed_next": ("每一项怎么写：{program} --help", "How to write each part: {program} --help"),
    # why the system did not do it
    "system_ENOENT": ("没有这个文件或者文件夹", "there is no such file or folder"),
    "system_EACCES": ("没有权限", "no permission"),
    "system_EPERM": ("没有权限", "no permission"),
    "system_EISDIR": ("这是一个文件夹", "it is a folder"),
    "system_ENOTDIR": ("路径里有一段不是文件夹", "part of the path is no folder"),
    "system_ENOSPC": ("磁盘已满", "the disk is full"),
    "system_EROFS": ("磁盘只能读", "the disk is read-only"),
    "system_ENAMETOOLONG": ("文件名太长", "the name is too long"),
    "system_ECONNREFUSED": ("对方没有应答", "nobody answers there"),
    "system_otherwise": ("系统没有完成", "the system did not do it"),
    "about": (
        "在自己的电脑上封装投标：价格、方案和附件加密后写成一个 .sealed 文件，到开标时才能由保管人共同解密。",
        "Seals a bid on your own machine: price, plan and files become one .sealed file that only the key holders together can open, at the opening.",
    ),
    "about_terms": (
        "显示封装依据：项目、截止时间、保管人和密钥指纹",
        "show what will be sealed for: tender, deadline, key holders and their fingerprints",
    ),
    "about_seal": ("封装一份投标", "seal a bid"),
    "about_check": ("打开自己封装的投标，看开标后房管部门会读到什么", "open your own capsule and see what the bureau will read"),
    "about_source": (
        "封标参数：sealing.json 文件，或者项目页面的网址",
        "the terms: a file sealing.json, or the address of the tender's page",
    ),
    "about_log_key": (
        "您从别处得知的日志公钥或者它的指纹，不同的不封装",
        "the log's key or its fingerprint as you have it from elsewhere; nothing is sealed under another",
    ),
    "about_bid": (
        "投标内容，JSON 或 TOML 文件（写法见网站上离线封标的页面）",
        "the bid's content, a JSON or TOML file (how to write it: the site's page on offline sealing)",
    ),
    "about_file": ("附件，写成 类别=文件，可以重复", "a file, as kind=path; may be repeated"),
    "about_out": ("写出的封装文件", "the sealed file to write"),
    "about_recovery": ("恢复文件，只留在本单位", "the recovery file, which stays with you"),
    "about_yes": ("覆盖已有文件，不再询问", "overwrite files without asking"),
    "about_lang": ("语言", "language"),
    "about_sealed": ("封装文件", "the sealed file"),
    "about_check_terms": ("同时核对它是否与现在的封标参数一致", "also check that it matches the terms as they stand now"),
    # faults
    "unreadable": ("读不了“{name}”：{why}。", "Cannot read {name}: {why}."),
    "unwritable": ("写不了“{name}”：{why}。", "Cannot write {name}: {why}."),
    "unreachable": (
        "取不到 {name}：{why}。请在浏览器里下载封标参数，再用文件。",
        "Cannot fetch {name}: {why}. Download the terms in a browser and give the file.",
    ),
    "no_terms": (
        "“{source}”不是邻里的封标参数。请从项目页面重新下载 sealing.json。",
        "{source} is not a terms file of Linli. Download sealing.json from the tender's page again.",
    ),
    "published_missing": (
        "封标参数里没有公告在公开日志中的证明，没有封装。请从项目页面重新下载 sealing.json。",
        "The terms file has no proof of the publication in the public log; nothing was sealed. Download sealing.json from the tender's page again.",
    ),
    "published": (
        "公开日志里没有本项目的公告，没有封装。请重新下载封标参数；仍然这样的，告知监督部门。",
        "The public log does not have this tender's publication; nothing was sealed. Download the terms again; if it stays so, tell the supervisors.",
    ),
    "published_elsewhere": (
        "封标参数带的是公开日志里另一条记录，不是本项目的公告，没有封装。请重新下载封标参数；仍然这样的，告知监督部门。",
        "The terms carry another entry of the public log, not this tender's publication; nothing was sealed. "
        "Download the terms again; if it stays so, tell the supervisors.",
    ),
    "published_documents": (
        "招标文件与公开日志里公告的不一致，没有封装。请不要投标，并告知监督部门。",
        "The tender documents are not those of the public log; nothing was sealed. Do not bid, and tell the supervisors.",
    ),
    "published_deadline": (
        "投标截止时间与公开日志里公告的不一致，没有封装。请不要投标，并告知监督部门。",
        "The deadline is not that of the public log; nothing was sealed. Do not bid, and tell the supervisors.",
    ),
    "published_keys": (
        "密钥保管人与公开日志里公告的不一致，没有封装。请不要投标，并告知监督部门。",
        "The key holders are not those of the public log; nothing was sealed. Do not bid, and tell the supervisors.",
    ),
    "log_other": (
        "封标参数里的日志公钥与您给出的不同，它的指纹是 {given}，没有封装。请告知监督部门；平台确已公告启用新日志的，改用新的公钥。",
        "The log's key in the terms is not the one you gave; its fingerprint is {given}, and nothing was sealed. "
        "Tell the supervisors; if a new log was announced, give its key.",
    ),
    "bid_encoding": ("“{name}”不是 UTF-8 编码。请另存为 UTF-8。", "{name} is not in UTF-8. Save it as UTF-8."),
    "bid_unreadable": ("“{name}”的格式有误：{why}。", "{name} is not well formed: {why}."),
    "at_line": ("第 {line} 行第 {column} 个字符", "line {line}, character {column}"),
    "at_end": ("文件没有写完", "it ends too early"),
    "bid_strange": ("投标内容里有不认识的字段：{names}。", "The bid has fields that are not known: {names}."),
    "bid_shape": (
        "投标内容里这些字段的格式不对：{names}。请对照 README 中的例子。",
        "These fields of the bid are not of the right form: {names}. Compare them with the example in the README.",
    ),
    "price_no_number": (
        "报价“{price}”不是以元为单位、最多两位小数的正数。请写成 0.62 这样的数字。",
        "The price {price} is not a positive amount in yuan with at most two decimals. Write it like 0.62.",
    ),
    "too_many_files": ("附件最多 {most} 个。请合并后重试。", "At most {most} files. Merge some of them."),
    "file_kind": ("“{given}”要写成 类别=文件，类别为 {kinds} 之一。", "{given}: write kind=path, with one of the kinds {kinds}."),
    "file_empty": ("文件“{name}”是空的。请检查后重新选择文件。", "The file {name} is empty. Check it and choose again."),
    "file_large": ("文件“{name}”超过 {most} MB。请压缩或拆分。", "The file {name} is larger than {most} MB. Compress or split it."),
    "file_twice": ("同一个文件给了两次。请去掉重复的。", "The same file was given twice. Leave one out."),
    "file_not_allowed": (
        "文件“{name}”的内容与名称不符，或者不是允许的类型（PDF、DOCX、XLSX、PNG、JPG）。",
        "The content of {name} does not match its name, or is not of an allowed type (PDF, DOCX, XLSX, PNG, JPG).",
    ),
    "file_password": (
        "文件“{name}”设了密码，评委打不开。请去掉密码后重试。",
        "The file {name} has a password and cannot be read by the committee. Remove the password.",
    ),
    "deadline_over": ("投标已经截止，平台不会再受理。", "Bidding has closed; the platform will not accept it any more."),
    "gaps": ("投标还不完整，没有封装：", "The bid is not complete and was not sealed:"),
    "gap_bidder": (
        "bidder 不是统一社会信用代码：应为 18 位，最后一位是校验位。请对照营业执照逐位核对。",
        "bidder is not a unified social credit code: 18 characters, the last of which checks the others. Compare it with the business licence.",
    ),
    "gap_ceiling": (
        "报价 {price} 元高于最高限价 {ceiling} 元。",
        "The bid price of {price} yuan is above the ceiling price of {ceiling} yuan.",
    ),
    "gap_manager": ("没有项目负责人（project_manager）。", "There is no project manager (project_manager)."),
    "gap_plan": (
        "服务方案（plan）应为 {least} 至 {most} 个字，现在 {length} 个。",
        "The service plan (plan) needs {least} to {most} characters; it has {length}.",
    ),
    "gap_passage": ("没有写“{label}”（answers.{code}）。", "“{label}” (answers.{code}) is missing."),
    "bid_long": ("{name} 最多 {most} 个字，现在 {length} 个。", "{name} may have {most} characters at most; it has {length}."),
    "gap_strange_answer": ("answers.{code} 不是这个项目要求的内容。", "answers.{code} is not asked for in this tender."),
    "gap_staffing": ("没有人员配备（staffing）。", "There is no staffing (staffing)."),
    "gap_declaration": ("没有作出无利害关系声明（no_interest）。", "The declaration of no interest (no_interest) is missing."),
    "kept": ("“{name}”已经存在，没有覆盖。", "{name} exists already and was not overwritten."),
    "ask": ("“{name}”已经存在。覆盖吗？[y/N] ", "{name} exists already. Overwrite it? [y/N] "),
    "damaged": ("“{name}”不是完整的封装文件，或者被改动过。", "{name} is not a whole sealed file, or it has been changed."),
    "no_recovery": ("“{name}”里没有恢复密钥。", "There is no recovery key in {name}."),
    "wrong_recovery": ("这份恢复文件不是这份封装的。", "This recovery file does not belong to this capsule."),
    "not_opened": (
        "封装打不开：内容不完整或者被改动过。请重新封装。",
        "The capsule does not open: it is incomplete or was changed. Seal the bid again.",
    ),
    "other_tender": ("这份封装不是为这个项目制作的。", "This capsule was made for another tender."),
    "other_documents": (
        "招标文件后来有改动。请用新的封标参数重新封装。",
        "The tender documents have changed since. Seal again with the new terms.",
    ),
    "other_holders": (
        "保管人密钥与公布的不一致。请用新的封标参数重新封装。",
        "The key holders are not those of the terms. Seal again with the new terms.",
    ),
    "matches": ("与现在的封标参数一致。", "It matches the terms as they stand."),
    # what is shown
    "terms_head": ("项目：{tender} {title}", "Tender: {tender} {title}"),
    "terms_documents": ("招标文件校验值：{documents}", "Tender documents: {documents}"),
    "terms_deadline": ("投标截止：{at}（北京时间）", "Bidding closes: {at} (Beijing time)"),
    "terms_closed": ("投标已经截止。", "Bidding has closed."),
    "terms_left": ("还剩 {days} 天 {hours} 小时。", "{days} days and {hours} hours left."),
    "terms_holders": (
        "密钥保管人：{count} 人，其中任意 {threshold} 人共同解密",
        "Key holders: {count}, any {threshold} of whom open the bids together",
    ),
    "terms_published": (
        "已核对：密钥、招标文件和截止时间与公开日志第 {index} 格（公告）一致。",
        "Checked: keys, tender documents and deadline are those of leaf {index} of the public log (the publication).",
    ),
    "terms_log": (
        "日志公钥的指纹：{fingerprint}。请与以前的回执、同行或者监督部门保存的核对，或者用 --log-key 给出。",
        "Fingerprint of the log's key: {fingerprint}. Compare it with earlier receipts, other bidders or the supervisors, or give it with --log-key.",
    ),
    "terms_passages": ("除服务方案外还要写（answers）：", "To be written beside the plan (answers):"),
    "terms_kinds": ("附件类别：{kinds}", "Kinds of files: {kinds}"),
    "read_head": ("开标后房管部门会读到：", "What the bureau will read:"),
    "read_bidder": ("投标人：{bidder}，第 {version} 次", "Bidder: {bidder}, version {version}"),
    "read_price": (
        "报价：{figures} 元/平方米·月（大写：人民币{words}）",
        "Bid price: {figures} yuan per m² and month (in words: RMB {words})",
    ),
    "read_manager": ("项目负责人：{name}", "Project manager: {name}"),
    "read_plan": ("服务方案：{length} 个字，开头是“{start}”", "Service plan: {length} characters, beginning “{start}”"),
    "read_answer": ("{code}：{length} 个字", "{code}: {length} characters"),
    "read_post": ("  {post} {people} 人 {qualification}", "  {post}: {people} {qualification}"),
    "read_declared": ("已声明与招标人没有利害关系", "Declared to have no interest in the tenderer"),
    "read_not_declared": ("没有作出无利害关系声明", "No declaration of interest was made"),
    "read_files": ("附件 {count} 个：", "Files: {count}"),
    "read_file": ("  {kind}：{name}，{size} 字节", "  {kind}: {name}, {size} bytes"),
    "read_capsule": ("封装校验值：{hash}", "Capsule: {hash}"),
    "sealed": ("已写入 {out}（{size} 字节），恢复文件 {recovery}。", "Written: {out} ({size} bytes), recovery file {recovery}."),
    "next": (
        "请在截止前登录平台，在投标页面上传 {out} 并保存回执。恢复文件请保存在本单位，不要上传，也不要发给任何人。",
        "Before the deadline sign in, upload {out} on the bid page and keep the receipt. Keep the recovery file to yourself: do not upload or send it.",
    ),
    # the recovery file, in both languages
    "recovery": (
        "邻里投标恢复文件。里面的密钥能打开这一份投标：请保存在本单位，开标前不要给任何人。\n"
        "保管人到场不足时，平台公告后，可以用它解密自己的投标。自己查看：linli-seal check，或者离线封标网页。",
        "Recovery file of a bid in Linli. The key in it opens this one bid: keep it, and give it to nobody before the opening.\n"
        "When too few key holders come, you can open your bid with it after the platform's notice. To look yourself: linli-seal check, or the offline page.",
    ),
}
