"""Stock: in step with the scale, promised once, never oversold."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from marketplace import catalog
from marketplace.catalog import Commitment, CommitmentState, Listing, NotEnough, NotFirm, Priority
from marketplace.core import clock
from marketplace.core.errors import FieldError
from marketplace.extensions import atomic, db, retrying
from tests.factories.catalog import make_listing, make_stock
from tests.factories.cooperatives import make_member, make_staff
from tests.factories.intake import make_weighing
from tests.factories.produce import FIRST, REJECT, SPECIAL, grade_of, make_season

BOX = 5_000


def soon():
    return clock.now() + timedelta(minutes=30)


def reserve(holder, wants, **named):
    with atomic():
        return catalog.reserve(holder, wants, **({"until": soon()} | named))


def within(call, *arguments):
    with atomic():
        return call(*arguments)


def stock_of(key):
    return catalog.list_stock([key])[key]


@pytest.fixture
def store(session):
    """Ten boxes in store."""
    stock = make_stock(make_season(), grams=10 * BOX)
    return stock.season_id, stock.grade_id


def test_what_is_accepted_can_be_promised(store):
    reserve("order:1", {store: 4 * BOX})
    stock = stock_of(store)
    assert (stock.accepted_g, stock.committed_g, stock.shipped_g, stock.available_g) == (50_000, 20_000, 0, 30_000)
    commitment = db.session.scalars(select(Commitment)).one()
    assert (commitment.state, commitment.priority) == (CommitmentState.HELD, Priority.SHOP)
    assert catalog.check_stock() == []


def test_not_enough_says_what_is_left_and_changes_nothing(session):
    season = make_season()
    plenty, little = (
        make_stock(season, grade_of(season, place), grams) for place, grams in ((SPECIAL, 50_000), (FIRST, 4_000))
    )
    keys = [(season.id, stock.grade_id) for stock in (plenty, little)]
    with atomic():
        with pytest.raises(NotEnough) as short:
            catalog.reserve("order:1", {keys[0]: 5_000, keys[1]: 5_000}, until=soon())
        assert short.value.details == {"left_g": 4_000, "season_id": season.id, "grade_id": keys[1][1]}
    assert [stock_of(key).committed_g for key in keys] == [0, 0]
    assert session.scalars(select(Commitment)).all() == []


def test_what_never_came_in_is_not_there(session):
    season = make_season()
    with pytest.raises(NotEnough) as short:
        reserve("order:1", {(season.id, grade_of(season).id): 1})
    assert short.value.details["left_g"] == 0


def test_rejects_never_come_into_store(session):
    weighing = make_weighing(grade=None, season=(season := make_season()))
    make_weighing(weighing.member, season, grade_of(season, REJECT))
    assert list(catalog.list_stock([(season.id, grade_of(season, REJECT).id)])) == []
    assert catalog.check_stock() == []


@pytest.mark.parametrize("grams", [0, -1])
def test_nothing_is_not_reserved(store, grams):
    with pytest.raises(ValueError, match="nothing"):
        reserve("order:1", {store: grams})


def test_firm_then_shipped_each_once(store):
    reserve("order:1", {store: 4 * BOX})
    with pytest.raises(NotFirm):
        within(catalog.ship, "order:1")
    assert within(catalog.make_firm, "order:1")
    assert within(catalog.make_firm, "order:1")
    within(catalog.ship, "order:1")
    within(catalog.ship, "order:1")
    stock = stock_of(store)
    assert (stock.committed_g, stock.shipped_g, stock.available_g) == (0, 4 * BOX, 6 * BOX)
    assert not within(catalog.free, "order:1")  # what is gone does not come back
    assert stock_of(store).available_g == 6 * BOX
    assert catalog.check_stock() == []


def test_freed_once_and_then_no_longer_firm(store):
    reserve("order:1", {store: 4 * BOX})
    assert within(catalog.free, "order:1")
    assert not within(catalog.free, "order:1")
    assert not within(catalog.make_firm, "order:1")
    with pytest.raises(NotFirm):
        within(catalog.ship, "order:1")
    assert stock_of(store).available_g == 10 * BOX
    assert catalog.check_stock() == []


def test_a_holder_without_goods(session):
    assert not within(catalog.make_firm, "order:404")
    assert not within(catalog.free, "order:404")
    with pytest.raises(NotFirm):
        within(catalog.ship, "order:404")


def test_holds_end_in_order(store):
    now = clock.now()
    for number, minutes in ((1, -1), (2, -3), (3, 5), (4, -2)):
        reserve(f"order:{number}", {store: BOX}, until=now + timedelta(minutes=minutes))
    within(catalog.make_firm, "order:4")
    assert catalog.expired_holders(10) == ["order:2", "order:1"]
    assert catalog.expired_holders(1) == ["order:2"]
    assert within(catalog.make_firm, "order:1")  # late, and nobody had taken the goods yet


def test_a_correction_never_takes_what_was_promised(session):
    season = make_season()
    weighing = make_weighing(season=season, net_g=50_000)
    key = (season.id, weighing.grade_id)
    reserve("order:1", {key: 40_000})
    by = make_staff(season.product.cooperative).id
    weights = {"tare_g": 0, "cut_g": 0, "reason": "多记了", "by": by}
    with pytest.raises(FieldError) as refused, atomic():
        catalog.correct_intake(weighing, token="c1", gross_g=39_999, **weights)
    assert (refused.value.code, refused.value.details["left_g"]) == ("already_promised", 10_000)
    assert stock_of(key).accepted_g == 50_000
    with atomic():
        catalog.correct_intake(weighing, token="c2", gross_g=40_000, **weights)
    assert stock_of(key).available_g == 0
    assert catalog.check_stock() == []


def test_stock_is_shared_by_all_listings_of_a_grade(session):
    season = make_season()
    first, second, other = make_listing(season, stock_g=30_000), make_listing(season), make_listing()
    reserve("order:1", {(season.id, first.grade_id): 10_000})
    assert catalog.available_g([first, second, other]) == {first.id: 20_000, second.id: 20_000, other.id: 0}
    assert catalog.available_g([]) == {}


def test_available_of_a_whole_page_is_one_query(session, queries):
    season = make_season()
    numbers = {make_listing(season, stock_g=1_000).id for _ in range(8)}
    with queries(2):  # the listings, and what is left of them
        left = catalog.available_g(db.session.scalars(select(Listing)).all())
    assert left == dict.fromkeys(numbers, 8_000)


def test_a_counter_that_differs_is_found(store):
    stock = stock_of(store)
    with atomic():
        stock.committed_g += 7
        stock.accepted_g += 3
    found = {(d.counter, d.stored_g, d.counted_g) for d in catalog.check_stock()}
    assert found == {("accepted_g", 50_003, 50_000), ("lots_g", 50_003, 50_000), ("committed_g", 7, 0)}


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["in", "correct", "reserve", "firm", "free", "ship"]), st.integers(0, 5), st.integers(0, 9)
    ),
    max_size=25,
)


@given(STEPS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_counters_stay_what_the_rows_say(session, steps):
    """Whatever the order of deeds: counters equal rows, and nothing is ever negative."""
    season = make_season()
    cooperative = season.product.cooperative
    member, by = make_member(cooperative), make_staff(cooperative).id
    grades = [grade_of(season, SPECIAL), grade_of(season, FIRST)]
    slips = []
    for number, (deed, which, amount) in enumerate(steps):
        try:
            with atomic():
                step(deed, number, (season, member, by, grades, slips), which, amount)
        except (NotEnough, NotFirm, FieldError):
            pass
        assert catalog.check_stock() == []
        for stock in catalog.list_stock([(season.id, grade.id) for grade in grades]).values():
            assert min(stock.accepted_g, stock.committed_g, stock.shipped_g, stock.available_g) >= 0


def step(deed, number, world, which, amount):
    season, member, by, grades, slips = world
    grade, grams = grades[which % 2], 1_000 * amount
    if deed == "in":
        load = {"gross_g": grams, "tare_g": 0, "cut_g": 0, "unit": "kg"}
        slips.append(catalog.take_in(member, season, grade, token=f"in {number}", by=by, **load))
    elif deed == "correct" and slips:
        slip = slips[which % len(slips)]
        load = {"gross_g": grams, "tare_g": 0, "cut_g": 0, "grade": grade}
        slips.append(catalog.correct_intake(slip, token=f"correct {number}", by=by, reason="错", **load))
    elif deed == "reserve" and amount:
        catalog.reserve(f"order:{season.id}-{number}", {(season.id, grade.id): grams}, until=soon())
    elif deed == "firm":
        catalog.make_firm(f"order:{season.id}-{number - which - 1}")
    elif deed == "free":
        catalog.free(f"order:{season.id}-{number - which - 1}")
    elif deed == "ship":
        catalog.ship(f"order:{season.id}-{number - which - 1}")


# --- many at once, on a database of their own


def all_at_once(app, calls):
    """Run every call in a thread of its own, all at the same moment; return what each gave or raised."""
    gate, answers = threading.Barrier(len(calls)), [None] * len(calls)

    def run(place, call):
        with app.app_context():
            gate.wait()
            try:
                answers[place] = retrying(call, attempts=8)()
            except Exception as error:
                answers[place] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_two_hundred_buyers_of_fifty_boxes(real_app):
    with real_app.app_context():
        stock = make_stock(make_season(), grams=50 * BOX)
        key = stock.season_id, stock.grade_id

    def buy(number):
        return lambda: bool(reserve(f"order:{number}", {key: BOX}))

    answers = all_at_once(real_app, [buy(number) for number in range(200)])
    assert Counter("sold" if a is True else type(a).__name__ for a in answers) == {"sold": 50, "NotEnough": 150}
    with real_app.app_context():
        assert stock_of(key).available_g == 0
        assert catalog.check_stock() == []


def test_two_carts_for_the_last_boxes(real_app):
    """B28: of ten boxes two buyers want six each; one gets six, the other hears that four are left."""
    with real_app.app_context():
        stock = make_stock(make_season(), grams=10 * BOX)
        key = stock.season_id, stock.grade_id
    calls = [lambda n=n: bool(reserve(f"order:{n}", {key: 6 * BOX})) for n in (1, 2)]
    answers = all_at_once(real_app, calls)
    refused = [answer for answer in answers if isinstance(answer, NotEnough)]
    assert answers.count(True) == 1
    assert [error.details["left_g"] for error in refused] == [4 * BOX]
    with real_app.app_context():
        assert catalog.check_stock() == []


def test_freed_and_made_firm_at_once_has_one_outcome(real_app):
    with real_app.app_context():
        stock = make_stock(make_season(), grams=10 * BOX)
        key = stock.season_id, stock.grade_id
        reserve("order:1", {key: 6 * BOX})
    free = [lambda: ("freed", within(catalog.free, "order:1"))] * 6
    firm = [lambda: ("firm", within(catalog.make_firm, "order:1"))] * 2
    answers = Counter(all_at_once(real_app, [*free, *firm]))
    assert answers["freed", True] == 1
    with real_app.app_context():
        assert stock_of(key).available_g == 10 * BOX
        assert catalog.check_stock() == []


def test_opposed_wants_do_not_deadlock(real_app):
    with real_app.app_context():
        season = make_season()
        keys = [
            (season.id, make_stock(season, grade_of(season, place), 40 * BOX).grade_id) for place in (SPECIAL, FIRST)
        ]

    def both(number):
        order = keys if number % 2 else keys[::-1]
        return lambda: bool(reserve(f"order:{number}", dict.fromkeys(order, BOX)))

    assert all_at_once(real_app, [both(number) for number in range(40)]) == [True] * 40
    with real_app.app_context():
        assert [stock_of(key).available_g for key in keys] == [0, 0]
