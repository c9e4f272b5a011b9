"""Two ways through a list: numbered pages, and stretches of a list without an end."""

from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select
from werkzeug.exceptions import NotFound

from marketplace.cooperatives import Assignment, AssignmentLevel
from marketplace.extensions import atomic, db
from marketplace.web.paging import SIZE, Page, page_of, stretch_of
from tests.factories.people import make_everyone

QUERY = select(Assignment).order_by(Assignment.id)
MANY = 2 * SIZE + 1


@pytest.fixture
def rows(session):
    make_everyone()
    first = session.scalars(QUERY).one()
    with atomic():
        for n in range(1, MANY):
            day = first.since_on + timedelta(days=n // 3)
            row = Assignment(cooperative_id=first.cooperative_id, user_id=first.user_id, level=AssignmentLevel.COUNTY)
            row.since_on = row.ended_on = day
            db.session.add(row)
    return session.scalars(select(Assignment)).all()


@pytest.mark.parametrize(
    ("number", "last", "numbers"),
    [(1, 1, [1]), (1, 9, [1, 2, 3, None, 9]), (5, 9, [1, None, 3, 4, 5, 6, 7, None, 9]), (9, 9, [1, None, 7, 8, 9])],
)
def test_the_ends_and_those_near_are_shown(number, last, numbers):
    assert Page([], number, last, 0).numbers == numbers


def test_pages_hold_every_row_once_and_filters_stay(shared_app, rows):
    seen = []
    for number in (1, 2, 3):
        with shared_app.test_request_context(f"/list?state=a&state=b&endpoint=x&_scheme=y&page={number}"):
            page = page_of(QUERY)
            seen += [row.id for row in page.items]
            assert (page.last, page.total) == (3, MANY)
            assert parse_qs(urlsplit(page.url(2)).query) == {
                "state": ["a", "b"],
                "endpoint": ["x"],
                "_scheme": ["y"],
                "page": ["2"],
            }
    assert seen == sorted(row.id for row in rows)


@pytest.mark.parametrize("number", ["0", "4", "-1", "99999999999999999999"])
def test_a_page_beyond_the_end_is_not_found(shared_app, rows, number):
    with shared_app.test_request_context(f"/list?page={number}"), pytest.raises(NotFound):
        page_of(QUERY)


def test_stretches_hold_every_row_once_newest_first(shared_app, rows):
    url, seen = "/list?q=1", []
    while url:
        with shared_app.test_request_context(url):
            stretch = stretch_of(select(Assignment), Assignment.since_on, Assignment.id)
            seen += [(row.since_on, row.id) for row in stretch.items]
            assert (stretch.newest is None) == (url == "/list?q=1")
            assert stretch.newest in {None, "/list?q=1"}
            url = stretch.older
    assert seen == sorted(((row.since_on, row.id) for row in rows), reverse=True)


@pytest.mark.parametrize("mark", ["yesterday", "2026-10-01", "2026-10-01.x", "2026-13-01.4"])
def test_a_broken_mark_is_not_found(shared_app, rows, mark):
    with shared_app.test_request_context(f"/list?before={mark}"), pytest.raises(NotFound):
        stretch_of(select(Assignment), Assignment.since_on, Assignment.id)


def test_an_endless_key_is_no_fault(shared_app, rows):
    with shared_app.test_request_context(f"/list?before={date.max}.{'9' * 40}"):
        assert len(stretch_of(select(Assignment), Assignment.since_on, Assignment.id).items) == SIZE
