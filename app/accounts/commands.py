"""Accounts from the command line: the first administrator of a new city."""

import click
from flask.cli import AppGroup

from app.accounts import actions
from app.accounts.rules import OrganisationKind, Role
from app.common import clock
from app.common.access import system_actor
from app.common.refusal import Refused
from app.extensions import db

cli = AppGroup("accounts", help="People and organisations.")


@cli.command("create-administrator")
@click.option("--email", prompt=True, envvar="LINLI_ADMIN_EMAIL", help="Sign-in name of the administrator.")
@click.option("--name", prompt=True, envvar="LINLI_ADMIN_NAME", help="The administrator's name.")
@click.option("--bureau", prompt=True, envvar="LINLI_ADMIN_BUREAU", help="Name of the city's housing bureau.")
@click.option("--city", prompt=True, envvar="LINLI_ADMIN_CITY", help="Division code of the city, four digits, for example 4104.")
@click.password_option(envvar="LINLI_ADMIN_PASSWORD", help="Password; asked for when not given.")
def create_administrator(email: str, name: str, bureau: str, city: str, password: str) -> None:
    """Found the city's bureau and its first administrator, who invites everybody else."""
    system, now = system_actor(), clock.now()
    try:
        organisation = actions.create_organisation(kind=OrganisationKind.BUREAU, name=bureau, division_code=city, actor=system, now=now)
        user = actions.create_user(name=name, email=email, password=password, actor=system, now=now)
        actions.give_role(user, organisation, Role.ADMINISTRATOR, actor=system, now=now)
    except Refused as refused:
        raise click.ClickException(str(refused.reason)) from refused
    db.session.commit()
    click.echo(f"administrator {user.email} of {organisation.name} created")
