"""A stranger's row is as absent as one that does not exist."""

import pytest

from marketplace import access
from marketplace.access.scope import BUYER, COOPERATIVE, MEMBER
from marketplace.catalog import Pack
from marketplace.cooperatives import Cooperative, Member, StaffRole
from marketplace.core.errors import NotFound
from marketplace.extensions import db
from marketplace.identity import PlatformRole
from marketplace.payments import Refund
from marketplace.produce import Grade, Season
from tests.factories.catalog import make_listing
from tests.factories.cooperatives import (
    make_cooperative,
    make_coordinator,
    make_household_key,
    make_member,
    make_staff,
)
from tests.factories.identity import make_buyer, make_user


def actor(user):
    return access.load_actor(access.session_id_of_user(user))


def test_each_sees_only_what_is_theirs(session):
    ours, theirs = make_cooperative(), make_cooperative()
    mine, other = make_member(ours), make_member(theirs)
    clerk, coordinator = actor(make_staff(ours)), actor(make_coordinator(ours))
    household = access.load_actor(access.session_id_of_household(make_household_key(mine)))
    for somebody in (clerk, coordinator, household):
        assert access.get(somebody, Member, id=mine.id) is mine
        with pytest.raises(NotFound):
            access.get(somebody, Member, id=other.id)
        assert list(db.session.scalars(access.select_visible(somebody, Member))) == [mine]
    for nobody in (actor(make_buyer()), actor(make_user(PlatformRole.ADMINISTRATOR))):
        with pytest.raises(NotFound):
            access.get(nobody, Member, id=mine.id)


def test_an_administrator_sees_cooperatives_and_no_members(session):
    cooperative = make_cooperative()
    administrator = actor(make_user(PlatformRole.ADMINISTRATOR))
    assert access.get(administrator, Cooperative, id=cooperative.id) is cooperative


@pytest.mark.parametrize("role", list(StaffRole))
def test_every_table_of_a_cooperative_can_be_asked_by_all(session, role):
    cooperative = make_cooperative()
    askers = [actor(make_staff(cooperative, role)), actor(make_coordinator(cooperative)), actor(make_buyer())]
    for model in COOPERATIVE | BUYER | MEMBER:
        for asker in askers:
            db.session.scalars(access.select_visible(asker, model)).all()


def test_a_list_may_join_the_table_that_says_whose_a_row_is(session):
    """The condition must look at the list's own row, not at any row of the joined table."""
    ours, theirs = make_listing(), make_listing()
    clerk, follower = actor(make_staff(ours.cooperative)), actor(make_coordinator(ours.cooperative))
    joins = {Season: Season.product, Grade: Grade.product, Pack: Pack.listing, Refund: Refund.payment}
    for somebody in (clerk, follower):
        for model, other in joins.items():
            plain = db.session.scalars(access.select_visible(somebody, model)).all()
            joined = db.session.scalars(access.select_visible(somebody, model).join(other)).all()
            assert sorted(row.id for row in joined) == sorted(row.id for row in plain)
            assert bool(joined) is (model is not Refund)
        packs = db.session.scalars(access.select_visible(somebody, Pack).join(Pack.listing)).all()
        assert set(packs) == set(ours.packs) != set(theirs.packs)


def test_a_number_longer_than_any_id_is_not_found(session):
    with pytest.raises(NotFound):
        access.get(actor(make_staff(make_cooperative())), Member, id=10**30)


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "user",
        "user:1",
        "user:x:y",
        "user:-1:a",
        "household:",
        "household:99",
        "user:1:",
        "admin:1:x",
        "user:" + "9" * 40 + ":x",
    ],
)
def test_a_forged_session_is_nobody(session, forged):
    make_buyer()
    assert access.load_actor(forged) is None
