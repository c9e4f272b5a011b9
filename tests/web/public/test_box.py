"""The page behind a box's code: trust for the public, and nobody's name."""

import pytest

from marketplace import fulfilment, payouts
from marketplace.core import clock
from marketplace.extensions import atomic, db
from marketplace.fulfilment import AcceptedBy
from marketplace.produce import Season
from tests.factories.catalog import make_listing
from tests.factories.cooperatives import make_member
from tests.factories.distribution import make_checked, make_plan
from tests.factories.fulfilment import make_packed, make_shipped, post_payment
from tests.factories.intake import make_weighing
from tests.factories.ordering import make_paid_order
from tests.factories.payouts import make_sent, payouts_of

pytestmark = pytest.mark.usefixtures("stays")


@pytest.fixture
def order(session):
    """One box of 5 kg, paid, of a pool of which 欧阳娜娜 brought everything; four fifths are shared."""
    listing = make_listing()
    member = make_member(listing.cooperative, "欧阳娜娜", village_group="三组")
    make_weighing(member, listing.season, listing.grade, net_g=50_000)
    make_plan(listing.season, 8_000)
    paid = make_paid_order(listing.packs[0])
    post_payment(paid)
    return paid


def accept(shipment):
    with atomic():
        fulfilment.accept(shipment, AcceptedBy.WORD)


def test_a_box_on_its_way_shows_lot_and_group_and_names_nobody(client, order):
    shipment = make_shipped(order)
    answer = client.get(f"/box/{shipment.box_code}")
    assert answer.status_code == 200
    assert answer.headers["X-Robots-Tag"].startswith("noindex")
    assert "三组" in answer.text
    assert "On its way" in answer.text
    for secret in ("欧阳", "娜娜", order.recipient, order.phone, order.street, order.number, "/notice/"):
        assert secret not in answer.text


def test_small_letters_will_do(client, order):
    assert client.get(f"/box/{make_shipped(order).box_code.lower()}").status_code == 200


@pytest.mark.parametrize("code", ["none", "x" * 300, "%00", "1"])
def test_a_guess_finds_nothing(client, order, code):
    make_shipped(order)
    assert client.get(f"/box/{code}").status_code == 404


def test_a_box_that_has_not_left_is_not_found(client, order):
    assert client.get(f"/box/{make_packed(order).box_code}").status_code == 404


def test_before_anything_is_accepted_no_figure_is_invented(client, order):
    page = client.get(f"/box/{make_shipped(order).box_code}").text
    assert "there is no figure to show" in page
    assert "strip-bar" not in page


def test_an_accepted_box_is_an_estimate_until_the_run_is_checked(client, order):
    season_id = order.lines[0].season_id
    shipment = make_shipped(order)
    accept(shipment)
    path = f"/box/{shipment.box_code}"
    page = client.get(path).text
    assert "Estimate" in page
    assert "账已结清" not in page
    assert "¥64.00" in page  # four fifths of 80.00, delivery included
    make_checked(db.session.get_one(Season, season_id))
    page = client.get(path).text
    assert "Estimate" not in page
    assert "账已结清" in page
    assert "¥64.00" in page
    assert "recomputed and checked by the coordinator" in page
    assert "欧阳" not in page


def test_the_first_page_leads_to_a_settled_box(client, order):
    season_id = order.lines[0].season_id
    shipment = make_shipped(order)
    accept(shipment)
    code = shipment.box_code
    assert code not in client.get("/").text
    make_checked(db.session.get_one(Season, season_id))
    page = client.get("/").text
    assert f'href="/box/{code}"' in page
    assert "¥64.00" in page


def test_the_last_step_waits_until_all_households_have_their_money(client, order):
    season_id, code = order.lines[0].season_id, accepted_box(order)
    batch = make_sent(make_checked(db.session.get_one(Season, season_id)))
    (payout,) = (row.id for row in payouts_of(batch))
    assert "not all of them have it yet" in client.get(f"/box/{code}").text
    with atomic():
        payouts.settle(db.session.get_one(payouts.Payout, payout), clock.today("Asia/Shanghai"), by=batch.made_by_id)
    page = client.get(f"/box/{code}").text
    assert "In the households' bank accounts" in page.replace("&#39;", "'")
    assert "not all of them have it yet" not in page
    assert 'aria-current="step"' not in page  # nothing is to come


def accepted_box(order):
    shipment = make_shipped(order)
    accept(shipment)
    return shipment.box_code


def test_it_speaks_chinese_too(client, order):
    code = accepted_box(order)
    client.set_cookie("language", "zh-Hans")
    page = client.get(f"/box/{code}").text
    for words in ("这一箱是什么，钱去了哪里", "估算", "归塬上村的农户", "三组"):
        assert words in page


def test_a_suspended_cooperatives_box_is_not_shown_off(client, order):
    season_id, cooperative, code = order.lines[0].season_id, order.cooperative, accepted_box(order)
    make_checked(db.session.get_one(Season, season_id))
    assert code in client.get("/").text
    with atomic():
        cooperative.suspended_at = clock.now()
    assert code not in client.get("/").text
    assert client.get(f"/box/{code}").status_code == 200
