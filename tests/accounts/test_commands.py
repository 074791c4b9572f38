"""The first administrator comes from the command line."""

from app.accounts.queries import user_by_email
from tests import factories

ARGS = ["accounts", "create-administrator", "--email", "A@Example.org", "--name", "王某", "--bureau", "市房管局", "--city", "4104"]


def test_the_first_administrator_can_sign_in(app, session, client, sign_in):
    result = app.test_cli_runner().invoke(args=[*ARGS, "--password", factories.PASSWORD])
    assert result.exit_code == 0, result.output
    user = user_by_email("a@example.org")
    sign_in(client, user)
    assert "系统管理员" in client.get("/desk").text


def test_a_weak_password_is_refused_with_a_sentence(app, session):
    result = app.test_cli_runner().invoke(args=[*ARGS, "--password", "short"])
    assert result.exit_code == 1 and "密码太短" in result.output
