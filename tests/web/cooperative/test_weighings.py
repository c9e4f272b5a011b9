"""The weighing station's pages: weigh, look again, slips, corrections."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from marketplace import catalog, cooperatives, produce
from marketplace.cooperatives import StaffRole
from marketplace.core import clock
from marketplace.extensions import atomic, db
from marketplace.intake import Weighing, WeightUnit
from tests.factories.cooperatives import make_member, make_staff
from tests.factories.intake import make_weighing
from tests.factories.produce import REJECT, SECOND, grade_of, make_season

WEIGH = "/cooperative/weigh"
LIST = "/cooperative/weighings"


class Station:
    """A cooperative with a season, two households and a clerk, who is logged in; rows are loaded when asked for."""

    def __init__(self, client, log_in):
        self.client = client
        season = make_season()
        cooperative = season.product.cooperative
        people = [make_member(cooperative, "杨玉梅", number=7), make_member(cooperative, "王根生", number=3)]
        clerk = make_staff(cooperative)
        self.season_id, self.cooperative_id, self.clerk_id = season.id, cooperative.id, clerk.id
        self.yang_id, self.wang_id = (member.id for member in people)
        log_in(client, clerk)

    season = property(lambda self: db.session.get_one(produce.Season, self.season_id))
    cooperative = property(lambda self: db.session.get_one(cooperatives.Cooperative, self.cooperative_id))
    yang = property(lambda self: db.session.get_one(cooperatives.Member, self.yang_id))
    wang = property(lambda self: db.session.get_one(cooperatives.Member, self.wang_id))

    def typed(self, **changes):
        load = {
            "once": "token",
            "member": str(self.yang_id),
            "grade": f"{self.season.id}-{grade_of(self.season).id}",
            "unit": "kg",
            "gross_g": "146.5",
            "tare_g": "6.5",
            "cut_g": "0",
        } | changes
        return {name: value for name, value in load.items() if value is not None}

    def post(self, **changes):
        return self.client.post(WEIGH, data=self.typed(**changes))


@pytest.fixture
def station(client, log_in):
    return Station(client, log_in)


def slips():
    return db.session.scalars(select(Weighing).order_by(Weighing.id)).all()


def text(answer):
    return answer.get_data(as_text=True)


def checked(answer, name):
    """Return the values of the inputs that are checked."""
    inputs = re.findall(rf'<input[^>]*name="{name}"[^>]*>', text(answer))
    return [re.search(r'value="([^"]*)"', found)[1] for found in inputs if " checked" in found]


def test_a_load_is_weighed_in_and_its_slip_shown(station):
    answer = station.post()
    (slip,) = slips()
    assert (answer.status_code, answer.location) == (303, f"{LIST}/{slip.id}")
    assert (slip.accepted_g, slip.number, slip.by_id, slip.member_id) == (140_000, 1, station.clerk_id, station.yang_id)
    page = text(station.client.get(answer.location))
    assert "Receipt 1" in page
    assert "140<small>kg</small>" in page
    assert slip.lot.code in page
    assert "Correct this slip" in page
    assert catalog.check_stock() == []


def test_jin_are_half_kilograms_and_empty_fields_are_nothing(station):
    station.post(unit="jin", gross_g="293", tare_g="", cut_g=None)
    (slip,) = slips()
    assert (slip.gross_g, slip.tare_g, slip.cut_g, slip.unit) == (146_500, 0, 0, WeightUnit.JIN)


def test_a_second_press_weighs_once(station):
    first, second = station.post(), station.post()
    assert first.location == second.location
    assert len(slips()) == 1


def test_a_sheet_that_comes_back_with_another_load_asks(station):
    station.post()
    answer = station.post(gross_g="100")
    assert answer.status_code == 422
    assert "already weighed in as receipt 1" in text(answer)
    assert 'value="100"' in text(answer)
    token = re.search(r'name="once"[^>]*value="([^"]+)"', text(answer))[1]
    assert token != "token"
    assert station.post(gross_g="100", once=token).status_code == 303
    assert [slip.gross_g for slip in slips()] == [146_500, 100_000]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"gross_g": "abc"}, "such as 146.5"),
        ({"gross_g": "6.5"}, "nothing is left"),
        ({"gross_g": "", "find": ""}, "such as 146.5"),
        ({"tare_g": "1.00001"}, "finer than a gram"),
        ({"member": None}, "Choose who brings it."),
        ({"grade": "0-0"}, "Choose a grade that is taken in today."),
        ({"grade": None}, "Choose a grade that is taken in today."),
        ({"member": None, "find": "404"}, "Nobody has the number or name 404."),
        ({"find": "3"}, "You typed 3 and chose another household."),
    ],
)
def test_bad_input_is_said_beside_the_field_and_kept(station, changes, words):
    answer = station.post(**changes)
    assert answer.status_code == 422
    page = text(answer)
    assert words in page
    for name, value in station.typed(**changes).items():
        if name in {"gross_g", "tare_g", "cut_g", "once"}:
            assert re.search(rf'name="{name}"[^>]*value="{re.escape(value)}"', page), name
    assert slips() == []


def test_a_household_of_others_is_not_there(station):
    stranger = make_member(make_season().product.cooperative)
    assert station.post(member=str(stranger.id)).status_code == 404
    assert slips() == []


def test_a_household_is_found_by_number_or_name_and_nothing_typed_is_lost(station):
    for typed in ("3", "根生"):
        answer = station.post(member=None, find=typed, find_it="1", gross_g="146.5")
        assert answer.status_code == 200
        assert checked(answer, "member") == [str(station.wang_id)]
        assert 'value="146.5"' in text(answer)
        assert checked(answer, "grade") == [station.typed()["grade"]]
    several = station.post(member=None, find="杨玉", find_it="1")
    assert checked(several, "member") == [str(station.yang_id)]
    nobody = station.post(member=None, find="某某", find_it="1")
    assert "Nobody has the number or name 某某." in text(nobody)
    assert slips() == []


def test_enter_in_the_search_field_searches_as_long_as_nothing_is_weighed(station):
    answer = station.post(member=None, find="7", gross_g="")
    assert answer.status_code == 200
    assert checked(answer, "member") == [str(station.yang_id)]


def test_a_typed_number_is_enough(station):
    assert station.post(member=None, find="3").status_code == 303
    assert [slip.member_id for slip in slips()] == [station.wang_id]


def test_several_of_one_name_must_be_told_apart(station):
    make_member(station.cooperative, "王根生")
    answer = station.post(member=None, find="王根生")
    assert answer.status_code == 422
    assert "Several fit. Choose one." in text(answer)
    assert checked(answer, "member") == []
    assert slips() == []


def test_a_weight_that_looks_wrong_asks_again_and_the_safe_answer_keeps_everything(station):
    for _ in range(3):
        make_weighing(station.yang, station.season, net_g=145_850)
    asked = station.post(gross_g="1465", once="t2")
    page = text(asked)
    assert asked.status_code == 200
    assert "1,458.5\xa0kg. Is this right?" in page
    assert "about 10 times a usual load" in page
    assert page.index("No, weigh again") < page.index("is right</button>")
    assert len(slips()) == 3
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)) | {"once": "t2"}
    again = station.client.post(WEIGH, data=hidden | {"again": "1"})
    assert again.status_code == 200
    assert 'value="1465"' in text(again)
    assert checked(again, "member") == [str(station.yang_id)]
    sure = re.search(r'name="sure" value="([^"]+)"', page)[1]
    other = station.client.post(WEIGH, data=hidden | {"sure": sure, "gross_g": "1466"})  # sure of another weight
    assert "Is this right?" in text(other)
    assert len(slips()) == 3
    assert station.client.post(WEIGH, data=hidden | {"sure": sure}).status_code == 303
    assert slips()[-1].accepted_g == 1_458_500


def test_a_new_household_is_compared_with_a_usual_load(station):
    assert "A usual load of this is 100\xa0kg." in text(station.post(gross_g="1006.5"))
    assert slips() == []


def test_rejects_are_written_down_without_a_question(station):
    station.post(grade=f"{station.season_id}-{grade_of(station.season, REJECT).id}", gross_g="2000")
    (slip,) = slips()
    assert slip.accepted_g == 0
    assert "Nothing is accepted." in text(station.client.get(f"{LIST}/{slip.id}"))


def test_the_form_remembers_goods_and_unit_but_no_household(station):
    make_weighing(station.yang, station.season)
    page = station.client.get(WEIGH, query_string={"grade": station.typed()["grade"], "unit": "jin"})
    assert checked(page, "grade") == [station.typed()["grade"]]
    assert checked(page, "unit") == ["jin"]
    assert checked(page, "member") == []
    assert "杨玉梅" in text(page)
    same = station.client.get(WEIGH, query_string={"member": station.wang_id})
    assert checked(same, "member") == [str(station.wang_id)]


def test_without_an_open_season_the_page_says_what_to_do(station):
    with atomic():
        produce.close_season(station.season, by=station.clerk_id)
    assert "No season is open today" in text(station.client.get(WEIGH))
    assert station.post().status_code == 422
    assert slips() == []


def test_a_household_that_left_is_refused(station):
    with atomic():
        cooperatives.leave(station.yang, clock.today("Asia/Shanghai") - timedelta(days=1), by=station.clerk_id)
    answer = station.post()
    assert answer.status_code == 422
    assert "Number 7 was not a member on" in text(answer)


def test_a_slip_is_corrected_by_a_new_one(station):
    old = make_weighing(station.yang, station.season)
    second_id, old_id, grade_id = grade_of(station.season, SECOND).id, old.id, old.grade_id
    url = f"{LIST}/{old_id}/correct"
    form = station.client.get(url)
    assert 'value="146.5"' in text(form)
    assert checked(form, "grade") == [str(grade_id)]
    typed = {"once": "c", "member": "3", "grade": str(second_id), "unit": "kg", "gross_g": "14.65", "reason": "看错了"}
    answer = station.client.post(url, data=typed | {"tare_g": "0.65", "cut_g": ""})
    new = slips()[-1]
    assert (answer.status_code, answer.location) == (303, f"{LIST}/{new.id}")
    assert (new.corrects_id, new.accepted_g) == (old_id, 14_000)
    assert (new.member_id, new.grade_id) == (station.wang_id, second_id)
    for slip_id in (old_id, new.id):
        page = text(station.client.get(f"{LIST}/{slip_id}"))
        assert "From the first slip to the last" in page
        assert "看错了" in page
    assert "Replaced by receipt 2" in text(station.client.get(f"{LIST}/{old_id}"))
    again = station.client.post(url, data=typed | {"once": "c2"})
    assert again.status_code == 422
    assert "Receipt 2 already replaced this slip." in text(again)
    assert catalog.check_stock() == []


def test_a_slip_is_taken_back(station):
    old = make_weighing(station.yang, station.season)
    typed = {"once": "c", "member": "7", "grade": str(old.grade_id), "unit": "kg", "gross_g": "", "take_back": "y"}
    answer = station.client.post(f"{LIST}/{old.id}/correct", data=typed | {"reason": "没有来"})
    assert answer.status_code == 303
    assert "Taken back" in text(station.client.get(answer.location))
    assert catalog.check_stock() == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reason": ""}, "Say why, in a few words."),
        ({"member": "404"}, "Nobody has the number or name 404."),
        ({"member": ""}, "Say whose load it was."),
        ({"gross_g": "x"}, "such as 146.5"),
        ({"grade": ""}, "Choose a grade."),
        ({"reason": "x" * 201}, "At most 200 characters."),
    ],
)
def test_a_correction_that_cannot_be(station, changes, words):
    old = make_weighing(station.yang, station.season)
    typed = {"once": "c", "member": "7", "grade": str(old.grade_id), "unit": "kg", "gross_g": "9", "reason": "错"}
    answer = station.client.post(f"{LIST}/{old.id}/correct", data=typed | changes)
    assert answer.status_code == 422
    assert words in text(answer)
    assert len(slips()) == 1


def test_what_was_promised_cannot_be_corrected_away(station):
    old = make_weighing(station.yang, station.season, net_g=50_000)
    with atomic():
        key = (station.season_id, old.grade_id)
        catalog.reserve("order:1", {key: 40_000}, until=clock.now() + timedelta(minutes=30))
    typed = {"once": "c", "member": "7", "grade": str(old.grade_id), "unit": "kg", "gross_g": "30", "reason": "错"}
    answer = station.client.post(f"{LIST}/{old.id}/correct", data=typed)
    assert answer.status_code == 422
    assert "at most 10\xa0kg can be taken off" in text(answer)


def test_the_list_is_filtered_and_added_up(station):
    other = make_season(station.season.product)
    yesterday = clock.now() - timedelta(days=1)
    make_weighing(station.yang, station.season, net_g=10_000)
    make_weighing(station.wang, station.season, net_g=20_000, weighed_at=yesterday)
    make_weighing(station.wang, other, net_g=30_000)
    make_weighing(season=make_season(), net_g=99_000)

    def accepted(**filters):
        page = text(station.client.get(LIST, query_string=filters))
        return re.search(r"Accepted: ([\d.,]+)", page)[1]

    assert accepted() == "60"
    assert accepted(household="3") == "50"
    assert accepted(household="根生", season=station.season_id) == "20"
    assert accepted(on=clock.on_day(yesterday, "Asia/Shanghai").isoformat()) == "20"
    assert accepted(household="404") == "0"
    assert accepted(season="x", on="yesterday") == "60"


def test_the_list_costs_the_same_for_many(station, queries):
    for _ in range(22):
        make_weighing(station.yang, station.season)
    db.session.expire_all()
    with queries(8):
        page = station.client.get(LIST)
    assert 'rel="next"' in text(page)
    assert text(station.client.get(LIST, query_string={"page": 2})).count('role="rowheader"') == 2
    assert station.client.get(LIST, query_string={"page": 3}).status_code == 404


@pytest.mark.parametrize("role", [StaffRole.CASHIER, StaffRole.SUPERVISOR])
def test_who_may_only_read_reads(station, client, log_in, role):
    slip_id = make_weighing(station.yang, station.season).id
    log_in(client, make_staff(station.cooperative, role))
    assert client.get(LIST).status_code == 200
    page = client.get(f"{LIST}/{slip_id}")
    assert page.status_code == 200
    assert "Correct this slip" not in text(page)
    assert client.get(WEIGH).status_code == station.post().status_code == 404
    assert client.post(f"{LIST}/{slip_id}/correct").status_code == 404
    assert len(slips()) == 1


def test_a_stranger_finds_nothing(station, client, log_in):
    slip_id = make_weighing(station.yang, station.season).id
    log_in(client, make_staff(make_season().product.cooperative, StaffRole.MANAGER))
    assert client.get(f"{LIST}/{slip_id}").status_code == 404
    assert client.get(f"{LIST}/{slip_id}/correct").status_code == 404
    assert "杨玉梅" not in text(client.get(LIST))
    assert db.session.scalar(select(func.count(Weighing.id))) == 1


@pytest.mark.parametrize("url", [WEIGH, LIST, f"{LIST}/1", f"{LIST}/1/correct"])
def test_nobody_in_particular_logs_in(client, url):
    answer = client.get(url)
    assert answer.status_code == 303
    assert "/login" in answer.location


def test_in_chinese(station):
    station.client.set_cookie("language", "zh-Hans")
    page = text(station.client.get(WEIGH))
    assert 'lang="zh-Hans"' in page
    assert "过秤" in page
    assert "特级" in page
