"""Whatever is typed, sent or left out, no answer is 500: every form of every role, every address, on both databases.

Forms are found as people find them, by following links from where each role begins; a route that nobody's page leads
to gets every field's name that was seen anywhere. So what is new is in it by itself.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule

from marketplace import catalog, cooperatives, payments
from marketplace.app import create_app
from marketplace.cooperatives import HouseholdKey, StaffRole
from marketplace.distribution import Run
from marketplace.extensions import atomic, db
from marketplace.identity import PlatformRole, User
from marketplace.payments import ReturnUrls
from marketplace.produce import Season
from marketplace.web.policy import ROLES, policy_of
from tests.conftest import SETTINGS, Databases, rolled_back
from tests.factories.catalog import make_listing
from tests.factories.cooperatives import ACCOUNT, make_coordinator, make_household_key, make_staff
from tests.factories.costs import make_approved_bill, make_bill
from tests.factories.distribution import make_checked, make_plan, make_pool, make_published, sell
from tests.factories.fulfilment import make_packed, make_shipped
from tests.factories.identity import make_buyer, make_user
from tests.factories.intake import make_weighing
from tests.factories.ordering import make_basket, make_order, make_paid_order
from tests.factories.payouts import make_batch, make_sent, payouts_of
from tests.factories.produce import make_season
from tests.journeys.visitor import PageForm, _Reader
from tests.web.conftest import session_of

BAD = (
    "a\x00b",
    "1" + "0" * 30,
    "-1",
    "",
    "😀'; drop table member; --",
    "x" * 5000,
    "1800-01-01",
    "9999-12-31",
    "9223372036854775808",  # one more than a bigint takes
    "999999999",
)
IN_ADDRESSES = ("9223372036854775808", "a%00b", "%ED%A0%80😀" + "x" * 300)
IN_QUERIES = ("a\x00b", "9" * 30, "9999-12-31.99999999999999999999", "1800-01-01", "😀'--", "-1")
EVERYWHERE = ("page", "before", "q", "next", "state")  # names that many pages read
MOST_PAGES = 90  # of one role
OF_A_KIND = 2  # pages of one route


@dataclass
class World:
    """A house where every form has something to work on, and who comes to it."""

    app: Flask
    sessions: dict[str, str]
    starts: dict[str, list[str]]
    pages: dict[tuple[str, str], str] = field(default_factory=dict)  # (who, endpoint) -> address
    forms: dict[tuple[str, str, tuple[str, ...]], tuple[str, str, PageForm]] = field(default_factory=dict)

    def client(self, who: str) -> FlaskClient:
        client = self.app.test_client()
        if who in self.sessions:
            with client.session_transaction() as stored:
                stored["_user_id"], stored["_fresh"] = self.sessions[who], True
        return client

    def endpoint(self, path: str, method: str) -> str:
        try:
            return self.app.url_map.bind("localhost").match(path.partition("?")[0], method)[0]
        except HTTPException:
            return ""

    def explore(self) -> None:
        """Follow every link from where each role begins, and keep what forms there are."""
        for who, starts in self.starts.items():
            queue, seen, of_kind = list(starts), set(), dict[str, int]()
            while queue and len(seen) < MOST_PAGES:
                path = queue.pop(0).partition("#")[0].removeprefix("http://localhost")
                kind = self.endpoint(path, "GET")
                if path in seen or not kind or of_kind.get(kind, 0) >= OF_A_KIND:
                    continue
                seen.add(path)
                of_kind[kind] = of_kind.get(kind, 0) + 1
                answer = self.client(who).get(path, follow_redirects=True)
                reader = _Reader()
                reader.feed(answer.text)
                self.pages.setdefault((who, kind), path)
                queue += reader.links
                for form in reader.forms:
                    target = (form.action or path).removeprefix("http://localhost")
                    names = re.sub(r"\d+", "", ",".join(sorted(form.names)))
                    kept = (form.method.lower(), self.endpoint(target, form.method.upper()), tuple(names.split(",")))
                    self.forms.setdefault(kept, (who, target, form))

    def faults(self, who: str, method: str, path: str, **sent: object) -> list[str]:
        """Send something, roll it back, and say what broke."""
        with rolled_back(self.app):
            try:
                client = self.client(who)
                status: object = client.open(
                    path, method=method, headers={"Origin": "http://localhost"}, **sent
                ).status_code
            except Exception as error:
                status = repr(error)[:200]
        if isinstance(status, int) and status < 500:
            return []
        return [f"{who} {method} {path[:80]} {str(sent)[:300]}: {status}"]


def _pool(season: Season) -> Run:
    """Bring what a pool has to the coordinator's check."""
    make_weighing(season=season, net_g=40_000)
    sell(season, 90_00)
    make_plan(season, 10_000)
    return make_checked(season)


def furnish(app: Flask) -> World:
    """Let one of everything wait for somebody."""
    season, members = make_pool((50_000, 30_000), sales_minor=200_00)
    product, home = season.product, season.product.cooperative
    make_published(season)
    sent = make_sent(_pool(make_season(product)))
    make_batch(_pool(make_season(product)))
    _pool(make_season(product))
    listing = make_listing(make_season(product), stock_g=200_000)
    pack, other = listing.packs
    make_listing(season)
    buyer = make_buyer()
    placed = make_order(pack, buyer=buyer)
    for make in (make_paid_order, lambda *a, **k: make_packed(make_paid_order(*a, **k))):
        make(pack, buyer=buyer)
    make_shipped(make_paid_order(pack, buyer=buyer))
    make_basket(buyer, (pack, 1), (other, 2))
    make_bill(season)
    make_approved_bill(season)
    key = make_household_key(payouts_of(sent)[0].member)
    manager, clerk = make_staff(home, StaffRole.MANAGER), make_staff(home)
    with atomic():
        cooperatives.propose_account_change(
            members[0], token="change", by=clerk.id, payee="张建国", bank_name="中国农业银行", bank_account=ACCOUNT
        )
        catalog.set_pack_price(pack, 70_00, by=manager.id)
    people: dict[str, User | HouseholdKey] = {
        "buyer": buyer,
        "household": key,
        "coordinator": make_coordinator(home),
        "administrator": make_user(PlatformRole.ADMINISTRATOR),
        **{role.value: make_staff(home, role) for role in StaffRole},
    }
    people["manager"] = manager
    url = payments.start_payment(
        placed.id,
        gateway=app.extensions["gateway"],
        urls=ReturnUrls("http://localhost/", "http://localhost/"),
        locale="en",
    )
    starts = {"buyer": ["/my/orders", "/my/basket", "/my/checkout", url, "/"], "household": ["/household/"]}
    starts |= {role.value: ["/cooperative/", "/cooperative/more"] for role in StaffRole}
    starts |= {"coordinator": ["/coordinator/"], "administrator": ["/admin/"]}
    starts |= {"anonymous": ["/", "/login", "/register", "/household/login"]}
    return World(app, {role: session_of(person) for role, person in people.items()}, starts)


@pytest.fixture(scope="module")
def world(databases: Databases) -> Iterator[World]:
    app = create_app(replace(SETTINGS, database_url=databases.clone()))
    with app.app_context():
        made = furnish(app)
        db.session.remove()
    made.explore()
    yield made
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def rules(app: Flask, method: str) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if method in (rule.methods or set())]


def someone(app: Flask, rule: Rule) -> str:
    policy = policy_of(app, rule.endpoint)
    return "anonymous" if "anyone" in policy else next(role for role in ROLES if role in policy)


def test_most_forms_are_found(world):
    """What is not found is still sent every field's name below; this keeps the walk honest."""
    posts = {rule.endpoint for rule in rules(world.app, "POST")}
    found = {endpoint for method, endpoint, _names in world.forms if method == "post"}
    assert len(found & posts) >= len(posts) * 3 // 4, sorted(posts - found)


def test_no_field_of_any_form_breaks_anything(world):
    broken = []
    for (method, _endpoint, _names), (who, target, form) in world.forms.items():
        names = sorted(form.names - {"csrf_token"})
        tries = [dict.fromkeys(names, bad) for bad in BAD] + [{}]
        tries += [
            {**form.values, name: BAD[(at + turn) % len(BAD)]} for at, name in enumerate(names) for turn in (1, 5)
        ]
        for values in tries:
            if method == "get":
                broken += world.faults(who, "GET", target.partition("?")[0], query_string=values)
            else:
                broken += world.faults(who, "POST", target, data=values)
    assert broken == []


def test_no_address_and_no_query_breaks_anything(world):
    broken = []
    for method in ("GET", "POST"):
        names = sorted({name for form in world.forms.values() for name in form[2].names})
        for rule in rules(world.app, method):
            if not rule.arguments:
                continue
            for bad in IN_ADDRESSES:
                path = re.sub(r"<[^>]+>", bad, rule.rule)
                broken += world.faults(someone(world.app, rule), method, path)
            if method == "POST":
                path = re.sub(r"<int:[^>]+>", "1", rule.rule)
                for bad in BAD[:2]:
                    broken += world.faults(someone(world.app, rule), method, path, data=dict.fromkeys(names, bad))
    once = {endpoint: (who, path.partition("?")[0]) for (who, endpoint), path in world.pages.items()}
    for who, path in once.values():
        for bad in IN_QUERIES:
            broken += world.faults(who, "GET", path, query_string=dict.fromkeys(EVERYWHERE, bad))
    assert broken == []


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x"])
def test_no_content_type_breaks_anything(world, kind):
    broken = []
    for (method, _endpoint, _names), (who, target, _form) in world.forms.items():
        if method == "post":
            broken += world.faults(who, "POST", target, data=b"--x\r\n\xff\x00{", content_type=kind)
    assert broken == []
