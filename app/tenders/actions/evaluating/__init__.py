"""What committee and organisers do between opening and report: seat, declare, score, sign, reject, close."""

from app.tenders.actions.evaluating.committee import (
    declare_no_interest,
    may_organise,
    recuse_evaluator,
    seat_evaluator,
    why_not_lawful_committee,
    why_not_score,
)
from app.tenders.actions.evaluating.report import close_evaluation, why_not_close
from app.tenders.actions.evaluating.sheets import reject_bid, restore_bid, save_sheet, sign_sheets

__all__ = [
    "close_evaluation",
    "declare_no_interest",
    "may_organise",
    "recuse_evaluator",
    "reject_bid",
    "restore_bid",
    "save_sheet",
    "seat_evaluator",
    "sign_sheets",
    "why_not_close",
    "why_not_lawful_committee",
    "why_not_score",
]
