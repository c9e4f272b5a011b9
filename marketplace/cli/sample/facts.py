"""Who and what the sample data is about. All people, numbers and accounts are invented."""

from dataclasses import dataclass, field

from marketplace.costs import CostKind
from marketplace.identity import BuyerKind
from marketplace.produce import Category, GradeInput, ReturnClass, TaxReason

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许邓韩冯曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈".strip()
)
GIVEN = (
    "建国 玉梅 根生 新民 秀英 桂兰 志强 春花 国庆 小军 海燕 明德 翠莲 永福 兰芳 德胜 红霞 大山 月娥 家旺 喜顺 凤英 长贵"
    " 素珍 树林 水生 冬梅 金锁 银环 来娃 双喜 麦香"
).split()


@dataclass(frozen=True)
class Window:
    """Days before today: the first and the last day of a harvest, and until when it keeps."""

    first: int
    last: int
    store: int


@dataclass(frozen=True)
class Shelf:
    """A listing: which grade (its place), its title, picture, and packs of (grams, label, English, fen)."""

    grade: int
    title: str
    title_en: str
    picture: str
    packs: tuple[tuple[int, str, str, int], ...]


@dataclass(frozen=True)
class Crop:
    """A product with its season, its loads and its place in the shop."""

    key: str
    category: Category
    name: str
    name_en: str
    variety: str
    variety_en: str
    return_class: ReturnClass
    tax_bp: int
    tax_reason: TaxReason
    grades: tuple[GradeInput, ...]
    window: Window
    loads: int  # so many weighings over the season
    load_g: tuple[int, int]  # from, to
    paid_bp: int
    kept_for: str
    shelves: tuple[Shelf, ...]
    costs: tuple[tuple[CostKind, int], ...]  # fen per box


@dataclass(frozen=True)
class Place:
    """A cooperative."""

    slug: str
    name: str
    name_en: str
    county: str
    county_en: str
    village: str
    village_en: str
    story: str
    story_en: str
    picture: str
    households: int
    bank: str
    freight: str
    crops: tuple[Crop, ...] = field(default=())


def grades(*rows: tuple[str, str, str, str, int]) -> tuple[GradeInput, ...]:
    """Return grades, best first, and a reject grade behind them."""
    sold = [
        GradeInput(name=name, name_en=english, description=what, description_en=what_en, differential=weight)
        for name, english, what, what_en, weight in rows
    ]
    return (*sold, GradeInput(name="次果", name_en="Rejects", differential=0, is_reject=True))


STAFF = (("clerk", "李静"), ("manager", "马春生"), ("cashier", "何素珍"), ("supervisor", "郭新民"))
COORDINATORS = (("county", "周明", ("luochuan", "beichuan")), ("township", "罗晓燕", ("zhengan",)))


@dataclass(frozen=True)
class Customer:
    """A buyer with an address."""

    login: str
    person: str
    kind: BuyerKind
    buyer: str
    credit_code: str
    province: str
    city: str
    district: str
    street: str
    phone: str


CUSTOMERS = (
    Customer(
        "chenyu",
        "陈雨",
        BuyerKind.PERSON,
        "",
        "",
        "湖北省",
        "武汉市",
        "洪山区",
        "珞喻路 1037 号 3 栋 402",
        "13986012345",
    ),
    Customer(
        "linjie", "林杰", BuyerKind.PERSON, "", "", "上海市", "上海市", "杨浦区", "国权路 18 弄 6 号 501", "13816023456"
    ),
    Customer(
        "zhaomin",
        "赵敏",
        BuyerKind.PERSON,
        "",
        "",
        "陕西省",
        "西安市",
        "雁塔区",
        "小寨东路 9 号 2 单元 1101",
        "13572034567",
    ),
    Customer(
        "ouyang",
        "欧阳娜娜",
        BuyerKind.PERSON,
        "",
        "",
        "广东省",
        "广州市",
        "天河区",
        "五山路 200 号 7 栋",
        "13609045678",
    ),
    Customer(
        "aibek",
        "阿卜杜热合曼·买买提",
        BuyerKind.PERSON,
        "",
        "",
        "新疆维吾尔自治区",
        "乌鲁木齐市",
        "天山区",
        "光明路 66 号",
        "13999056789",
    ),
    Customer(
        "canteen",
        "刘会计",
        BuyerKind.INSTITUTION,
        "第三食堂",
        "91110000600037341L",
        "四川省",
        "成都市",
        "武侯区",
        "科华北路 65 号后勤楼",
        "13408067890",
    ),
    Customer(
        "school",
        "孙老师",
        BuyerKind.INSTITUTION,
        "育才小学",
        "",
        "陕西省",
        "延安市",
        "宝塔区",
        "枣园路 12 号",
        "15091178901",
    ),
    Customer(
        "union",
        "黄主席",
        BuyerKind.INSTITUTION,
        "机床厂工会",
        "",
        "重庆市",
        "重庆市",
        "沙坪坝区",
        "石井坡 88 号",
        "13983089012",
    ),
)
