"""`flask people`: a cooperative admitted, users made and given their rooms; refusals in words, exit 1."""

import pytest
from sqlalchemy import func, select

from marketplace import access, identity
from marketplace.access import Role
from marketplace.cooperatives import Cooperative
from marketplace.extensions import db
from marketplace.identity import User

PASSWORD = "apples and tea"
ADMIT = (
    "people admit yuanshang --name 塬上苹果合作社 --county 洛川县 --village 塬上村 --merchant-account acct_1".split()
)


@pytest.fixture
def run(real_app):
    runner = real_app.test_cli_runner()
    return lambda *arguments, typed="": runner.invoke(args=[str(a) for a in arguments], input=typed)


def create(run, email, role):
    return run(
        "people", "create-user", email, "--name", "李静", "--role", role, "--password-stdin", typed=PASSWORD + "\n"
    )


def role_of(app, email):
    with app.app_context():
        user = identity.find_user(email)
        assert identity.matches(PASSWORD, user.password_hash)
        actor = access.load_actor(access.session_id_of_user(user))
        return actor and actor.role


def test_a_house_is_set_up_from_nothing(run, real_app):
    assert run(*ADMIT).exit_code == 0
    for role in ("staff", "coordinator", "administrator"):
        answer = create(run, f"{role}@example.com", role)
        assert answer.exit_code == 0, answer.output
        assert PASSWORD not in answer.output
    assert role_of(real_app, "staff@example.com") is None  # no duty yet
    assert run("people", "appoint", "staff@example.com", "yuanshang", "manager").exit_code == 0
    assert run("people", "assign", "coordinator@example.com", "yuanshang").exit_code == 0
    assert role_of(real_app, "staff@example.com") is Role.MANAGER
    assert role_of(real_app, "coordinator@example.com") is Role.COORDINATOR
    assert role_of(real_app, "administrator@example.com") is Role.ADMINISTRATOR


def test_the_password_is_asked_twice_and_not_echoed(run, real_app):
    ask = ("people", "create-user", "a@example.com", "--name", "李静", "--role", "staff")
    answer = run(*ask, typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert answer.exit_code == 0
    assert PASSWORD not in answer.output
    assert run("people", "appoint", "a@example.com", "nowhere", "clerk").exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "typed", "says"),
    [
        (("create-user", "b@example.com", "--name", "李", "--role", "staff", "--password-stdin"), "short\n", "short"),
        (("create-user", "nobody", "--name", "李", "--role", "staff", "--password-stdin"), PASSWORD, "not an email"),
        (("appoint", "c@example.com", "yuanshang", "clerk"), "", "No user"),
        (("assign", "staff@example.com", "yuanshang"), "", "not a coordinator"),
        (("admit", "yuanshang", *ADMIT[3:]), "", "slug taken"),
    ],
)
def test_a_refusal_says_why_and_writes_nothing(run, real_app, arguments, typed, says):
    assert run(*ADMIT).exit_code == 0
    assert create(run, "staff@example.com", "staff").exit_code == 0
    answer = run("people", *arguments, typed=typed)
    assert answer.exit_code == 1
    assert says in answer.output
    with real_app.app_context():
        assert db.session.scalar(select(func.count(User.id))) == 1
        assert db.session.scalar(select(func.count(Cooperative.id))) == 1
