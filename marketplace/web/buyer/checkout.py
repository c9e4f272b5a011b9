"""Checkout: where it shall go, what it comes to, and who is paid."""

from collections.abc import Sequence
from typing import ClassVar

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import BooleanField, Field, HiddenField, StringField
from wtforms.validators import InputRequired, Length

from marketplace import ordering
from marketplace.catalog import NotEnough
from marketplace.core.errors import DomainError
from marketplace.extensions import atomic
from marketplace.ordering import HOLD, PROVINCES, Address, Basket, BasketView, Order, PriceChanged
from marketplace.web.buyer import bp
from marketplace.web.buyer.basket import here
from marketplace.web.buyer.payments import pay_order
from marketplace.web.forms import Form, gives_back
from marketplace.web.locale import own, weight
from marketplace.web.policy import allow

MOST_SEEN = 20_000  # characters of the hidden list of prices


def _text(label: object, missing: object = None, checks: Sequence[object] = (), **more: object) -> StringField:
    validators = [InputRequired(missing)] if missing else list(checks)
    return StringField(label, validators=validators, filters=[_stripped], **more)


def _stripped(text: str | None) -> str:
    return (text or "").strip()


class Needed:
    """Mark a field as needed where the domain checks it: a city is, but for Hong Kong and Macau."""

    field_flags: ClassVar[dict[str, bool]] = {"required": True}

    def __call__(self, form: Form, field: Field) -> None:
        """Leave the check to `ordering.clean_address`."""


class CheckoutForm(Form):
    """An address as it is written on a parcel; `seen` and `total` say what the page showed."""

    recipient = _text(_l("Recipient"), _l("Enter who receives the parcel."), render_kw={"autocomplete": "name"})
    phone = _text(
        _l("Mobile number"),
        _l("Enter a telephone number; the courier calls it."),
        render_kw={"autocomplete": "tel", "inputmode": "tel"},
    )
    province = _text(
        _l("Province"),
        _l("Enter the province."),
        render_kw={"autocomplete": "address-level1", "list": "provinces"},
    )
    city = _text(_l("City"), checks=[Needed()], render_kw={"autocomplete": "address-level2"})
    district = _text(_l("District or county"), render_kw={"autocomplete": "address-level3"})
    street = _text(
        _l("Street or village, number, building, door"),
        _l("Enter the street or village and the number."),
        description=_l("Write it as on a parcel. No postcode needed."),
        render_kw={"autocomplete": "street-address"},
    )
    postcode = _text(_l("Postcode"), render_kw={"autocomplete": "postal-code", "inputmode": "numeric"})
    note = _text(_l("A word to the cooperative"))
    agree = BooleanField(_l("I agree to the new price"))
    seen = HiddenField(validators=[Length(max=MOST_SEEN)])
    total = HiddenField()

    def address(self) -> Address:
        """Return what was typed."""
        names = ("recipient", "phone", "province", "city", "district", "street", "postcode", "note")
        return Address(**{name: self[name].data for name in names})

    def agreed(self, basket: Basket | None) -> dict[int, int]:
        """Return, by pack, the price that the buyer agreed to: that of the page with the tick, else the lower one."""
        shown = _prices(self.seen.data)
        if self.agree.data or basket is None:
            return shown
        return {
            line.pack_id: min(line.seen_price_minor, shown.get(line.pack_id, line.seen_price_minor))
            for line in basket.lines
        }

    def shown(self) -> int | None:
        """Return the total that the page showed, in minor units."""
        return _whole(self.total.data)


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 16 else None  # noqa: PLR2004


def _prices(text: str | None) -> dict[int, int]:
    """Read `12:6800,13:12800`; what is malformed was not seen."""
    found: dict[int, int] = {}
    for part in (text or "").split(","):
        pack, _colon, price = part.partition(":")
        pack_id, minor = _whole(pack), _whole(price)
        if pack_id is not None and minor is not None:
            found[pack_id] = minor
    return found


@bp.route("/checkout", methods=["GET", "POST"])
@allow("buyer")
@gives_back
def checkout() -> ResponseReturnValue:
    """Ask for the address and place one order per cooperative; a second press lands where the first one did."""
    form = CheckoutForm()
    if form.validate_on_submit():
        try:
            with atomic():
                basket = here()
                made = ordering.place(
                    basket,
                    form.address(),
                    token=form.once.data,
                    by=current_user.by,
                    seen=form.agreed(basket),
                    at_most_minor=form.shown(),
                )
                numbers, checkout_token = [order.number for order in made], made[0].checkout_token
        except PriceChanged as error:
            form.agree.data = False
            form.refuse(error, "agree")
        except NotEnough as error:
            form.form_errors = [*form.form_errors, _shortage(ordering.look(here()), error)]
        except DomainError as error:
            form.refuse(error)
        else:
            return _onward(numbers, checkout_token)
    view = ordering.look(here())
    if not view.parts and not form.is_submitted():
        return redirect(url_for("buyer.basket"), 303)
    return _page(form, view)


def _onward(numbers: Sequence[str], checkout_token: str) -> ResponseReturnValue:
    """Go and pay a single order; of several show the list."""
    if len(numbers) == 1:
        return pay_order(numbers[0])
    return redirect(url_for("buyer.placed", token=checkout_token), 303)


def _page(form: CheckoutForm, view: BasketView) -> ResponseReturnValue:
    if not form.is_submitted():
        last = ordering.find_last_address(current_user.buyer_id)
        if last is not None:
            form.process(None, obj=last)
    form.seen.data = ",".join(f"{item.pack.id}:{item.price_minor}" for item in view.items)
    form.total.data = str(sum(part.total_minor for part in view.parts))
    status = 422 if form.is_submitted() else 200
    return render_template("buyer/checkout.html", form=form, view=view, provinces=PROVINCES, hold=HOLD), status


def _shortage(view: BasketView, error: NotEnough) -> str:
    """Say what is left: in packs where one kind draws on the store, in weight where several do."""
    key = (error.details["season_id"], error.details["grade_id"])
    short = [item for item in view.items if (item.listing.season_id, item.listing.grade_id) == key]
    title = ", ".join(dict.fromkeys(own(item.listing.title, item.listing.title_en) for item in short))
    if len(short) == 1:
        pack = own(short[0].pack.label, short[0].pack.label_en)
        title, left = f"{title}, {pack}", str(error.details["left_g"] // short[0].pack.grams)
    else:
        left = weight(error.details["left_g"])
    return str(
        _("%(title)s: %(left)s left. Nothing was ordered; lower the quantity in your basket.", title=title, left=left)
    )


@bp.get("/placed/<token>")
@allow("buyer")
def placed(token: str) -> ResponseReturnValue:
    """Show the orders of one checkout, each with its own payment."""
    orders: Sequence[Order] = ordering.list_placed(token, current_user.buyer_id)
    if not orders:
        abort(404)
    return render_template("buyer/placed.html", orders=orders, hold=HOLD, form=Form())
