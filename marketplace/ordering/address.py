"""Where an order goes: an address as it is written on a parcel in China."""

import re
from dataclasses import dataclass, replace

from marketplace import identity
from marketplace.core.errors import FieldError
from marketplace.core.names import clean_name

PROVINCES = (
    "北京市 天津市 河北省 山西省 内蒙古自治区 辽宁省 吉林省 黑龙江省 上海市 江苏省 浙江省 安徽省 福建省 江西省"
    " 山东省 河南省 湖北省 湖南省 广东省 广西壮族自治区 海南省 重庆市 四川省 贵州省 云南省 西藏自治区 陕西省 甘肃省"
    " 青海省 宁夏回族自治区 新疆维吾尔自治区 台湾省 香港特别行政区 澳门特别行政区"
).split()
WITHOUT_CITY = ("香港", "澳门", "hong kong", "macau", "macao")  # a special administrative region has districts only
LONGEST = 200
_POSTCODE = re.compile(r"\d{6}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Address:
    """Who gets the parcel and where; a village and a group's number are a street like any other."""

    recipient: str
    phone: str
    province: str
    city: str
    district: str
    street: str
    postcode: str = ""
    note: str = ""


def clean_address(address: Address) -> Address:
    """Return an address without stray blanks, its telephone number in one form.

    District and postcode may be empty (Dongguan has no districts), the city in Hong Kong and Macau. Raises FieldError
    `recipient_missing`, `province_missing`, `city_missing`, `street_missing`, `name_too_long`, `name_unreadable`,
    `phone_length`, `not_a_phone`, `too_long`, `not_a_postcode`, each with the field's name.
    """
    province = _needed(address.province, "province")
    may_lack_city = province.lower().startswith(WITHOUT_CITY)
    street, note = " ".join(address.street.split()), " ".join(address.note.split())
    if not street:
        raise FieldError("street_missing", "street")
    for field, text in (("street", street), ("note", note)):
        if len(text) > LONGEST:
            raise FieldError("too_long", field, longest=LONGEST)
    postcode = address.postcode.strip()
    if postcode and not _POSTCODE.fullmatch(postcode):
        raise FieldError("not_a_postcode", "postcode")
    return replace(
        address,
        recipient=_needed(address.recipient, "recipient"),
        phone=identity.clean_phone(address.phone, "phone"),
        province=province,
        city=_optional(address.city, "city") if may_lack_city else _needed(address.city, "city"),
        district=_optional(address.district, "district"),
        street=street,
        postcode=postcode,
        note=note,
    )


def _needed(text: str, field: str) -> str:
    if not text.strip():
        raise FieldError(f"{field}_missing", field)
    return clean_name(text, field)


def _optional(text: str, field: str) -> str:
    return clean_name(text, field) if text.strip() else ""
