"""The shop window from behind: listings, packs and prices, what delivery costs."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload, selectinload
from wtforms.fields import SelectChoice

from marketplace import access, catalog
from marketplace.catalog import Listing, Pack
from marketplace.cooperatives import Cooperative
from marketplace.core import clock
from marketplace.core.errors import DomainError, FieldError
from marketplace.extensions import atomic, db
from marketplace.produce import Grade, Product, Season
from marketplace.web.cooperative import bp
from marketplace.web.cooperative.listing_forms import (
    ListingForm,
    PackForm,
    PriceForm,
    TariffForm,
    WindowForm,
    read_grams,
    read_minor,
    read_pack,
)
from marketplace.web.forms import Form, gives_back
from marketplace.web.locale import money_typed, of
from marketplace.web.messages import words_for
from marketplace.web.paging import page_of
from marketplace.web.policy import STAFF, allow


@bp.get("/listings")
@allow(*STAFF)
def listings() -> ResponseReturnValue:
    """List what is offered, with what is in store, promised and left."""
    query = access.select_visible(current_user, Listing).options(
        joinedload(Listing.product),
        joinedload(Listing.cooperative),
        joinedload(Listing.season),
        joinedload(Listing.grade),
        selectinload(Listing.packs),
    )
    page = page_of(query.order_by(Listing.archived_at.is_not(None), Listing.id.desc()))
    today = clock.today(current_user.zone)
    return render_template(
        "cooperative/listings/listings.html",
        page=page,
        stock=catalog.list_stock({(row.season_id, row.grade_id) for row in page.items}) if page.items else {},
        on_sale={row.id: catalog.on_sale(row, today) for row in page.items},
        tariff=catalog.find_tariff(current_user.cooperative_id, today),
        per_kg=catalog.per_kg,
    )


@bp.route("/listings/new", methods=["GET", "POST"])
@allow("manager")
@gives_back
def add_listing() -> ResponseReturnValue:
    """Offer a grade of a season in packs."""
    form = ListingForm()
    goods = {f"{season.id}-{grade.id}": (season, grade) for season, grade in _goods()}
    form.grade.choices = [SelectChoice(value, _good(*good)) for value, good in goods.items()]
    if not form.is_submitted():
        home = access.get(current_user, Cooperative, id=current_user.cooperative_id)
        form.village.data, form.village_en.data = home.village, home.village_en
    if form.validate_on_submit():
        season, grade = goods[form.grade.data]
        season_id, grade_id = season.id, grade.id
        packs = [read_pack(row.form) for row in form.packs if not row.form.is_empty()]
        try:
            with atomic():
                catalog.publish_listing(
                    access.get(current_user, Season, id=season_id),
                    access.get(current_user, Grade, id=grade_id),
                    token=form.once.data,
                    by=current_user.by,
                    packs=packs,
                    **form.facts(),
                )
        except DomainError as error:
            _refuse(form, error)
        else:
            flash(_("Offered. Buyers see it from now on, as far as goods are in store."), "success")
            return redirect(url_for(".listings"), 303)
    page = render_template("cooperative/listings/new.html", form=form, has_goods=bool(goods))
    return page, 422 if form.is_submitted() else 200


@bp.route("/listings/<int:listing_id>", methods=["GET", "POST"])
@allow("manager")
@gives_back
def edit_listing(listing_id: int) -> ResponseReturnValue:
    """Change what the window says; below stand the packs with their prices."""
    listing = access.get(current_user, Listing, id=listing_id)
    form = WindowForm(obj=listing)
    if form.validate_on_submit():
        try:
            with atomic():
                catalog.edit_listing(
                    access.get(current_user, Listing, lock=True, id=listing_id), by=current_user.by, **form.facts()
                )
        except DomainError as error:
            _refuse(form, error)
        else:
            flash(_("Changed. Buyers see it from now on."), "success")
            return redirect(url_for(".edit_listing", listing_id=listing_id), 303)
    page = render_template(
        "cooperative/listings/edit.html", form=form, bare=Form(), listing=listing, per_kg=catalog.per_kg
    )
    return page, 422 if form.is_submitted() else 200


@bp.post("/listings/<int:listing_id>/archive")
@allow("manager")
def archive_listing(listing_id: int) -> ResponseReturnValue:
    """Take a listing out of the window."""
    with atomic():
        catalog.archive_listing(access.get(current_user, Listing, lock=True, id=listing_id), by=current_user.by)
    flash(_("Taken out of the window. Orders that name it stay as they are."), "success")
    return redirect(url_for(".listings"), 303)


@bp.route("/listings/<int:listing_id>/packs/new", methods=["GET", "POST"])
@allow("manager")
@gives_back
def add_pack(listing_id: int) -> ResponseReturnValue:
    """Offer a listing in one more pack."""
    listing = access.get(current_user, Listing, id=listing_id)
    form = PackForm()
    if form.validate_on_submit():
        try:
            with atomic():
                catalog.add_pack(access.get(current_user, Listing, id=listing_id), read_pack(form), by=current_user.by)
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("Added."), "success")
            return redirect(url_for(".edit_listing", listing_id=listing_id), 303)
    page = render_template("cooperative/listings/pack.html", form=form, listing=listing)
    return page, 422 if form.is_submitted() else 200


@bp.route("/packs/<int:pack_id>/price", methods=["GET", "POST"])
@allow("manager")
@gives_back
def price_pack(pack_id: int) -> ResponseReturnValue:
    """Change a pack's price from now on."""
    pack = access.get(current_user, Pack, id=pack_id)
    form = PriceForm()
    if not form.is_submitted():
        form.price.data = money_typed(pack.price_minor, current_user.currency)
    if form.validate_on_submit():
        try:
            with atomic():
                changed = access.get(current_user, Pack, id=pack_id)
                catalog.set_pack_price(changed, read_minor(form.price), by=current_user.by)
                listing_id = changed.listing_id
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("The new price holds from now on. Who has it in the basket is asked."), "success")
            return redirect(url_for(".edit_listing", listing_id=listing_id), 303)
    page = render_template("cooperative/listings/price.html", form=form, pack=pack)
    return page, 422 if form.is_submitted() else 200


@bp.post("/packs/<int:pack_id>/archive")
@allow("manager")
def archive_pack(pack_id: int) -> ResponseReturnValue:
    """Offer a pack no more."""
    with atomic():
        pack = access.get(current_user, Pack, id=pack_id)
        catalog.archive_pack(pack, by=current_user.by)
        listing_id = pack.listing_id
    flash(_("No longer offered."), "success")
    return redirect(url_for(".edit_listing", listing_id=listing_id), 303)


@bp.route("/tariff", methods=["GET", "POST"])
@allow("manager")
@gives_back
def tariff() -> ResponseReturnValue:
    """Say what delivery costs from a day on."""
    form = TariffForm()
    today = clock.today(current_user.zone)
    present = catalog.find_tariff(current_user.cooperative_id, today)
    if not form.is_submitted():
        form.from_on.data = today
    if form.validate_on_submit():
        try:
            with atomic():
                catalog.set_tariff(
                    access.get(current_user, Cooperative, id=current_user.cooperative_id),
                    from_on=form.from_on.data,
                    first_g=read_grams(form.first_g),
                    first_minor=read_minor(form.first_minor),
                    step_g=read_grams(form.step_g),
                    step_minor=read_minor(form.step_minor),
                    by=current_user.by,
                )
        except DomainError as error:
            form.refuse(error)
        else:
            flash(_("Delivery is set."), "success")
            return redirect(url_for(".listings"), 303)
    page = render_template("cooperative/listings/tariff.html", form=form, present=present)
    return page, 422 if form.is_submitted() else 200


def _goods() -> list[tuple[Season, Grade]]:
    """List what can be offered: grades of seasons of living products, closed ones too, for they may be in store."""
    seasons: Sequence[Season] = db.session.scalars(
        select(Season)
        .join(Season.product)
        .where(Product.cooperative_id == current_user.cooperative_id, Product.archived_at.is_(None))
        .options(contains_eager(Season.product).selectinload(Product.grades))
        .order_by(Season.starts_on.desc(), Season.id.desc())
    ).all()
    return [(season, grade) for season in seasons for grade in season.product.grades if not grade.is_reject]


def _good(season: Season, grade: Grade) -> str:
    product = season.product
    return f"{of(product, 'name')} {of(product, 'variety')}, {of(grade, 'name')}, {season.name}"


def _refuse(form: Form, error: DomainError) -> None:
    """Put a refusal of the packs at the top, for a list of forms holds no message of its own."""
    if isinstance(error, FieldError) and error.field in {"packs", "grams", "price"}:
        form.form_errors = [*form.form_errors, words_for(error)]
    else:
        form.refuse(error)
