"""The run's preview and the notice in a real browser: accessible, and no wider than a small phone."""

import pytest

from marketplace.cooperatives import StaffRole
from marketplace.costs import CostKind
from tests.factories.cooperatives import make_cooperative, make_member, make_staff
from tests.factories.costs import make_approved_bill, make_bill
from tests.factories.distribution import make_checked, make_draft, make_plan, make_published, sell
from tests.factories.intake import make_weighing
from tests.factories.payouts import make_sent
from tests.factories.produce import FIRST, SECOND, SPECIAL, grade_of, make_product, make_season

NAMES = ("张建国", "李秀兰", "王根生", "赵满仓", "刘桂芳", "陈德福", "杨玉梅", "张守义", "马春生", "高秀英", "欧阳娜娜")
pytestmark = pytest.mark.browser


def fill(season, members):
    for place, member in enumerate(members):
        for grade, grams in ((SPECIAL, 1_480_000), (FIRST, 720_500), (SECOND, 218_000)):
            make_weighing(member, season, grade_of(season, grade), net_g=grams - 13_500 * place)
    sell(season, 186_420_00, fees_minor=5_592_60)
    make_approved_bill(season, 31_247_30)
    make_approved_bill(season, 15_860_00, kind=CostKind.PACKING, supplier_name="洛川纸箱厂")
    make_plan(season, 8_000)


@pytest.fixture(scope="module")
def sharing(live):
    """A cooperative with a run in draft, one on the board, one that is being paid."""
    with live.app.app_context():
        cooperative = make_cooperative()
        members = [
            make_member(cooperative, name, village_group="一组" if place % 2 else "二组")
            for place, name in enumerate(NAMES)
        ]
        product = make_product(cooperative)
        seasons = [make_season(product, name=f"2026 年第 {n} 茬") for n in range(1, 4)]
        for season in seasons:
            fill(season, members)
        make_bill(seasons[0])
        ids = {
            "draft": make_draft(seasons[0]).id,
            "published": (board := make_published(seasons[1])).id,
            "notice": board.notice_token,
            "batch": make_sent(make_checked(seasons[2])).id,
        }
        cookies = {role: live.cookie(make_staff(cooperative, role)) for role in StaffRole}
    return ids, cookies


PAGES = {
    "run-draft": (StaffRole.CLERK, "/cooperative/runs/{draft}"),
    "run-published": (StaffRole.MANAGER, "/cooperative/runs/{published}"),
    "runs": (StaffRole.MANAGER, "/cooperative/runs"),
    "notice": (StaffRole.SUPERVISOR, "/notice/{notice}"),
    "batch": (StaffRole.CASHIER, "/cooperative/payouts/{batch}"),
    "payouts": (StaffRole.CASHIER, "/cooperative/payouts"),
    "bills": (StaffRole.MANAGER, "/cooperative/bills"),
    "bill-new": (StaffRole.CLERK, "/cooperative/bills/new"),
    "today": (StaffRole.MANAGER, "/cooperative/"),
}


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
@pytest.mark.parametrize("name", PAGES)
def test_pages_of_sharing_look_right(  # noqa: PLR0917 - fixtures
    live, sharing, watched, context, accessible, picture, name, language
):
    ids, cookies = sharing
    role, path = PAGES[name]
    context.add_cookies([cookies[role], {"name": "language", "value": language, "url": live.url}])
    watched.goto(live.url + path.format(**ids))
    assert watched.locator("h1").count() == 1
    accessible()
    picture(f"{name}.{language}")
