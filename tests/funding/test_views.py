"""The pages: the whole way of a subsidy through the browser's forms, what the public sees, and who is kept out."""

import re
from datetime import date

from app.extensions import db
from tests.funding.things import DAY, accept, active_programme, compound, honour_programme, passed, pay, payable, submitted


def test_a_subsidy_travels_through_the_pages(stage, clock, at, client):
    community = at("community")
    page = community.get("/money/applications/new")
    page = community.get(f"/money/applications/new?programme={stage.programme.id}")
    assert "115,752.00 元" in page.main and "化肥厂家属院" in page.main
    page = community.submit(page, "/money/applications/new")
    assert page.h1 == "填写申请" and "0.20 元/m²·月" in page.main and "48,230.00 m²" in page.main
    edit = page.path
    page = community.submit(page, statement="用于保洁。", send="1", status=200)
    assert any("还没有填写" in error for error in page.errors)
    page = community.get(edit)
    page = community.submit(
        page, statement="用于保洁和门岗。", contact_name="王敏", contact_phone="0375-2345678", payee_bank="市商业银行", payee_account="41040200123", send="1"
    )  # fmt: skip
    address = page.path
    number = address.rsplit("/", 1)[-1]
    assert "待街道审核" in page.main
    client.get(address, status=404)

    street = at("street")
    assert address in street.get("/desk").links
    page = street.get(f"{address}/review")
    page = street.submit(page, decision="returned", status=200)
    assert any("写明理由" in error for error in page.errors)
    street.submit(street.get(f"{address}/review"), decision="passed", reason="已到现场核对。")
    street.get(f"{address}/review", status=409)

    page = at("district").submit(at("district").get(f"{address}/review"), decision="passed")
    assert "待市局批准" in page.main
    page = at("approver").get(f"{address}/review")
    assert "批准这份申请（115,752.00 元）以后，平顶山市的额度还剩 784,248.00 元" in page.main
    page = at("approver").submit(page, decision="passed")
    assert "已批准，待公示" in page.main
    page = at("district").submit(at("district").get(address), f"{address}/publish")
    assert "公示中" in page.main

    page = client.get(address)
    assert "69,451.20 元" in page.main and "41040200123" not in page.html and "王敏" not in page.html
    assert "化肥厂家属院" in client.get("/money/notices").main

    clock.set_local(2009, 11, 27, 9, 0)
    assert "公示无异议，待拨付" in client.get(address).main
    assert "现在没有" in client.get("/money/notices").main
    finance = at("finance")
    assert address in finance.get("/desk").links
    record = next(link for link in finance.get(address).links if link.endswith("/payment"))
    finance.submit(finance.get(record), voucher_number="PZ-2009-1", paid_on="2009-11-27")
    confirm = next(link for link in at("second_finance").get(address).links if "/money/payments/" in link)
    assert "41040200123" in at("second_finance").get(confirm).main
    finance.submit(finance.get(confirm), decision="confirm", status=200)
    page = at("second_finance").submit(at("second_finance").get(confirm), decision="confirm")
    assert "已拨付部分" in page.main

    clock.set_local(2009, 12, 15, 9, 0)
    street.get(f"{address}/acceptance", status=409)
    inspector = at("inspector")
    assert address in inspector.get("/desk").links and address not in street.get("/desk").links
    inspector.submit(inspector.get(f"{address}/acceptance"), has_passed="yes", score="88", assessed_on="2009-12-14", findings="保洁到位。")
    record = next(link for link in finance.get(address).links if link.endswith("/payment"))
    finance.submit(finance.get(record), voucher_number="PZ-2009-2", paid_on="2009-12-15")
    assert not [link for link in at("approver").get(address).links if "/money/payments/" in link]
    confirm = next(link for link in at("second_approver").get(address).links if "/money/payments/" in link)
    page = at("second_approver").submit(at("second_approver").get(confirm), decision="confirm")
    assert "已付清" in page.main

    page = client.get("/money")
    for words in ("115,752.00 元", "784,248.00 元", "900,000.00 元"):
        assert words in page.main, "paid and available add up to the budget, to the fen"
    assert "115,752.00 元" in page.main and "PZ-2009-1" in page.main and "PZ-2009-2" in page.main and "新华区" in page.main
    assert "115,752.00 元" in page.main
    assert number in address


def test_an_objection_by_a_visitor_reaches_the_legal_officer(stage, session, clock, at, client):
    application, _later = payable(stage)
    address = f"/money/applications/{application.id}"
    session.commit()
    clock.set_local(2009, 11, 20, 9, 0)
    page = client.get(f"{address}/objection")
    page = client.submit(page, name="李红", phone="12", text="面积不实。", status=200)
    assert page.errors
    page = client.submit(client.get(f"{address}/objection"), name="李红", phone="0375-1234567", text="面积不实。")
    assert "面积不实" in page.main and "李红" not in page.html and "1234567" not in page.html
    legal = at("legal")
    clock.set_local(2009, 11, 20, 9, 0)
    assert address in legal.get("/desk").links
    settle = next(link for link in legal.get(address).links if "/objections/" in link)
    assert "李红" in legal.get(settle).main
    page = legal.submit(legal.get(settle), outcome="dismissed", answer="已复测，面积属实。")
    assert "公示中" in page.main
    assert "已复测" in client.get(address).main


def test_a_programme_is_prepared_and_activated_on_its_pages(stage, at, client):
    finance = at("finance")
    page = finance.get("/money/programmes/new")
    filled = {
        "name": "样板示范小区奖励", "kind": "honour", "division_code": "4104", "source": "市级财政", "legal_basis": "市政府文件", "purpose": "奖励示范。",
        "conditions": "考核 85 分以上。", "shares": "100", "publicity_days": "7", "pay_within_days": "30", "payee": "applicant",
        "opens_on": "2009-11-01", "closes_on": "2009-12-31", "budget": "200000",
    }  # fmt: skip
    page = finance.submit(page, status=200, **filled)
    assert any("定额奖金" in error for error in page.errors)
    page = finance.submit(page, status=200, fixed_sum="20000", line_410402="100", **(filled | {"shares": "60、30"}))
    assert any("100%" in error for error in page.errors)
    page = finance.submit(page, status=200, fixed_sum="20000", line_410402="100", **filled)
    assert any("各区预算之和" in error for error in page.errors)
    page = finance.submit(page, fixed_sum="20000", line_410402="120000", line_410403="80000", **filled)
    address = page.path
    assert "编制中" in page.main
    client.get(address, status=404)
    at("community").get(address, status=404)
    finance.submit(finance.get(f"{address}/edit"), purpose="奖励管理规范的小区。")
    finance.submit(finance.get(address), f"{address}/propose")
    approver = at("approver")
    assert address in approver.get("/desk").links
    approver.submit(approver.get(f"{address}/send-back"), reason="依据不全。")
    assert "依据不全" in finance.get(address).main
    finance.submit(finance.get(address), f"{address}/propose")
    page = approver.submit(approver.get(address), f"{address}/activate")
    assert "正在受理" in page.main
    page = client.get(address)
    assert "20,000.00 元" in page.main and "120,000.00 元" in page.main
    assert "样板示范小区奖励" in client.get("/money/programmes").main
    approver.submit(approver.get(f"{address}/end"), reason="名额已满。")
    assert "已停止受理" in client.get(address).main


def test_every_page_of_a_finished_and_of_a_stopped_application_is_sound(stage, session, clock, at, client):
    from app.funding import actions

    application, later = payable(stage)
    pay(stage, application, 1, later)
    accept(stage, application, later + DAY, has_passed=False)
    actions.stop(application.id, reason="合同提前终止。", actor=stage.approver, now=later + 2 * DAY)
    order = actions.order_clawback(application.id, amount_fen=100_000, reason="停止服务。", actor=stage.approver, now=later + 2 * DAY)
    honour = honour_programme(stage.finance, stage.approver)
    waiting = submitted(stage, programme=honour)
    session.commit()
    address, order_id, waits = f"/money/applications/{application.id}", order.id, f"/money/applications/{waiting.id}"
    for name in ("community", "street", "district", "approver", "legal", "finance", "auditor", "enterprise_clerk"):
        browser = at(name)
        clock.set_local(2009, 12, 1, 9, 0)
        assert "已终止拨付" in browser.get(address).main
        assert "化肥厂家属院" in browser.get("/money/applications").main
        assert ("待街道审核" in browser.get(waits, status=404 if name == "enterprise_clerk" else 200).main) == (name != "enterprise_clerk")
        browser.get("/desk")
        browser.get("/money/programmes")
        browser.get(f"/money/programmes/{stage.programme.id}")
    finance = at("finance")
    page = finance.submit(finance.get(f"/money/clawbacks/{order_id}"), receipt_number="JK-1", received_on="2009-12-01")
    assert "已追回" in page.main
    approver = at("approver")
    page = approver.get(f"{address}/clawback")
    page = approver.submit(page, amount="999999999", reason="多付。", status=200)
    assert any("超过了已经支付" in error for error in page.errors)
    assert "1,000.00 元" in client.get("/money").main


def test_withdrawing_asks_first_and_says_what_happened(stage, session, at, client):
    application = submitted(stage)
    session.commit()
    address = f"/money/applications/{application.id}"
    community = at("community")
    page = community.submit(community.get(f"{address}/withdraw"), reason="材料要补。")
    assert "已撤回" in page.main and "材料要补" in page.main
    community.get(f"{address}/edit", status=409)


def test_strangers_meet_404_or_403(stage, session, at, client, sign_in, new_client):
    from app.accounts.rules import Role

    application = submitted(stage)
    session.commit()
    address = f"/money/applications/{application.id}"
    elsewhere = new_client()
    sign_in(elsewhere, Role.STREET_OFFICER, division_code="410403001")
    elsewhere.get(address, status=404)
    elsewhere.get(f"{address}/review", status=404)
    other = new_client()
    sign_in(other, Role.COMMUNITY_MANAGER, division_code="410402001002")
    other.get(address, status=404)
    other.get(f"{address}/edit", status=404)
    other.post("/money/applications/new", {"programme": stage.programme.id, "compound": stage.compound.id}, status=404)
    client.get(f"{address}/review", status=302)
    at("finance").get(f"{address}/review", status=403)
    client.get("/money/applications/999999", status=404)
    client.get("/money/programmes/999999", status=404)


def test_anothers_published_application_has_no_page_to_edit_it(stage, session, clock, sign_in, new_client):
    from app.accounts.rules import Role

    application, _later = payable(stage)
    session.commit()
    other = new_client()
    sign_in(other, Role.COMMUNITY_MANAGER, division_code="410402001002")
    other.get(f"/money/applications/{application.id}", status=200)
    other.get(f"/money/applications/{application.id}/edit", status=404)
    other.get(f"/money/applications/{application.id}/withdraw", status=404)


def test_a_compound_that_cannot_get_it_says_why_and_what_to_do(stage, session, at):
    submitted(stage)
    second = active_programme(stage.finance, stage.approver, name="明年的补贴", opens_on=date(2009, 11, 20), closes_on=date(2010, 1, 1))
    honour = honour_programme(stage.finance, stage.approver, payee="enterprise", name="示范企业奖励")
    session.commit()
    community = at("community")
    page = community.get(f"/money/applications/new?programme={stage.programme.id}")
    assert "查看已有申请 BT-2009-010001" in page.main
    assert "还没有开始受理" in community.get(f"/money/applications/new?programme={second.id}").main
    assert "115" not in community.get(f"/money/applications/new?programme={honour.id}&q=化肥").main


def test_downloads_carry_every_payment_and_no_formula(stage, session, clock, client):
    stage.compound.name = "=1+1小区"
    application, later = payable(stage)
    pay(stage, application, 1, later)
    session.commit()
    clock.set_local(2009, 12, 1, 9, 0)
    text = client.get("/money/payments.csv").data.decode("utf-8-sig")
    rows = text.strip().splitlines()
    assert len(rows) == 2 and "69451.20" in rows[1] and "'=1+1小区" in rows[1]
    assert client.get("/money/payments.xlsx").data[:2] == b"PK"
    assert len(client.get("/money/payments.csv?district=410403").data.decode("utf-8-sig").strip().splitlines()) == 1
    ledger = client.get(f"/money/programmes/{stage.programme.id}/ledger.csv").data.decode("utf-8-sig").strip().splitlines()
    assert [line.split(",")[2] for line in ledger[1:]] == ["安排预算", "批准占用", "支付"]
    assert re.search(r"900000\.00", ledger[1])


def test_the_public_pages_stand_without_any_money(session, client):
    for address in ("/money", "/money/programmes", "/money/notices"):
        assert client.get(address).status_code == 200
    client.get("/money?programme=x&district=%25&q=%27&page=0")


def test_money_pages_ask_few_queries(stage, session, clock, client, app):
    import sqlalchemy as sa

    application, later = payable(stage)
    pay(stage, application, 1, later)
    session.commit()
    clock.set_local(2009, 12, 1, 9, 0)
    engine, counted = db.engine, []
    sa.event.listen(engine, "before_cursor_execute", lambda *args: counted.append(args[2]))
    for address in (
        "/money",
        "/money/notices",
        "/money/programmes",
        f"/money/programmes/{stage.programme.id}",
        f"/money/applications/{application.id}",
    ):
        counted.clear()
        client.get(address)
        asked = [sql for sql in counted if sql.lstrip().upper().startswith("SELECT")]
        assert len(asked) <= 15, f"{address}: {len(asked)}\n" + "\n".join(asked)


def test_the_verify_command_finds_a_counter_that_differs_from_the_ledger(stage, session, app):
    import sqlalchemy as sa

    from app.funding.models import BudgetLine

    passed(stage, submitted(stage))
    session.commit()
    runner = app.test_cli_runner()
    assert runner.invoke(args=["funding", "verify"]).exit_code == 0
    session.rollback()
    with db.engine.begin() as connection:
        connection.execute(sa.update(BudgetLine).values(committed_fen=1))
    session.expire_all()
    result = runner.invoke(args=["funding", "verify"])
    assert result.exit_code == 1 and "committed" in result.stderr


def test_the_money_of_one_compound_and_back_to_all(stage, session, clock, client):
    application, later = payable(stage)
    pay(stage, application, 1, later)
    other = compound("民政小区", 1_000_000)
    session.commit()
    clock.set_local(2009, 12, 1, 9, 0)
    page = client.get(f"/money?compound={stage.compound.id}")
    assert "只显示这个小区的支付：化肥厂家属院" in page.main and "PZ-" in page.main
    assert any(link.startswith("/money/payments.csv") and f"compound={stage.compound.id}" in link for link in page.links)
    page = client.get(f"/money?compound={other.id}&district=410402")
    assert "民政小区" in page.main and "PZ-" not in page.main
    assert "/money?district=410402#payments" in page.links
    assert len(client.get(f"/money/payments.csv?compound={other.id}").data.decode("utf-8-sig").strip().splitlines()) == 1
    assert "没有找到这个小区" in client.get("/money?compound=99999").main


def test_numbers_that_no_row_can_have_are_not_found(stage, session, at, client):
    huge = "9" * 30
    for address in (f"/money?compound={huge}&programme={huge}&page={huge}", f"/money/payments.csv?compound={huge}&programme={huge}"):
        client.get(address, status=200)
    for address in (
        f"/money/programmes/{huge}",
        f"/money/programmes/{huge}/ledger.csv",
        f"/money/applications/{huge}",
        f"/money/applications/{huge}/objection",
    ):
        client.get(address, status=404)
    community = at("community")
    community.get(f"/money/applications/new?programme={huge}", status=200)
    community.post("/money/applications/new", {"programme": huge, "compound": huge}, status=404)
    community.get(f"/money/applications/{huge}/edit", status=404)
    for name, rest in (
        ("street", f"applications/{huge}/review"),
        ("legal", f"objections/{huge}"),
        ("finance", f"instalments/{huge}/payment"),
        ("finance", f"payments/{huge}"),
        ("finance", f"clawbacks/{huge}"),
        ("finance", f"programmes/{huge}/edit"),
    ):
        at(name).get(f"/money/{rest}", status=404)


def test_the_desk_says_once_where_an_application_stands():
    from app.funding.queries.desk import STEPS

    for _move, status, what in STEPS:
        assert str(status.label) not in str(what) and str(what) not in str(status.label)
