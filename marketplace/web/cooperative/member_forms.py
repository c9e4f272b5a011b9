"""Forms of a member's pages."""

from decimal import Decimal

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, RadioField, StringField, TelField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional

from marketplace.cooperatives import Member, MemberFacts, MemberKind, is_odd_account
from marketplace.core.errors import FieldError
from marketplace.core.money import parse_minor
from marketplace.core.units import parse_mmu
from marketplace.web.forms import DayField, Form
from marketplace.web.locale import money_typed
from marketplace.web.words import WORDS

KINDS = [SelectChoice(kind.value, WORDS[kind]) for kind in MemberKind]
HIGHEST_NUMBER = 999_999


class FactsForm(Form):
    """What is said of a member, but for the bank account."""

    kind = RadioField(_l("What kind of member?"), choices=KINDS, default=MemberKind.HOUSEHOLD.value)
    name = StringField(_l("Name"), [InputRequired(_l("Enter a name."))], render_kw={"maxlength": 60})
    village_group = StringField(
        _l("Village group"),
        [InputRequired(_l("Enter the village group."))],
        description=_l("Notices are printed by group."),
        render_kw={"maxlength": 60},
    )
    joined_on = DayField(_l("Joined on"), [InputRequired(_l("Enter the day of joining."))])
    phone = TelField(_l("Mobile number"))
    capital = StringField(_l("Capital in yuan"), render_kw={"inputmode": "decimal"})
    land = StringField(
        _l("Land in mu"), description=_l("Up to three figures behind the point."), render_kw={"inputmode": "decimal"}
    )

    def read(self, currency: str) -> MemberFacts | None:
        """Return what was typed; None when something cannot be read, with a message beside it."""
        capital_minor = self._number("capital", currency)
        land_mmu = self._number("land", None)
        if capital_minor is None or land_mmu is None:
            return None
        return MemberFacts(
            kind=MemberKind(self.kind.data),
            name=self.name.data,
            village_group=self.village_group.data,
            joined_on=self.joined_on.data,
            phone=(self.phone.data or "").strip(),
            capital_minor=capital_minor,
            land_mmu=land_mmu,
        )

    def _number(self, field: str, currency: str | None) -> int | None:
        typed = (self[field].data or "").strip()
        if not typed:
            return 0
        try:
            return parse_minor(typed, currency) if currency else parse_mmu(typed)
        except FieldError as error:
            self.refuse(error, field)
            return None

    def fill(self, member: Member, currency: str) -> None:
        """Show a member as it is."""
        self.kind.data, self.name.data = member.kind.value, member.name
        self.village_group.data, self.joined_on.data = member.village_group, member.joined_on
        self.phone.data = member.phone or ""
        self.capital.data = money_typed(member.capital_minor, currency)
        self.land.data = f"{Decimal(member.land_mmu) / 1000:f}"


class AccountPart(Form):
    """A bank account; a wrong check digit asks again, for it may still be right."""

    payee = StringField(
        _l("Payee"),
        description=_l("Only if the account is in another name. A collective is always its own payee."),
        render_kw={"maxlength": 60},
    )
    bank_name = StringField(_l("Bank"), render_kw={"maxlength": 60})
    bank_account = StringField(
        _l("Bank account"), render_kw={"inputmode": "numeric", "autocomplete": "off", "maxlength": 40}
    )
    sure = BooleanField(_l("The number is right as it stands"))

    def is_doubtful(self) -> bool:
        """Say whether the account should be looked at once more, with a message beside it."""
        digits = "".join((self.bank_account.data or "").split()).replace("-", "")
        if not digits.isascii() or not digits.isdigit() or self.sure.data or not is_odd_account(digits):
            return False
        doubt = _l("The last digit does not fit the others. Compare it with the card; if it is right, tick the box.")
        self.bank_account.errors = [*self.bank_account.errors, doubt]
        return True


class AddForm(FactsForm, AccountPart):
    """A new member."""

    number = IntegerField(
        _l("Number"),
        [Optional(), NumberRange(1, HIGHEST_NUMBER, _l("Enter a number above zero."))],
        description=_l("Empty: the next free one."),
        render_kw={"inputmode": "numeric"},
    )


class ChangeForm(AccountPart):
    """A new bank account for a member."""

    bank_name = StringField(_l("Bank"), [InputRequired(_l("Enter the bank."))], render_kw={"maxlength": 60})
    bank_account = StringField(
        _l("Bank account"),
        [InputRequired(_l("Enter the account."))],
        render_kw={"inputmode": "numeric", "autocomplete": "off", "maxlength": 40},
    )


class LeaveForm(Form):
    """When a member leaves."""

    on = DayField(_l("Left on"), [InputRequired(_l("Enter the day."))])
