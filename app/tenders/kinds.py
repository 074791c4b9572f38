"""The closed lists of tendering: each word, its label and its colour, in one place."""

from app.common.i18n import _l
from app.common.labels import LabelledEnum


class Regime(LabelledEnum):
    """Which body of rules a tender follows (DOMAIN 0); the parameters differ."""

    PRELIM = "PRELIM", _l("前期物业"), "info"
    OWNERS = "OWNERS", _l("业主大会选聘"), "info"
    PUBLIC = "PUBLIC", _l("财政资金购买服务"), "info"
    COMMUNITY = "COMMUNITY", _l("社区招标"), "info"


class Method(LabelledEnum):
    """How bidders are found. Only open tenders run here; OCDS calls it `open`."""

    OPEN = "open", _l("公开招标"), "info"


class LevelScheme(LabelledEnum):
    """Which standard numbers the service level: some provinces count the other way round."""

    CPMI_2004 = "CPMI_2004", _l("《普通住宅小区物业管理服务等级标准》（一级最高）"), "info"


class ServiceLevel(LabelledEnum):
    FIRST = "1", _l("一级"), "info"
    SECOND = "2", _l("二级"), "info"
    THIRD = "3", _l("三级"), "info"


class CriterionKind(LabelledEnum):
    """Where the points of a criterion come from: computed, from records, or from the evaluators."""

    PRICE = "price", _l("按报价计算"), "info"
    SCORED_PLAN = "scored_plan", _l("评委打分：服务方案"), "info"
    STAFFING = "staffing", _l("评委打分：人员"), "info"
    CREDIBILITY = "credibility", _l("取自信用记录"), "info"
    CAPACITY = "capacity", _l("取自承接能力"), "info"
    RECORD = "record", _l("取自同类业绩"), "info"
    DEFENCE = "defence", _l("评委打分：现场答辩"), "info"

    @property
    def by_evaluators(self) -> bool:
        return self in (CriterionKind.SCORED_PLAN, CriterionKind.STAFFING, CriterionKind.DEFENCE)


class DocumentKind(LabelledEnum):
    TENDER_DOCUMENTS = "tender_documents", _l("招标文件"), "info"
    CONTRACT_DRAFT = "contract_draft", _l("合同文本"), "info"
    MANDATE = "mandate", _l("业主授权或会议决议"), "info"
    DRAWING = "drawing", _l("图纸与设施清单"), "info"
    OTHER = "other", _l("其他附件"), "info"


class FilingSubject(LabelledEnum):
    NOTICE = "notice", _l("招标备案"), "info"
    AWARD = "award", _l("定标备案"), "info"


class FilingOutcome(LabelledEnum):
    PENDING = "pending", _l("待备案"), "wait"
    RETURNED = "returned", _l("退回改正"), "soon"
    CONFIRMED = "confirmed", _l("已备案"), "open"
    TAKEN_BACK = "taken_back", _l("已撤回"), "done"


class FailureCause(LabelledEnum):
    """Why a tender ended without a winner."""

    TOO_FEW_BIDS = "too_few_bids", _l("投标人不足 3 家"), "done"
    ALL_REJECTED = "all_rejected", _l("全部投标被否决"), "done"
    NO_CANDIDATE_LEFT = "no_candidate_left", _l("没有可以中标的候选人"), "done"
    UNREADABLE = "unreadable", _l("投标文件无法打开"), "done"


class PassReason(LabelledEnum):
    """The only lawful reasons to go past a candidate (招标投标法实施条例第五十五条)."""

    GAVE_UP = "gave_up", _l("放弃中标"), "done"
    FORCE_MAJEURE = "force_majeure", _l("因不可抗力不能履行合同"), "done"
    NO_PERFORMANCE_BOND = "no_performance_bond", _l("未按要求提交履约保证金"), "done"
    FOUND_ILLEGAL = "found_illegal", _l("被查实存在影响中标结果的违法行为"), "done"


class VoidReason(LabelledEnum):
    """Why an award decision no longer stands."""

    RETURNED = "returned", _l("定标备案被退回"), "soon"
    PASSED_OVER = "passed_over", _l("中标人不能签约"), "done"


class RejectionGround(LabelledEnum):
    """The closed list of 招标投标法实施条例第五十一条, and what a committee may find once fewer than three bids are left
    (评标委员会和评标方法暂行规定第二十七条): a bid may be rejected for nothing else."""

    UNSIGNED = "unsigned", _l("投标文件未经投标单位盖章和单位负责人签字"), "soon"
    NO_CONSORTIUM_AGREEMENT = "no_consortium_agreement", _l("联合体没有提交共同投标协议"), "soon"
    NOT_QUALIFIED = "not_qualified", _l("投标人不符合规定的资格条件"), "soon"
    TWO_BIDS = "two_bids", _l("同一投标人提交两个以上不同的投标文件或者报价"), "soon"
    PRICE = "price", _l("报价低于成本或者高于最高投标限价"), "soon"
    NO_RESPONSE = "no_response", _l("没有响应招标文件的实质性要求和条件"), "soon"
    COLLUSION = "collusion", _l("有串通投标、弄虚作假、行贿等违法行为"), "soon"
    NO_COMPETITION = "no_competition", _l("否决后有效投标不足三家，明显缺乏竞争"), "soon"


class RejectionVoice(LabelledEnum):
    """What one member of the committee says to a proposal to reject a bid."""

    AGREED = "agreed", _l("同意否决"), "soon"
    REFUSED = "refused", _l("不同意否决"), "open"


class Seat(LabelledEnum):
    """Whom an evaluator speaks for; experts are at least two thirds (招标投标法第三十七条)."""

    TENDERER = "tenderer", _l("招标人代表"), "info"
    EXPERT = "expert", _l("专家"), "badge"


class BidDocumentKind(LabelledEnum):
    LETTER = "letter", _l("投标函"), "info"
    PLAN = "plan", _l("服务方案"), "info"
    STAFFING = "staffing", _l("人员与资格证明"), "info"
    OTHER = "other", _l("其他材料"), "info"


class CapsuleFault(LabelledEnum):
    """Why a sealed bid, or a share of it, could not be opened (capsule.unseal.Fault). Whose fault it is has legal effect."""

    TOO_FEW_SHARES = "too_few_shares", _l("保管人的份额不足"), "soon"
    WRONG_KEY = "wrong_key", _l("份额拼成的密钥不符"), "soon"
    OBJECT_MISSING = "object_missing", _l("平台缺少密文"), "soon"
    GIVEN_UP = "given_up", _l("份额齐全，平台没能解密"), "wait"
    UNREADABLE = "unreadable", _l("解密后不是有效的投标"), "soon"
    OTHER_BIDDER = "other_bidder", _l("封装里的统一社会信用代码与投标账号的不一致"), "soon"
    OTHER_TENDER = "other_tender", _l("封存的是别的项目或别的招标文件的投标"), "soon"
    BAD_SHARE = "bad_share", _l("投标人给这位保管人的份额不能用"), "soon"
    FORGED_SHARE = "forged_share", _l("交来的份额与封存时不符"), "soon"

    @property
    def is_bidders(self) -> bool:
        """Revoked (撤销) by the bidder's own fault; otherwise withdrawn (撤回) without it, with a right to compensation (§31)."""
        return self in (CapsuleFault.WRONG_KEY, CapsuleFault.UNREADABLE, CapsuleFault.OTHER_BIDDER, CapsuleFault.OTHER_TENDER)
