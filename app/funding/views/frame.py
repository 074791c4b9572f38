"""What the pages of funding share: the blueprint, a readable application, and the page of one thing to do."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from app.common.access import actor, not_found
from app.common.clock import now
from app.common.figures import money_text, words
from app.common.forms import Form
from app.funding import queries
from app.funding.actions.applications import computation_of
from app.funding.models import FundingApplication
from app.funding.review import status_label, step_label
from app.funding.standing import standing_of

bp = Blueprint("funding", __name__, template_folder="../templates")


@bp.app_template_filter("exact_yuan")
def exact_yuan(hundredths_of_fen: int) -> str:
    """A line of the computation before rounding, in yuan, with the decimals that it has: 1157520000 → "115,752.00 元"."""
    whole, rest = divmod(hundredths_of_fen, 10_000)
    decimals = f"{rest:04d}".rstrip("0").ljust(2, "0")
    return words().yuan.format(f"{whole:,}.{decimals}")


bp.add_app_template_filter(money_text, "money_plain")
bp.add_app_template_filter(step_label, "step_label")
bp.add_app_template_filter(status_label, "status_label")


LARGEST_ID = 2**31 - 1


def row_id(text: str) -> int:
    """A row's number as an address or a form names it; ValueError for what no row can have, so that it counts as not given."""
    number = int(text)
    if not 0 < number <= LARGEST_ID:
        raise ValueError(text)
    return number


def account_text(application: FundingApplication, is_whole: bool) -> str:
    """The payee's account: whole for those who need it, its last four digits for other insiders."""
    digits = application.payee_account
    if not digits:
        return _("未填写")
    return digits if is_whole else _("尾号 %(digits)s", digits=digits[-4:])


def readable(application_id: int) -> FundingApplication:
    """The application, or 404 for those whom it is no business of."""
    application = queries.find_application(application_id)
    if application is None or not queries.is_readable(application, actor(), now()):
        not_found()
    return application


def own(application_id: int) -> FundingApplication:
    """The applicant's own application; another's, published or not, has no such page."""
    found, person = readable(application_id), actor()
    return found if person is not None and person.organisation_id == found.applicant_id else not_found()


def to_application(application_id: int, message: str):
    flash(message, "success")
    return redirect(url_for("funding.application", application_id=application_id))


def act_page(title, application: FundingApplication, form: Form, button, **more):
    """One thing to do about an application: its figures above, the form below."""
    return render_template(
        "funding/act.html", title=title, application=application, form=form, button=button, status=standing_of(application, now()).status,
        computation=computation_of(application), **{"intro": "", "warning": "", "extra": (), **more},
    )  # fmt: skip
