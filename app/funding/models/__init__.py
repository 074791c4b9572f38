"""The tables of funding, one file an idea: the programme and its budget, the application, the money."""

from app.funding.models.application import FundingApplication, FundingObjection, FundingReview, SubsidyMonth
from app.funding.models.money import Acceptance, Clawback, Instalment, LedgerEntry, Payment
from app.funding.models.programme import BudgetLine, Programme

__all__ = [
    "Acceptance",
    "BudgetLine",
    "Clawback",
    "FundingApplication",
    "FundingObjection",
    "FundingReview",
    "Instalment",
    "LedgerEntry",
    "Payment",
    "Programme",
    "SubsidyMonth",
]
