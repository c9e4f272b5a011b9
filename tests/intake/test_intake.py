"""The weighing station: receipts without gaps, rejects written down, corrections that name the old slip, lots."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from marketplace import catalog, cooperatives, intake, produce, trail
from marketplace.core import clock
from marketplace.core.errors import FieldError
from marketplace.extensions import atomic, db, retrying
from marketplace.intake import Lot, LotsShort, Weighing, WeightUnit
from tests.factories.cooperatives import make_cooperative, make_member, make_staff
from tests.factories.intake import make_weighing
from tests.factories.produce import FIRST, REJECT, SECOND, SPECIAL, grade_of, make_product, make_season

LOAD = {"gross_g": 146_500, "tare_g": 6_500, "cut_g": 500, "unit": WeightUnit.KG}


@pytest.fixture
def station(session):
    season = make_season()
    cooperative = season.product.cooperative
    return season, make_member(cooperative), make_staff(cooperative).id


def weigh(station, *, token="t", grade=None, member=None, season=None, **changes):
    where, who, by = station
    with atomic():
        return catalog.take_in(
            member or who, season or where, grade or grade_of(where), token=token, by=by, **(LOAD | changes)
        )


def correct(weighing, by, *, token="c", reason="读错了", **changes):
    with atomic():
        return catalog.correct_intake(
            weighing,
            token=token,
            by=by,
            reason=reason,
            **({"gross_g": 14_650, "tare_g": 6_500, "cut_g": 500} | changes),
        )


def refused(code, field, call, *arguments, **named):
    with pytest.raises(FieldError) as caught:
        call(*arguments, **named)
    assert (caught.value.code, caught.value.field) == (code, field)
    return caught.value


def test_accepted_is_gross_less_tare_less_cut(station):
    weighing = weigh(station)
    assert weighing.accepted_g == 146_500 - 6_500 - 500
    assert weighing.source == f"intake:{weighing.id}"
    assert weighing.lot.accepted_g == 139_500
    entry = trail.list_of(f"weighing:{weighing.id}")[0]
    assert (entry.verb, entry.after["accepted_g"]) == ("weighing.recorded", 139_500)


def test_receipts_are_numbered_by_cooperative_without_gaps(station):
    other = make_season()
    assert [weigh(station, token=f"{n}").number for n in range(3)] == [1, 2, 3]
    refused("nothing_left", "gross_g", weigh, station, token="bad", tare_g=146_500)
    assert make_weighing(season=other).number == 1
    assert weigh(station, token="4").number == 4


def test_a_reject_is_written_down_and_accepts_nothing(station):
    weighing = weigh(station, grade=grade_of(station[0], REJECT))
    assert (weighing.accepted_g, weighing.gross_g, weighing.lot_id, weighing.number) == (0, 146_500, None, 1)
    assert intake.effective_weighings(station[0].id) == [weighing]


def test_one_token_weighs_once(station, session):
    first = weigh(station)
    assert weigh(station) is first
    error = refused("token_used", "", weigh, station, gross_g=200_000)
    assert error.details == {"number": first.number}
    assert session.scalar(select(func.count(Weighing.id))) == 1
    assert catalog.check_stock() == []


def test_the_token_of_another_cooperative_is_another_token(station):
    first = weigh(station)
    second = make_weighing(season=make_season(), token="t")
    assert first.id != second.id


def test_the_business_day_is_that_of_the_cooperative(session):
    cooperative = make_cooperative(zone="Asia/Shanghai")
    season = make_season(make_product(cooperative), starts_on=date(2026, 10, 8), ends_on=date(2026, 10, 8))
    weighing = make_weighing(season=season, weighed_at=datetime(2026, 10, 7, 16, 30, tzinfo=UTC))
    assert weighing.weighed_on == weighing.lot.taken_in_on == date(2026, 10, 8)
    assert "-261008-" in weighing.lot.code


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"gross_g": 0}, "nothing_on_scale", "gross_g"),
        ({"cut_g": -1}, "below_zero", "cut_g"),
        ({"tare_g": 146_000}, "nothing_left", "gross_g"),
        ({"weighed_at": clock.now() + timedelta(hours=1)}, "in_future", "weighed_at"),
        ({"weighed_at": clock.now() - timedelta(days=90)}, "outside_season", "grade"),
    ],
)
def test_a_load_that_cannot_be(station, session, changes, code, field):
    refused(code, field, weigh, station, **changes)
    assert session.scalar(select(func.count(Weighing.id))) == session.scalar(select(func.count(Lot.id))) == 0


def test_a_closed_season_takes_nothing_in(station):
    first = weigh(station)
    with atomic():
        produce.close_season(station[0], by=station[2])
    refused("season_closed", "grade", weigh, station, token="2")
    refused("season_closed", "grade", correct, first, station[2])


def test_who_left_brings_nothing(station):
    with atomic():
        cooperatives.leave(station[1], clock.today("Asia/Shanghai") - timedelta(days=1), by=station[2])
    refused("not_member_then", "member", weigh, station)


def test_nothing_of_others(station):
    stranger = make_season()
    refused("of_other_cooperative", "member", weigh, station, season=stranger, grade=grade_of(stranger))
    refused("of_other_product", "grade", weigh, station, grade=grade_of(stranger))
    sister = make_season(make_product(station[0].product.cooperative))
    refused("of_other_product", "grade", weigh, station, grade=grade_of(sister))


def test_a_correction_names_the_old_slip_and_stays_in_its_day(station):
    old = weigh(station, weighed_at=clock.now() - timedelta(days=3))
    new = correct(old, station[2])
    assert (new.corrects_id, new.number, new.reason) == (old.id, 2, "读错了")
    assert (new.weighed_on, new.lot_id) == (old.weighed_on, old.lot_id)
    assert old.accepted_g == 139_500
    assert new.lot.accepted_g == new.accepted_g == 7_650
    assert intake.effective_weighings(station[0].id) == [new]
    assert catalog.check_stock() == []


def test_a_slip_is_corrected_once_and_the_correction_may_be_corrected(station):
    old = weigh(station)
    new = correct(old, station[2])
    assert correct(old, station[2]) is new  # the same press again
    error = refused("already_corrected", "", correct, old, station[2], token="c2")
    assert error.details == {"number": new.number}
    newest = correct(new, station[2], token="c3", gross_g=100_000)
    for slip in (old, new, newest):
        assert intake.chain_of(slip) == [old, new, newest]
    assert intake.effective_weighings(station[0].id) == [newest]
    assert intake.effective_weighings(station[0].id, until_id=new.id) == [new]
    assert intake.effective_weighings(station[0].id, until_id=old.id) == [old]
    assert catalog.check_stock() == []


def test_a_correction_says_why(station):
    old = weigh(station)
    refused("reason_missing", "reason", correct, old, station[2], reason="  ")


def test_a_slip_is_taken_back(station):
    old = weigh(station)
    new = correct(old, station[2], gross_g=0, tare_g=0, cut_g=0)
    assert (new.accepted_g, new.lot_id) == (0, None)
    assert intake.effective_weighings(station[0].id) == []
    assert intake.accepted_by_member(station[0].id) == []
    assert catalog.check_stock() == []


def test_grade_and_household_can_be_corrected(station):
    old = weigh(station)
    neighbour = make_member(station[0].product.cooperative, "郭新民")
    new = correct(old, station[2], grade=grade_of(station[0], SECOND), member=neighbour, gross_g=146_500)
    assert (new.member_id, new.grade_id, new.lot.accepted_g, old.lot.accepted_g) == (
        neighbour.id,
        grade_of(station[0], SECOND).id,
        139_500,
        0,
    )
    assert catalog.check_stock() == []
    into_reject = correct(new, station[2], token="c2", grade=grade_of(station[0], REJECT))
    assert into_reject.accepted_g == 0
    assert catalog.check_stock() == []


def test_one_household_three_lots_at_two_points_on_one_day(station):
    """B05: every lot of the day counts, not the first one only."""
    season, member, _by = station
    point_a, point_b = (make_staff(season.product.cooperative, name=name) for name in ("甲点", "乙点"))
    for place, grams, clerk in ((SPECIAL, 40_000, point_a), (FIRST, 25_000, point_b), (REJECT, 5_000, point_b)):
        make_weighing(member, season, grade_of(season, place), net_g=grams, by=clerk)
    make_weighing(member, season, grade_of(season, SPECIAL), net_g=1_000, by=point_b)
    rows = {row.grade_id: row for row in intake.accepted_by_member(season.id)}
    assert {row.member_id for row in rows.values()} == {member.id}
    brought = {place: rows[grade_of(season, place).id] for place in (SPECIAL, FIRST, REJECT)}
    assert [(row.accepted_g, row.loads) for row in brought.values()] == [(41_000, 2), (25_000, 1), (0, 1)]


def test_the_page_asks_about_ten_times_a_load(station):
    season, member, _by = station
    assert intake.is_unusual(season.product, 1_000_000, member)
    assert not intake.is_unusual(season.product, 900_000, member)
    for grams in (120_000, 150_000, 190_000):
        make_weighing(member, season, net_g=grams)
    doubt = intake.doubt(season.product, 900_000, member)
    assert (doubt.times, doubt.least_g, doubt.most_g) == (6, 120_000, 190_000)


def test_lots_leave_first_in_first_out(station):
    season, member, _by = station
    now, grade = clock.now(), grade_of(season)
    for days, grams in ((1, 30_000), (3, 10_000), (2, 20_000)):
        make_weighing(member, season, net_g=grams, weighed_at=now - timedelta(days=days))
    with atomic():
        taken = intake.allocate_lots(season.id, grade.id, 35_000)
    assert [(lot.taken_in_on, grams) for lot, grams in taken] == [
        (clock.on_day(now - timedelta(days=3), "Asia/Shanghai"), 10_000),
        (clock.on_day(now - timedelta(days=2), "Asia/Shanghai"), 20_000),
        (clock.on_day(now - timedelta(days=1), "Asia/Shanghai"), 5_000),
    ]
    with pytest.raises(LotsShort) as short, atomic():
        intake.allocate_lots(season.id, grade.id, 25_001)
    assert short.value.details["left_g"] == 25_000
    with atomic():
        intake.free_lots(taken)
    assert {lot.allocated_g for lot, _grams in taken} == {0}


def test_a_lot_never_holds_less_than_what_left_it(station):
    weighing = weigh(station)
    with atomic():
        intake.allocate_lots(station[0].id, weighing.grade_id, 100_000)
    error = refused("already_promised", "gross_g", correct, weighing, station[2])
    assert error.details["left_g"] == 39_500
    assert correct(weighing, station[2], token="c2", gross_g=107_000).accepted_g == 100_000


def test_the_weighings_behind_lots_are_those_that_stand(station):
    old = weigh(station)
    new = correct(old, station[2])
    other = weigh(station, token="2", grade=grade_of(station[0], SECOND))
    assert intake.weighings_of_lots([new.lot_id]) == [new]
    assert intake.weighings_of_lots([new.lot_id, other.lot_id]) == [new, other]


def test_recent_members_come_latest_first(station):
    season, member, _by = station
    neighbour = make_member(season.product.cooperative, "郭新民")
    make_weighing(season=make_season())
    for who in (member, neighbour, member):
        make_weighing(who, season)
    assert [recent.member for recent in intake.recent_members(season.product.cooperative_id, 6)] == [member, neighbour]
    assert [slip.number for slip in intake.list_last(season.product.cooperative_id, 2)] == [3, 2]


def test_one_slip_from_many_presses_and_no_gap_between_many_clerks(real_app):
    """Ten presses of one token and ten loads at once: eleven slips, numbered 1 to 11, all in store."""
    with real_app.app_context():
        season = make_season()
        member, by = make_member(season.product.cooperative), make_staff(season.product.cooperative).id
        ids = (season.id, member.id, grade_of(season).id)
    gate = threading.Barrier(20)
    numbers, failures = [], []

    def press(token):
        with real_app.app_context():
            gate.wait()
            try:
                numbers.append(retrying(lambda: weigh_at(ids, by, token))())
            except Exception as error:
                failures.append(error)

    threads = [threading.Thread(target=press, args=("same" if n % 2 else f"own {n}",)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(set(numbers)) == list(range(1, 12))
    with real_app.app_context():
        assert catalog.check_stock() == []
        assert db.session.scalar(select(func.sum(Weighing.accepted_g))) == 11 * 139_500


def weigh_at(ids, by, token):
    with atomic() as session:
        season, member = session.get(produce.Season, ids[0]), session.get(cooperatives.Member, ids[1])
        grade = session.get(produce.Grade, ids[2])
        return catalog.take_in(member, season, grade, token=token, by=by, **LOAD).number
