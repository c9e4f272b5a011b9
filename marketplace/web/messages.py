"""What each refusal of the domain says to the reader."""

from typing import Any

from flask_babel import lazy_gettext as _l

from marketplace.core.errors import DomainError
from marketplace.web.locale import day, moment, money, weight
from marketplace.web.words import word

# code of a DomainError -> message; %(name)s are the error's details. Keep it sorted by room.
MESSAGES: dict[str, Any] = {
    "refused": _l("That cannot be done now. Load the page again and look."),
    "not_found": _l("Nothing is here. It was removed, or it belongs to someone else."),
    # people
    "email_taken": _l("Somebody is registered with this address already. Log in instead."),
    "not_an_email": _l("That is not an e-mail address."),
    "not_a_credit_code": _l("That is not a unified social credit code; it has 18 characters."),
    "password_short": _l("At least %(shortest)s characters."),
    "password_long": _l("At most %(longest)s characters."),
    "password_is_email": _l("Choose something else than your address."),
    "not_staff": _l("This person is not registered as staff."),
    "has_duty": _l("This person has a duty already; end that one first."),
    "own_duty": _l("Nobody ends their own duty."),
    "ended_already": _l("That has ended already."),
    "date_before_start": _l("That lies before the beginning."),
    "not_a_zone": _l("That is not a time zone, such as Asia/Shanghai."),
    "number_taken": _l("Number %(number)s belongs to another member."),
    "not_an_account": _l("A bank account has 8 to 30 digits."),
    "collective_payee": _l("Collective money goes to the collective's own account, never to a person's."),
    "left_before_joined": _l("That lies before the day of joining."),
    "left_already": _l("This member has left already."),
    "too_much_land": _l("That is more land than a village has. A missing point?"),
    "not_an_area": _l("Enter an area in mu, such as 3.5."),
    "finer_than_a_thousandth": _l("At most three figures behind the point."),
    "change_open": _l("A new account waits for confirmation already."),
    "not_yours_to_decide": _l("The manager or the cashier decides that."),
    "decided_already": _l("That was decided already."),
    # amounts and weights as they are typed
    "not_a_weight": _l("Enter a weight in figures, such as 146.5."),
    "finer_than_a_gram": _l("This is finer than a gram."),
    "not_an_amount": _l("Enter an amount in figures, such as 68.00."),
    "too_many_decimals": _l("At most %(decimals)s figures behind the point."),
    # products, the scale, the shop window
    "no_grades": _l("Name at least one grade that is sold."),
    "reject_weighs": _l("Rejects weigh nothing when proceeds are shared. Leave their weight empty."),
    "grade_weighs_nothing": _l("Say how much a kilogram of %(grade)s weighs when proceeds are shared, such as 1."),
    "not_a_rate": _l("Enter a rate in percent, such as 9."),
    "tax_on_exempt": _l("Members' own primary produce is exempt: the rate is 0."),
    "not_positive": _l("Enter more than zero."),
    "below_zero": _l("This cannot be below zero."),
    "product_archived": _l("This product is archived."),
    "ends_before_start": _l("The end lies before the beginning."),
    "store_before_harvest": _l("Goods cannot leave the store before the harvest ends."),
    "season_name_taken": _l("There is a season %(name)s with other days already."),
    "nothing_on_scale": _l("Enter what the scale shows with the full baskets."),
    "nothing_left": _l("Full is %(gross)s, baskets and cut are %(off)s: nothing is left. Look at the scale again."),
    "token_used": _l("This sheet was already weighed in as receipt %(number)s. Press again to weigh another load."),
    "of_other_cooperative": _l("This household belongs to another cooperative."),
    "of_other_product": _l("This grade belongs to another product."),
    "not_member_then": _l("Number %(number)s was not a member on %(on)s."),
    "season_closed": _l("This season is closed: nothing more is taken in or corrected."),
    "outside_season": _l("This season takes in from %(starts_on)s to %(ends_on)s."),
    "in_future": _l("The time lies ahead of us."),
    "reason_missing": _l("Say why, in a few words."),
    "already_corrected": _l("Receipt %(number)s already replaced this slip. Correct that one."),
    "already_promised": _l("Part of it is already promised or shipped: at most %(left)s can be taken off."),
    "lots_short": _l("Only %(left)s is left in the lots of this grade."),
    "reject_not_sold": _l("Rejects are not sold here."),
    "no_packs": _l("Add at least one pack with weight and price."),
    "pack_taken": _l("There is a pack of %(weight)s already."),
    "pack_archived": _l("This pack is no longer offered."),
    "unknown_picture": _l("Choose one of the pictures."),
    "tariff_missing": _l("First say what delivery costs; then goods can be offered."),
    "in_the_past": _l("This begins at the earliest today."),
    "not_enough": _l("Only %(left)s is left."),
    "no_tariff": _l("The cooperative has not said what delivery costs."),
    # names and telephones, of people and on parcels
    "name_missing": _l("Enter a name."),
    "name_too_long": _l("At most %(longest)s characters."),
    "name_unreadable": _l("This holds a character that cannot be read. Type it again."),
    "not_a_phone": _l("That is not a telephone number; a mobile number has 11 digits."),
    "phone_length": _l("%(digits)s digits so far; a mobile number has 11."),
    # ordering
    "recipient_missing": _l("Enter who receives the parcel."),
    "province_missing": _l("Enter the province."),
    "city_missing": _l("Enter the city."),
    "bad_quantity": _l("Enter a whole number from 1 to %(most)s."),
    "basket_changed": _l("Your basket now comes to more than this page showed. Look it over and press again."),
    "not_a_postcode": _l("A postcode has 6 digits; it may also stay empty."),
    "not_sold": _l("This is no longer sold."),
    "nothing_to_order": _l("Your basket holds nothing that can be ordered now."),
    "price_changed": _l("A price has risen. Look at it and agree, then press again."),
    "street_missing": _l("Enter the street or village and the number."),
    "too_long": _l("At most %(longest)s characters."),
    "wrong_move": _l("Order %(number)s is at another point now: %(state)s. Load the page again."),
    # fulfilment
    "carrier_missing": _l("Enter who carries the parcel."),
    "tracking_number_missing": _l("Enter the parcel's tracking number."),
    "still_time": _l("The buyer may still look the goods over."),
    # payments
    "hold_over": _l("The goods are no longer held for this order. Put them into your basket again."),
    "not_payable": _l("This order does not wait for a payment."),
    "payment_unknown": _l("The payment processor has not answered. Nothing is lost; try again in a minute."),
    "payment_refused": _l("The payment processor does not take this order. We have been told."),
    "order_still_open": _l("The goods are still to be delivered. Cancel the order, or wait until they are accepted."),
    "nothing_to_refund": _l("Enter an amount above zero."),
    "more_than_captured": _l("At most %(left)s of this payment can go back."),
    "refund_not_failed": _l("This refund did not fail, so it is not tried again."),
    # bills
    "voucher_missing": _l("Enter the number that stands on the voucher."),
    "voucher_too_long": _l("At most %(longest)s characters."),
    "voucher_used": _l("Voucher %(voucher)s of this supplier was entered already."),
    "amount_too_large": _l("This amount is too large. Look at the voucher again."),
    "date_in_future": _l("This day lies ahead of us."),
    "date_before_bill": _l("This day lies before the bill."),
    "text_too_long": _l("At most %(longest)s characters."),
    "same_person": _l("Another person has to do this: whoever entered, prepared or approved it may not."),
    "not_now": _l("Somebody has dealt with this bill already. Load the page again."),
    # sharing out
    "not_a_share": _l("Enter a part above 0 and up to 100 percent."),
    "kept_for_missing": _l("Say what the kept part is for."),
    "no_plan": _l("First set the plan: which part of the pool is paid to the households."),
    "run_open": _l("Run %(number)s of this pool is not finished yet."),
    "run_not_now": _l("The run is at another point now. Load the page again."),
    "nothing_to_pay": _l("The pool has nothing for its households now."),
    "nothing_to_share_by": _l("There is money to share, but nothing was weighed in that it could be shared by."),
    "mixed_currency": _l("This pool holds amounts in several currencies. They are not added up."),
    "not_reconciled": _l("The figures do not agree with the books, so no notice is published. Tell your coordinator."),
    "notice_days": _l("A notice hangs for %(shortest)s to %(longest)s days."),
    "notice_running": _l("The notice still hangs, until %(until)s."),
    "broken_snapshot": _l("The stored figures of this run cannot be read. Tell your coordinator."),
    "recomputation_differs": _l("The recomputation does not give what was published. Send the run back."),
    # paying out
    "not_checked": _l("The coordinator has not checked this run yet."),
    "already_paid": _l("Everything that can be paid of this run is paid or on its way already."),
    "account_changed": _l(
        "The bank account of household %(numbers)s has changed. Discard the batch and make it again."
    ),
    "payout_not_now": _l("This payment is at another point now. Load the page again."),
    "date_before_sent": _l("This day lies before the batch was sent."),
    "date_before_settled": _l("This day lies before the money arrived."),
}

# code -> a function that puts details into words before they go into the message, e.g. grams into kilograms
SHOW: dict[str, Any] = {
    "wrong_move": lambda details: {"number": details["number"], "state": word(details["state"])},
    "nothing_left": lambda details: {"gross": weight(details["gross_g"]), "off": weight(details["off_g"])},
    "not_member_then": lambda details: {**details, "on": day(details["on"])},
    "outside_season": lambda details: {name: day(value) for name, value in details.items()},
    "already_promised": lambda details: {"left": weight(details["left_g"])},
    "lots_short": lambda details: {"left": weight(details["left_g"])},
    "pack_taken": lambda details: {"weight": weight(details["grams"])},
    "not_enough": lambda details: {"left": weight(details["left_g"])},
    "more_than_captured": lambda details: {"left": money(details["left_minor"], details["currency"])},
    "notice_running": lambda details: {"until": moment(details["until"], details["zone"])},
    "account_changed": lambda details: {"numbers": ", ".join(map(str, details["numbers"]))},
}


def words_for(error: DomainError) -> str:
    """Return the message for a refusal in the reader's language; an unknown code has the general one."""
    message = str(MESSAGES.get(error.code, MESSAGES["refused"]))
    details = SHOW[error.code](error.details) if error.code in SHOW else error.details
    try:
        return message % details
    except (KeyError, ValueError, TypeError):
        return str(MESSAGES["refused"])
