"""`flask people`: admitting cooperatives, making users, giving them their rooms."""

import sys

import click
from flask.cli import AppGroup

from marketplace import cooperatives, identity
from marketplace.cooperatives import AssignmentLevel, Cooperative, StaffRole
from marketplace.core.errors import DomainError, FieldError
from marketplace.extensions import atomic
from marketplace.identity import PlatformRole, User

people_commands = AppGroup("people", help="Cooperatives and users.")
ROLES = [role.value for role in PlatformRole if role is not PlatformRole.BUYER]


def _fail(error: DomainError) -> click.ClickException:
    """Say a refusal in words and leave with 1."""
    details = ", ".join(f"{name} {value}" for name, value in error.details.items())
    field = f"{error.field}: " if isinstance(error, FieldError) and error.field else ""
    return click.ClickException(f"{field}{error.code.replace('_', ' ')}{f' ({details})' if details else ''}.")


@people_commands.command("admit")
@click.argument("slug")
@click.option("--name", required=True, help="As it is registered, in Chinese.")
@click.option("--county", required=True)
@click.option("--village", required=True)
@click.option("--merchant-account", required=True, help="Its own account at the payment processor.")
@click.option("--name-en")
@click.option("--county-en")
@click.option("--village-en")
@click.option("--currency", default="CNY", show_default=True)
def admit_command(slug: str, **facts: str) -> None:
    """Admit a cooperative, merchant of its own sales."""
    try:
        with atomic():
            cooperatives.admit(slug=slug, **facts)  # type: ignore[arg-type]
    except DomainError as error:
        raise _fail(error) from error
    click.echo(f"Admitted {slug}.")


@people_commands.command("create-user")
@click.argument("email")
@click.option("--name", required=True)
@click.option("--role", required=True, type=click.Choice(ROLES))
@click.option("--locale", default="en", show_default=True, type=click.Choice(["en", "zh_Hans"]))
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
def create_user_command(email: str, name: str, role: str, locale: str, password_stdin: bool) -> None:
    """Create a user who is no buyer; staff gets its duty by `appoint`."""
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    try:
        identity.check_password(password, email)
        hashed = identity.hash_password(password)  # slow, so before the transaction
        with atomic():
            identity.create_user(
                email=email, password_hash=hashed, name=name, platform_role=PlatformRole(role), locale=locale
            )
    except DomainError as error:
        raise _fail(error) from error
    click.echo(f"Created {email}, {role}.")


@people_commands.command("appoint")
@click.argument("email")
@click.argument("slug")
@click.argument("role", type=click.Choice([role.value for role in StaffRole]))
def appoint_command(email: str, slug: str, role: str) -> None:
    """Give a user a duty in a cooperative."""
    try:
        with atomic():
            cooperatives.appoint(*_both(email, slug), StaffRole(role))
    except DomainError as error:
        raise _fail(error) from error
    click.echo(f"{email} is {role} of {slug} from today.")


@people_commands.command("assign")
@click.argument("email")
@click.argument("slug")
@click.option("--level", default="county", show_default=True, type=click.Choice([lev.value for lev in AssignmentLevel]))
def assign_command(email: str, slug: str, level: str) -> None:
    """Let a coordinator follow a cooperative."""
    try:
        with atomic():
            cooperatives.assign(*_both(email, slug), AssignmentLevel(level))
    except DomainError as error:
        raise _fail(error) from error
    click.echo(f"{email} follows {slug} from today.")


def _both(email: str, slug: str) -> tuple[User, Cooperative]:
    user, cooperative = identity.find_user(email), cooperatives.find_cooperative(slug)
    if user is None:
        raise click.ClickException(f"No user has the address {email}.")
    if cooperative is None:
        raise click.ClickException(f"No cooperative is called {slug}.")
    return user, cooperative
