"""Admitting the sample's cooperatives, with their people, produce and shop window."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from marketplace import catalog, cooperatives, distribution, identity, produce
from marketplace.catalog import PackInput
from marketplace.cli.sample.facts import COORDINATORS, CUSTOMERS, GIVEN, STAFF, SURNAMES, Crop, Place
from marketplace.cli.sample.places import PLACES
from marketplace.cooperatives import AssignmentLevel, Cooperative, MemberKind, StaffRole
from marketplace.core import clock
from marketplace.extensions import atomic, db
from marketplace.identity import PlatformRole
from marketplace.produce import Season

PASSWORD = "apples and tea"
PIN = "246810"
DOMAIN = "fenming.example"
ZONE = "Asia/Shanghai"
LEAD = 260  # the sample begins so many days before the day on which it is loaded


@dataclass
class Home:
    """A cooperative of the sample, by ids."""

    place: Place
    cooperative_id: int
    staff: dict[str, int] = field(default_factory=dict)
    member_ids: list[int] = field(default_factory=list)
    seasons: dict[str, int] = field(default_factory=dict)  # crop's key -> season
    packs: dict[str, list[tuple[int, int]]] = field(default_factory=dict)  # crop's key -> (pack, grams)
    billed: dict[str, int] = field(default_factory=dict)  # crop's key -> boxes that were billed


@dataclass
class World:
    """All that the sample made so far, by ids."""

    homes: list[Home] = field(default_factory=list)
    buyers: dict[str, tuple[int, int]] = field(default_factory=dict)  # login -> (user, buyer)
    coordinators: dict[str, int] = field(default_factory=dict)  # slug of a cooperative -> user


def populate(chance: random.Random) -> World:
    """Make every person, cooperative, product and listing; dates lie before the first harvest."""
    world = World()
    hashed = identity.hash_password(PASSWORD)
    with atomic():
        catalog.set_fee_rate(clock.today(ZONE), 300, by=None)
        _administrator(hashed)
        for customer in CUSTOMERS:
            user = identity.register_buyer(
                password_hash=hashed,
                locale="zh_Hans",
                email=f"{customer.login}@{DOMAIN}",
                name=customer.person,
                kind=customer.kind,
                buyer_name=customer.buyer,
                credit_code=customer.credit_code,
                phone=customer.phone,
            )
            world.buyers[customer.login] = (user.id, user.buyer_id or 0)
    for place in PLACES:
        world.homes.append(_found(place, hashed, chance))
    _coordinators(world, hashed)
    return world


def _administrator(hashed: str) -> None:
    identity.create_user(
        email=f"admin@{DOMAIN}", password_hash=hashed, name="平台管理员", platform_role=PlatformRole.ADMINISTRATOR
    )


def _coordinators(world: World, hashed: str) -> None:
    for level, name, slugs in COORDINATORS:
        with atomic():
            user = identity.create_user(
                email=f"{level}@{DOMAIN}",
                password_hash=hashed,
                name=name,
                platform_role=PlatformRole.COORDINATOR,
                locale="zh_Hans",
            )
            for slug in slugs:
                cooperative = cooperatives.find_cooperative(slug)
                if cooperative is not None:
                    cooperatives.assign(user, cooperative, AssignmentLevel(level))
                world.coordinators[slug] = user.id


def _found(place: Place, hashed: str, chance: random.Random) -> Home:
    with atomic():
        cooperative = cooperatives.admit(
            slug=place.slug,
            merchant_account=f"acct_{place.slug}",
            name=place.name,
            name_en=place.name_en,
            county=place.county,
            county_en=place.county_en,
            village=place.village,
            village_en=place.village_en,
            story=place.story,
            story_en=place.story_en,
            picture=place.picture,
        )
        home = Home(place, cooperative.id)
        for role, name in STAFF:
            user = identity.create_user(
                email=f"{role}.{place.slug}@{DOMAIN}",
                password_hash=hashed,
                name=name,
                platform_role=PlatformRole.STAFF,
                locale="zh_Hans",
            )
            cooperatives.appoint(user, cooperative, StaffRole(role))
            home.staff[role] = user.id
        _join(home, cooperative, chance)
        catalog.set_tariff(
            cooperative,
            from_on=clock.today(ZONE),
            first_g=3_000,
            first_minor=8_00,
            step_g=1_000,
            step_minor=1_20,
            by=home.staff["manager"],
        )
    for crop in place.crops:
        _grow(home, crop)
    return home


def _names(chance: random.Random) -> Iterator[str]:
    while True:
        yield chance.choice(SURNAMES) + chance.choice(GIVEN)


def _join(home: Home, cooperative: Cooperative, chance: random.Random) -> None:
    """Let the households join, and the village collective behind them."""
    names = _names(chance)
    today = clock.today(ZONE)
    for number in range(1, home.place.households + 1):
        member = cooperatives.add_member(
            cooperative,
            token=f"sample member {number}",
            by=home.staff["clerk"],
            kind=MemberKind.HOUSEHOLD,
            name=next(names),
            village_group=f"{'一二三'[number % 3]}组",
            joined_on=today - timedelta(days=chance.randint(200, 2500)),
            bank_name=home.place.bank,
            bank_account="" if number == home.place.households else card(chance),
            phone=f"139{chance.randint(10_000_000, 99_999_999)}",
            capital_minor=chance.randint(2, 40) * 100_00,
            land_mmu=chance.randint(15, 90) * 100,
        )
        home.member_ids.append(member.id)
    cooperatives.add_member(
        cooperative,
        token="sample collective",
        by=home.staff["clerk"],
        kind=MemberKind.COLLECTIVE,
        name=f"{home.place.village}集体经济组织",
        village_group="村委会",
        joined_on=today - timedelta(days=900),
        bank_name=home.place.bank,
        bank_account=card(chance),
        capital_minor=50_000_00,
    )
    pin = identity.hash_password(PIN)
    first = db.session.get_one(cooperatives.Member, home.member_ids[0])
    cooperatives.issue_household_key(first, pin, by=home.staff["manager"])


def card(chance: random.Random) -> str:
    """Return a bank card's number that passes Luhn and belongs to nobody."""
    digits = "621700" + "".join(str(chance.randint(0, 9)) for _ in range(12))
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value  # noqa: PLR2004 - Luhn's rule
    return digits + str(-total % 10)


def _grow(home: Home, crop: Crop) -> None:
    """Add a product with its season, plan and listings."""
    manager, today = home.staff["manager"], clock.today(ZONE)
    with atomic():
        cooperative = db.session.get_one(Cooperative, home.cooperative_id)
        product = produce.add_product(
            cooperative,
            token=f"sample {crop.key}",
            by=manager,
            grades=crop.grades,
            category=crop.category,
            name=crop.name,
            name_en=crop.name_en,
            variety=crop.variety,
            variety_en=crop.variety_en,
            return_class=crop.return_class,
            tax_bp=crop.tax_bp,
            tax_reason=crop.tax_reason,
            usual_load_g=crop.load_g[1],
        )
        begins = today + timedelta(days=LEAD - crop.window.first)
        season = produce.add_season(
            product,
            name=f"{begins.year}",
            starts_on=begins,
            ends_on=today + timedelta(days=LEAD - crop.window.last),
            store_until_on=today + timedelta(days=LEAD - crop.window.store),
            by=manager,
        )
        home.seasons[crop.key] = season.id
        distribution.set_plan(season, paid_bp=crop.paid_bp, kept_for=crop.kept_for, decided_on=today, by=manager)
        home.packs[crop.key] = _shelve(home, crop, season)


def _shelve(home: Home, crop: Crop, season: Season) -> list[tuple[int, int]]:
    packs = []
    for shelf in crop.shelves:
        listing = catalog.publish_listing(
            season,
            season.product.grades[shelf.grade],
            token=f"sample {crop.key} {shelf.title_en}"[:40],
            by=home.staff["manager"],
            packs=[
                PackInput(grams=grams, label=label, label_en=english, price_minor=price)
                for grams, label, english, price in shelf.packs
            ],
            title=shelf.title,
            title_en=shelf.title_en,
            village=home.place.village,
            village_en=home.place.village_en,
            picture=shelf.picture,
            story=home.place.story,
            story_en=home.place.story_en,
        )
        packs += [(pack.id, pack.grams) for pack in listing.packs]
    return packs
