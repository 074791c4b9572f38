"""Who among the signed-in may do what with enterprises. Pure."""

from app.accounts.rules import Role

BUREAU = (Role.ADMINISTRATOR, Role.BUREAU_OFFICER, Role.BUREAU_APPROVER, Role.LEGAL_OFFICER, Role.FINANCE_OFFICER, Role.AUDITOR)
OWN_FILE = (Role.ENTERPRISE_CLERK, Role.ENTERPRISE_SIGNATORY)


def _is_platform(actor) -> bool:
    """A command that an operator of the server runs."""
    return actor.role is None and actor.user_id is None


def may_import(actor) -> bool:
    return _is_platform(actor) or actor.role in (Role.ADMINISTRATOR, Role.BUREAU_OFFICER)


def may_see_imports(actor) -> bool:
    return _is_platform(actor) or actor.role in BUREAU


def may_record_conduct(actor) -> bool:
    return actor is not None and actor.role is Role.BUREAU_OFFICER


def may_verify(actor) -> bool:
    return actor is not None and actor.role is Role.BUREAU_OFFICER


def may_open_account(actor) -> bool:
    return actor is not None and actor.role is Role.ADMINISTRATOR


def is_own(actor, enterprise) -> bool:
    """Whether the person works for this enterprise."""
    if actor is None or actor.role not in OWN_FILE or actor.organisation_id is None:
        return False
    return enterprise.organisation_id == actor.organisation_id


def may_see_history(actor, enterprise) -> bool:
    """Staff of the bureau, and the enterprise its own."""
    return actor is not None and (actor.role in BUREAU or is_own(actor, enterprise))
