"""The cooperative itself: what buyers read of it, and who does what; managers only, in their own house."""

import pytest
from sqlalchemy import func, select

from marketplace.cooperatives import Cooperative, Staff, StaffRole
from marketplace.extensions import db
from marketplace.identity import PlatformRole
from marketplace.trail import TrailEntry
from tests.factories.catalog import make_listing
from tests.factories.cooperatives import make_cooperative, make_staff
from tests.factories.identity import make_buyer, make_user
from tests.factories.produce import make_product, make_season

TYPED = {
    "name": "武夷岩茶合作社",
    "name_en": "Wuyi Rock Tea Cooperative",
    "county": "武夷山市",
    "county_en": "Wuyishan",
    "village": "星村",
    "village_en": "Xingcun",
    "story": "三坑两涧",
    "story_en": "",
    "picture": "tea",
    "zone": "Asia/Shanghai",
}


@pytest.fixture
def manager(client, log_in, stays):
    """A manager at the desk."""
    who = make_staff(make_cooperative(), StaffRole.MANAGER, "王经理")
    log_in(client, who)
    return who


def season_of(house):
    return make_season(make_product(house))


def home_of(user):
    return db.session.scalars(select(Staff).where(Staff.user_id == user.id)).one().cooperative


def written():
    return [db.session.scalar(select(func.count()).select_from(table)) for table in (TrailEntry, Staff)]


def test_the_profile_is_changed_and_buyers_find_the_new_name(client, manager):
    house = home_of(manager)
    listing = make_listing(stock_g=50_000, by=manager, season=season_of(house))
    link = f'href="/produce/{listing.id}"'
    assert link in client.get("/produce").text
    assert link not in client.get("/produce?q=武夷").text
    assert 'value="塬上苹果合作社"' in client.get("/cooperative/profile").text
    assert client.post("/cooperative/profile", data=TYPED).status_code == 303
    row = db.session.get_one(Cooperative, house.id)
    assert {field: getattr(row, field) or "" for field in TYPED if field != "picture"} == {
        field: value for field, value in TYPED.items() if field != "picture"
    }
    assert link in client.get("/produce?q=武夷").text
    assert "Wuyi Rock Tea Cooperative" in client.get(f"/cooperatives/{row.slug}").text


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("zone", "Asia/Luochuan", "That is not a time zone"),
        ("name", " ", "Enter a name."),
        ("county", "", "Enter the county."),
        ("story", "长" * 4001, "At most 4000 characters."),
    ],
)
def test_what_cannot_be_taken_is_kept_and_nothing_written(client, manager, field, typed, words):
    before = written()
    answer = client.post("/cooperative/profile", data={**TYPED, field: typed})
    assert answer.status_code == 422
    assert words in answer.text
    assert typed.strip() in answer.text
    assert 'value="Wuyi Rock Tea Cooperative"' in answer.text
    assert (written(), home_of(manager).name) == (before, "塬上苹果合作社")


def test_somebody_is_appointed_and_the_duty_ends_at_once(client, manager, log_in):
    person = make_user(PlatformRole.STAFF, "赵出纳", email="zhao@example.com")
    assert client.post("/cooperative/staff", data={"email": "Zhao@example.com", "role": "cashier"}).status_code == 303
    assert "赵出纳" in client.get("/cooperative/staff").text
    duty = db.session.scalars(select(Staff).where(Staff.user_id == person.id)).one()
    assert (duty.role, duty.cooperative_id) == (StaffRole.CASHIER, home_of(manager).id)
    theirs = client.application.test_client()
    log_in(theirs, person)
    assert theirs.get("/cooperative/payouts").status_code == 200
    assert client.post(f"/cooperative/staff/{duty.id}/end").status_code == 303
    assert theirs.get("/cooperative/payouts").status_code in (303, 404)
    before = written()
    client.post(f"/cooperative/staff/{duty.id}/end")
    assert written() == before


@pytest.mark.parametrize("kind", ["unknown", "buyer", "busy", "empty"])
def test_who_cannot_be_appointed_is_refused_beside_the_address(client, manager, kind):
    address = {
        "unknown": lambda: "nobody@example.com",
        "buyer": lambda: make_buyer(email="buyer@example.com").email,
        "busy": lambda: make_staff(make_cooperative()).email,
        "empty": lambda: " ",
    }[kind]()
    before = written()
    answer = client.post("/cooperative/staff", data={"email": address, "role": "clerk"})
    assert answer.status_code == 422
    assert "is-invalid" in answer.text
    assert address.strip() in answer.text
    assert written() == before


def test_nobody_ends_the_own_duty(client, manager):
    own = db.session.scalars(select(Staff).where(Staff.user_id == manager.id)).one()
    page = client.get("/cooperative/staff").text
    assert f"/cooperative/staff/{own.id}/end" not in page
    client.post(f"/cooperative/staff/{own.id}/end")
    assert db.session.get_one(Staff, own.id, populate_existing=True).ended_on is None


def test_a_stranger_ends_no_duty_and_sees_no_staff(client, manager, log_in):
    clerk = make_staff(home_of(manager), name="李过磅")
    duty = db.session.scalars(select(Staff).where(Staff.user_id == clerk.id)).one()
    log_in(client, make_staff(make_cooperative(), StaffRole.MANAGER))
    before = written()
    assert client.post(f"/cooperative/staff/{duty.id}/end").status_code == 404
    assert "李过磅" not in client.get("/cooperative/staff").text
    assert written() == before
    assert db.session.get_one(Staff, duty.id, populate_existing=True).ended_on is None


@pytest.mark.parametrize("role", [StaffRole.CLERK, StaffRole.CASHIER, StaffRole.SUPERVISOR])
def test_only_the_manager_changes_the_house(client, manager, log_in, role):
    house = home_of(manager)
    duty = db.session.scalars(select(Staff).where(Staff.user_id == manager.id)).one()
    make_user(PlatformRole.STAFF, email="new@example.com")
    log_in(client, make_staff(house, role))
    before = written()
    assert client.get("/cooperative/profile").status_code == 404
    assert client.post("/cooperative/profile", data=TYPED).status_code == 404
    assert client.post(f"/cooperative/staff/{duty.id}/end").status_code == 404
    client.post("/cooperative/staff", data={"email": "new@example.com", "role": "clerk"})
    assert client.get("/cooperative/staff").status_code == (200 if role is StaffRole.SUPERVISOR else 404)
    assert written() == before


def test_nobody_is_sent_to_log_in(client, session):
    for path in ("profile", "staff"):
        assert "/login?next=" in client.get(f"/cooperative/{path}").location
    assert client.post("/cooperative/staff/1/end").location.endswith("/login")
