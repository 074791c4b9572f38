"""What people can do with public money: each verb one function; none commits."""

from app.funding import events, logged  # noqa: F401 - the words of audit events, and which of them the public log has
from app.funding.actions.applications import start_application, submit, submit_with, update_application, withdraw
from app.funding.actions.payments import (
    accept,
    confirm_payment,
    order_clawback,
    receive_clawback,
    record_payment,
    reject_payment,
    stop,
)
from app.funding.actions.programmes import activate, edit_programme, end_programme, prepare_programme, propose, send_back
from app.funding.actions.reviews import publish, raise_objection, review, settle_objection

__all__ = [
    "accept",
    "activate",
    "confirm_payment",
    "edit_programme",
    "end_programme",
    "order_clawback",
    "prepare_programme",
    "propose",
    "publish",
    "raise_objection",
    "receive_clawback",
    "record_payment",
    "reject_payment",
    "review",
    "send_back",
    "settle_objection",
    "start_application",
    "stop",
    "submit",
    "submit_with",
    "update_application",
    "withdraw",
]
