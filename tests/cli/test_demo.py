"""The demo: loaded through the front doors, whole afterwards, and kept out of databases that somebody chose."""

import random
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from marketplace import catalog, ledger
from marketplace.app import create_app
from marketplace.catalog import Listing
from marketplace.cli import sample
from marketplace.cli.sample.people import card
from marketplace.config import ROOT
from marketplace.cooperatives import Cooperative, Member, MemberKind, is_odd_account
from marketplace.distribution import Run, RunState
from marketplace.extensions import db
from marketplace.identity import Buyer, BuyerKind
from marketplace.intake import Weighing
from marketplace.ordering import Order, OrderState
from marketplace.payouts import Payout, PayoutState
from tests.conftest import SETTINGS, prepare


def count(model, *conditions):
    return db.session.scalar(select(func.count()).select_from(model).where(*conditions))


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """A house with the sample in it."""
    url = f"sqlite:///{tmp_path_factory.mktemp('demo') / 'demo.db'}"
    prepare(url)
    app = create_app(replace(SETTINGS, database_url=url, csrf=True))
    said = []
    with app.app_context():
        assert not sample.is_loaded()
        sample.load(app, said.append)
        assert sample.is_loaded()
    yield app, said
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_the_sample_is_as_large_as_it_says_and_its_books_are_whole(loaded):
    app, said = loaded
    assert len(said) > 3
    with app.app_context():
        assert count(Cooperative) == 3
        assert 58 <= count(Member, Member.kind == MemberKind.HOUSEHOLD) <= 65
        assert count(Weighing) > 300
        assert count(Listing) == 20
        assert count(Buyer) == 8
        assert count(Buyer, Buyer.kind == BuyerKind.INSTITUTION) == 3
        assert 130 <= count(Order) <= 170
        assert {state for state in OrderState if count(Order, Order.state == state)} == set(OrderState)
        runs = {state: count(Run, Run.state == state) for state in RunState}
        assert {state for state, many in runs.items() if many} >= {RunState.CHECKED, RunState.PUBLISHED, RunState.DRAFT}
        assert count(Payout, Payout.state == PayoutState.SETTLED) > 10
        assert count(Payout, Payout.state == PayoutState.RETURNED) == 1
        assert ledger.verify().is_clean
        assert catalog.check_stock() == []
        for book in (ledger.PLATFORM, *(ledger.book_of(number) for number in (1, 2, 3))):
            assert sum(row.amount_minor for row in ledger.balances(book)) == 0
        db.session.remove()


def test_every_login_that_is_printed_opens(loaded):
    app, _said = loaded
    with app.app_context():
        logins = dict(sample.logins())
    assert len(logins) >= 9
    for who, login in logins.items():
        client = app.test_client()
        if who.startswith("household"):
            continue
        page = client.get("/login").text
        token = page.split('name="csrf_token" type="hidden" value="')[1].split('"')[0]
        form = {"email": login, "password": sample.PASSWORD, "csrf_token": token}
        assert client.post("/login", data=form).status_code == 303, who


def test_cards_of_the_sample_pass_the_check_digit():
    chance = random.Random(1)
    assert not any(is_odd_account(card(chance)) for _ in range(100))


def run(app, *arguments, **environment):
    return app.test_cli_runner().invoke(args=["demo", *arguments], env=environment)


def test_the_demo_keeps_out_of_a_chosen_database(real_app, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "sqlite:///somewhere.db")
    answer = run(real_app, "--no-serve")
    assert answer.exit_code == 1
    assert "DATABASE_URL is set" in answer.output
    with real_app.app_context():
        assert count(Cooperative) == 0


def test_the_demo_keeps_out_of_production(real_app, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    settings = real_app.extensions["settings"]
    real_app.extensions["settings"] = replace(settings, environment="production")
    answer = run(real_app, "--no-serve")
    assert answer.exit_code == 1
    assert "production" in answer.output


def test_a_second_demo_loads_nothing_again(loaded, monkeypatch):
    app, _said = loaded
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.chdir(ROOT)
    answer = run(app, "--no-serve")
    assert answer.exit_code == 0, answer.output
    assert "there already" in answer.output
    assert sample.PASSWORD in answer.output
