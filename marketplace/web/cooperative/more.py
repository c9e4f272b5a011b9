"""The way to every book of the cooperative, each with a line of what it is for."""

from flask import current_app, render_template
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from marketplace.web.cooperative import bp
from marketplace.web.policy import STAFF, allow, policy_of

BOOKS = (
    ("cooperative.members", "people", _l("Members"), _l("Who belongs to it, with land, capital and account.")),
    ("cooperative.weighings", "speedometer2", _l("Weighings"), _l("Every slip, and those that were corrected.")),
    ("cooperative.products", "tags", _l("Products and seasons"), _l("What grows, its grades, and each season's pool.")),
    ("cooperative.listings", "shop", _l("Shop window"), _l("What buyers see, packs and prices.")),
    ("cooperative.bills", "receipt", _l("Bills"), _l("What was bought, who approved it, what a pool bears.")),
    ("cooperative.payouts", "bank", _l("Payouts"), _l("Bank files, and what arrived or came back.")),
    ("cooperative.profile", "house", _l("Profile"), _l("What the cooperative says of itself.")),
    ("cooperative.staff", "person-circle", _l("Staff"), _l("Who does what, from when to when.")),
)


@bp.get("/more")
@allow(*STAFF)
def more() -> str:
    """Show the books; the staff only to the manager, who keeps it."""
    views = current_app.view_functions
    books = [book for book in BOOKS if book[0] in views and current_user.role.value in policy_of(current_app, book[0])]
    return render_template("cooperative/more/more.html", books=books)
