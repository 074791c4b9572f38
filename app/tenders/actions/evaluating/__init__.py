"""What committee and organisers do between opening and report: seat, declare, score, sign, reject, close."""

from app.tenders.actions.evaluating.committee import (
    SEATED_DOES_NOT_ORGANISE,
    declare_no_interest,
    may_organise,
    recuse_evaluator,
    seat_evaluator,
    why_not_lawful_committee,
    why_not_score,
)
from app.tenders.actions.evaluating.rejections import propose_rejection, vote_on_rejection, withdraw_rejection
from app.tenders.actions.evaluating.report import close_evaluation, why_not_close
from app.tenders.actions.evaluating.sheets import save_sheet, sign_sheets

__all__ = [
    "SEATED_DOES_NOT_ORGANISE",
    "close_evaluation",
    "declare_no_interest",
    "may_organise",
    "propose_rejection",
    "recuse_evaluator",
    "save_sheet",
    "seat_evaluator",
    "sign_sheets",
    "vote_on_rejection",
    "why_not_close",
    "why_not_lawful_committee",
    "why_not_score",
    "withdraw_rejection",
]
