"""The pages of members, households, coordinators and logins in a real browser: accessible, no wider than the screen."""

import pytest

from marketplace.cooperatives import StaffRole
from tests.factories.cooperatives import make_cooperative, make_coordinator, make_household_key, make_member, make_staff
from tests.factories.distribution import make_approved, make_checked, make_plan, sell
from tests.factories.identity import make_buyer
from tests.factories.intake import make_weighing
from tests.factories.payouts import make_sent, payouts_of
from tests.factories.produce import FIRST, SPECIAL, grade_of, make_product, make_season

pytestmark = pytest.mark.browser
NAMES = ("张建国", "李秀兰", "欧阳娜娜")


@pytest.fixture(scope="module")
def world(live):
    """A cooperative with a run that waits for its check and one that is being paid, and who reads them."""
    with live.app.app_context():
        cooperative = make_cooperative()
        members = [make_member(cooperative, name, village_group="一组") for name in NAMES]
        product = make_product(cooperative)
        seasons = [make_season(product, name=f"2026 年第 {n} 茬") for n in (1, 2)]
        for season in seasons:
            for member in members:
                for grade in (SPECIAL, FIRST):
                    make_weighing(member, season, grade_of(season, grade), net_g=1_480_500)
            sell(season, 186_420_00, fees_minor=5_592_60)
            make_plan(season, 8_000)
        ids = {
            "run": make_approved(seasons[0]).id,
            "payout": payouts_of(make_sent(make_checked(seasons[1])))[0].id,
            "member": members[0].id,
        }
        people = {
            "manager": make_staff(cooperative, StaffRole.MANAGER),
            "coordinator": make_coordinator(cooperative),
            "household": make_household_key(members[0]),
            "buyer": make_buyer(),
        }
        cookies = {name: live.cookie(person) for name, person in people.items()}
    return ids, cookies


PAGES = {
    "login": (None, "/login"),
    "register": (None, "/register"),
    "household-login": (None, "/household/login"),
    "account": ("buyer", "/account"),
    "statement": ("household", "/household/"),
    "household-weighings": ("household", "/household/weighings"),
    "members": ("manager", "/cooperative/members"),
    "member": ("manager", "/cooperative/members/{member}"),
    "member-new": ("manager", "/cooperative/members/new"),
    "profile": ("manager", "/cooperative/profile"),
    "staff": ("manager", "/cooperative/staff"),
    "more": ("manager", "/cooperative/more"),
    "desk": ("coordinator", "/coordinator/"),
    "desk-runs": ("coordinator", "/coordinator/runs"),
    "desk-run": ("coordinator", "/coordinator/runs/{run}"),
    "desk-payouts": ("coordinator", "/coordinator/payouts"),
    "desk-payout": ("coordinator", "/coordinator/payouts/{payout}"),
    "trail": ("coordinator", "/coordinator/trail"),
}


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
@pytest.mark.parametrize("name", PAGES)
def test_pages_look_right(  # noqa: PLR0917 - fixtures
    live, world, watched, context, accessible, picture, name, language
):
    ids, cookies = world
    who, path = PAGES[name]
    context.add_cookies([{"name": "language", "value": language, "url": live.url}])
    if who:
        context.add_cookies([cookies[who]])
    assert watched.goto(live.url + path.format(**ids)).url == live.url + path.format(**ids)
    assert watched.locator("h1").count() == 1
    accessible()
    picture(f"{name}.{language}")
