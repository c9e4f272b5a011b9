"""Addresses (fault B46): what is written on parcels in China is taken."""

import pytest

from marketplace.core.errors import FieldError
from marketplace.ordering import PROVINCES, clean_address
from tests.factories.ordering import make_address


def test_b46_a_village_without_postcode_is_an_address():
    address = clean_address(make_address(street=" 花山镇  土桥村 6 组 12 号 ", postcode=""))
    assert (address.province, address.city, address.district) == ("湖北省", "武汉市", "洪山区")
    assert (address.street, address.postcode) == ("花山镇 土桥村 6 组 12 号", "")


@pytest.mark.parametrize("phone", ["13991834721", "+86 139 9183 4721", "139-9183-4721", "0086 13991834721"])
def test_a_telephone_number_has_one_form(phone):
    assert clean_address(make_address(phone=phone)).phone == "+8613991834721"


@pytest.mark.parametrize(
    "other",
    [
        {"province": "香港特别行政区", "city": "", "district": "中西区", "phone": "+852 2345 6789"},
        {"province": "澳门特别行政区", "city": "", "district": ""},
        {"province": "广东省", "city": "东莞市", "district": "", "street": "南城街道鸿福路 100 号"},
        {"province": "Shaanxi", "city": "Xi'an", "district": "Yanta", "street": "Xiaozhai East Road 118"},
        {"postcode": "430083"},
    ],
)
def test_other_forms_of_addresses_are_taken(other):
    clean_address(make_address(**other))


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("recipient", " ", "recipient_missing"),
        ("province", "", "province_missing"),
        ("city", "", "city_missing"),
        ("district", "区" * 61, "name_too_long"),
        ("street", "  ", "street_missing"),
        ("street", "路" * 201, "too_long"),
        ("note", "请" * 201, "too_long"),
        ("postcode", "4300", "not_a_postcode"),
        ("postcode", "４３００８３", "not_a_postcode"),
        ("phone", "139 9183 472", "phone_length"),
        ("phone", "call me", "not_a_phone"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(field, text, code):
    with pytest.raises(FieldError) as refused:
        clean_address(make_address(**{field: text}))
    assert (refused.value.field, refused.value.code) == (field, code)


def test_all_provinces_are_offered():
    assert len(PROVINCES) == len(set(PROVINCES)) == 34
