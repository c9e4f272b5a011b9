"""One harvest all the way through the house, on its pages: from the scale to the households' bank accounts."""

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from waitress.server import create_server

from marketplace import catalog, jobs, ledger
from marketplace.app import create_app
from marketplace.cooperatives import StaffRole
from marketplace.core import clock
from marketplace.extensions import atomic, db
from marketplace.ledger import PLATFORM, Account
from tests.conftest import SETTINGS, prepare
from tests.factories.cooperatives import ACCOUNT, make_cooperative, make_coordinator, make_staff
from tests.factories.identity import PASSWORD
from tests.journeys.browser import BrowserVisitor
from tests.journeys.visitor import Visitor

ZONE = "Asia/Shanghai"
LOADS = (("1", "Special", "100"), ("2", "First", "130"), ("3", "First", "65"), ("3", "First", "65"))


@pytest.fixture
def house(databases) -> Iterator[Flask]:
    """A house with the forms' tokens in force, as people meet it."""
    app = create_app(replace(SETTINGS, database_url=databases.clone(), csrf=True))
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def staffed(house) -> tuple[int, dict[str, str]]:
    return employ(house)


@pytest.fixture
def served(tmp_path, chromium) -> Iterator[tuple[Flask, str, tuple[int, dict[str, str]]]]:
    """A house that listens on a free port, with its staff."""
    url = f"sqlite:///{tmp_path / 'harvest.db'}"
    prepare(url)
    app = create_app(replace(SETTINGS, database_url=url, csrf=True))
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield app, f"http://127.0.0.1:{server.effective_port}", employ(app)
    server.close()
    thread.join(5)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def employ(house) -> tuple[int, dict[str, str]]:
    """Admit a cooperative with its staff and a coordinator; return its id and their addresses."""
    with house.app_context():
        cooperative = make_cooperative()
        people = {role.value: make_staff(cooperative, role).email for role in StaffRole}
        people["coordinator"] = make_coordinator(cooperative).email
        with atomic():
            catalog.set_fee_rate(clock.today(ZONE), 200, by=None)
        return cooperative.id, people


def logged_in(arrive, email):
    visitor = arrive()
    visitor.go("/login")
    visitor.press("log in", email=email, password=PASSWORD)
    return visitor


def work_off(app):
    """Let the processor report and the jobs run."""
    client = app.test_client()

    def post(body, headers):
        return client.post("/webhooks/simulated", data=body, headers=dict(headers)).status_code

    with app.app_context():
        app.extensions["gateway"].deliver(post)
        jobs.sweep()
        app.extensions["gateway"].deliver(post)
        jobs.sweep()
        db.session.remove()


def set_up_shop(manager):
    """Add a product with a season, say what delivery costs, and set the plan."""
    today = clock.today(ZONE)
    manager.go("/cooperative/products/new")
    grades = {"grades-0-name": "特级", "grades-0-weight": "1.3", "grades-1-name": "一级", "grades-1-weight": "1"}
    manager.press(
        "add the product", category="apple", name="富士苹果", variety="长富二号", usual_load_g="100", **grades
    )
    manager.go("/cooperative/products")
    manager.go(manager.link("/season"))
    manager.press("season", name="2026", starts_on=today - timedelta(days=30), ends_on=today + timedelta(days=30))
    manager.go("/cooperative/tariff")
    manager.press("delivery", from_on=today, first_g="5", first_minor="10.00", step_g="1", step_minor="1.00")
    manager.go("/cooperative/runs")
    manager.go(manager.link("/plan"))
    manager.press("plan", paid="80", kept_for="冷库电费", decided_on=today)


def add_households(clerk):
    for name, group in (("张建国", "一组"), ("杨玉梅", "二组"), ("王根生", "二组")):
        clerk.go("/cooperative/members/new")
        account = {"bank_name": "中国农业银行", "bank_account": ACCOUNT}
        clerk.press("add the member", name=name, village_group=group, joined_on="2020-01-01", **account)


def weigh(clerk, household, grade, gross, tare="0"):
    """Weigh a load in on the form, as the clerk does at the scale."""
    clerk.go("/cooperative/weigh")
    clerk.press("find", find=household)
    picked = clerk.option("grade", grade)
    clerk.press("weigh in", grade=picked, gross_g=gross, tare_g=tare, cut_g="0", unit="kg")
    assert "Receipt" in clerk.text


def bill(clerk, manager, cashier):
    """Enter a bill, approve it, pay it: three people."""
    clerk.go("/cooperative/bills/new")
    clerk.press("enter the bill", supplier_name="顺丰速运", kind="freight", voucher_number="V-1", amount="40.00")
    manager.go(clerk.url)
    manager.press("approve")
    cashier.go(clerk.url)
    cashier.press("note as paid")


def shop(buyer, words):
    """Fill a basket without a name, register at the till, order and pay."""
    buyer.go("/produce")
    buyer.go(buyer.link("/produce/"))
    buyer.press("basket", pack=buyer.option("pack", words), quantity="10")
    buyer.go("/my/checkout")
    assert buyer.url == "/login"
    buyer.go(buyer.link("/register"))
    buyer.press("register", name="陈雨", email="chenyu@example.com", password=PASSWORD)
    buyer.go("/my/checkout")
    place = {"province": "湖北省", "city": "武汉市", "district": "洪山区", "street": "花山镇土桥村 6 组"}
    buyer.press("pay 1,105.00", recipient="陈雨", phone="13986012345", **place)
    assert buyer.url.startswith("/sim-pay/")
    buyer.press("pay")


def bring_in(manager, clerk):
    """What grows, who brings it, what it weighs, and the shop window."""
    set_up_shop(manager)
    add_households(clerk)
    for household, grade, gross in LOADS:
        weigh(clerk, household, grade, gross)
    manager.go("/cooperative/listings/new")
    pack = {"packs-0-label": "10 公斤箱", "packs-0-grams": "10", "packs-0-price": "100.00"}
    picked = manager.option("grade", "First grade")
    manager.press("offer", grade=picked, title="塬上富士", picture="apple", **pack)


def deliver(house, clerk, buyer):
    """Pack, ship and accept; return the order's number and the address behind the box's code."""
    buyer.go("/my/orders")
    order = buyer.link("/my/orders/")
    number = order.rpartition("/")[2]
    clerk.go(f"/cooperative/orders/{number}")
    clerk.press("pack")
    clerk.go(f"/cooperative/orders/{number}")
    clerk.press("it has left", carrier="顺丰速运", tracking_number="SF1400000001")
    buyer.go(order)
    box = buyer.link("/box/")
    buyer.press("it has arrived")
    work_off(house)
    return number, box


def check_income(house, book):
    """Ten boxes at 100.00, delivery 10.00 + 95 x 1.00, fees 3 % of all and 2 % of the goods, a bill of 40.00."""
    with house.app_context():
        assert ledger.balance(book, Account.SALES) == -1_000_00
        assert ledger.balance(book, Account.DELIVERY_INCOME) == -105_00
        assert ledger.balance(book, Account.PROCESSOR_FEES) == 33_15
        assert ledger.balance(book, Account.PLATFORM_FEE) == 20_00
        assert ledger.balance(book, Account.COST_FREIGHT) == 40_00
        assert ledger.balance(PLATFORM, Account.FEE_INCOME) == -20_00
        db.session.remove()


def publish(clerk, stranger):
    """Draft a run of 80 % of 1011.85 and hang it out; names are masked on the notice. Return the run's address."""
    clerk.go("/cooperative/runs")
    clerk.press("draft")
    run = clerk.url
    assert "¥809.48" in clerk.text
    clerk.press("publish the notice", days="7")
    notice = re.search(r"/notice/[\w-]+", " ".join(clerk.links))
    assert notice
    stranger.go(notice.group())
    assert "张*" in stranger.text
    assert "张建国" not in stranger.text
    return run


def check_and_pay(run, number, manager, coordinator, cashier):
    """Approve, recompute and check, pay, and follow a payout back to the order."""
    manager.go(run)
    manager.press("approve")
    coordinator.go("/coordinator/")
    coordinator.go(coordinator.link("/coordinator/runs/"))
    coordinator.press("check run")
    cashier.go("/cooperative/payouts")
    cashier.press("make the batch")
    cashier.press("send to the bank")
    cashier.press("all of it has arrived")
    coordinator.go("/coordinator/payouts")
    coordinator.go(coordinator.link("/coordinator/payouts/"))
    assert number in coordinator.text
    coordinator.go("/coordinator/trail")


def check_books(house, book):
    """All of 809.48 has reached the households, and every book is whole."""
    with house.app_context():
        assert ledger.balance(book, Account.OWED_TO_MEMBERS) == 0
        assert ledger.balance(book, Account.PAYOUTS_IN_TRANSIT) == 0
        assert ledger.balance(book, Account.MEMBER_SETTLEMENT) == 809_48
        assert ledger.verify().is_clean
        assert catalog.check_stock() == []
        for one in (book, PLATFORM):
            assert sum(row.amount_minor for row in ledger.balances(one)) == 0
        db.session.remove()


def one_harvest(house, arrive, staffed):
    """Tell the whole story; `arrive` brings somebody before a page."""
    cooperative_id, people = staffed
    book = ledger.book_of(cooperative_id)
    clerk, manager = logged_in(arrive, people["clerk"]), logged_in(arrive, people["manager"])
    cashier, coordinator = logged_in(arrive, people["cashier"]), logged_in(arrive, people["coordinator"])
    buyer, stranger = arrive(), arrive("zh-Hans")
    bring_in(manager, clerk)
    shop(buyer, "10 公斤箱")
    work_off(house)
    number, box = deliver(house, clerk, buyer)
    bill(clerk, manager, cashier)
    check_income(house, book)
    run = publish(clerk, stranger)
    with time_machine.travel(clock.now() + timedelta(days=8)):
        check_and_pay(run, number, manager, coordinator, cashier)
        stranger.go(box)
        assert "张" not in stranger.text
        assert "账已结清" in stranger.text
    check_books(house, book)


def test_one_harvest_by_the_pages(house, staffed):
    one_harvest(house, lambda language="en": Visitor(house, language), staffed)


def test_one_harvest_in_a_browser(served, browser):
    house, address, staffed = served
    people = []

    def arrive(language="en"):
        people.append(BrowserVisitor(browser, address, language))
        return people[-1]

    try:
        one_harvest(house, arrive, staffed)
    finally:
        for person in people:
            person.context.close()
