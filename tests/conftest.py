"""Databases, applications and clients for tests: SQLite and PostgreSQL both, reset by rollback."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import Connection, create_engine, event, make_url, text
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from marketplace import catalog, ledger
from marketplace.app import create_app, install_guards
from marketplace.config import Settings
from marketplace.extensions import Base, db

ROOT = Path(__file__).resolve().parent.parent
MIGRATIONS = ROOT / "migrations"
SETTINGS = Settings(
    database_url="",
    public_url="http://localhost",
    secret_key="for tests only",
    field_keys=(Fernet.generate_key().decode(),),
    webhook_secrets=("webhook secret for tests",),
    threads=38,
    argon2_time=1,
    argon2_memory_kib=8,
    testing=True,
    csrf=False,
)
MEMORY = Path("/dev/shm")
DEBIAN_POSTGRES = Path("/usr/lib/postgresql")
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "faulty_ledger: the test breaks the ledger on purpose")
    config.addinivalue_line("markers", "browser: the test needs Chromium")


def skip_or_fail(reason: str, required_by: str) -> None:
    """Skip with a reason, or fail where the environment says that the thing must be there."""
    if os.environ.get(required_by):
        pytest.fail(reason)
    pytest.skip(reason)


def find_postgres() -> Path | None:
    """Return the folder of initdb and pg_ctl, if any."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(DEBIAN_POSTGRES.glob("*/bin"), key=lambda p: float(p.parent.name), reverse=True)
    return next((f for f in folders if (f / "initdb").exists() and (f / "pg_ctl").exists()), None)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Start a private server; as root, under another user."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    binaries = find_postgres()
    if binaries is None:
        skip_or_fail("no PostgreSQL here: initdb was not found", "REQUIRE_POSTGRES")
        return
    prefix: list[str] = []
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > 2 * 2**30
    home = Path(tempfile.mkdtemp(prefix="pg-", dir=MEMORY if roomy else None))
    if os.geteuid() == 0:
        user = next(u for u in ("postgres", "nobody") if u in {p.pw_name for p in pwd.getpwall()})
        prefix = ["runuser", "-u", user, "--"]
        os.chown(home, pwd.getpwnam(user).pw_uid, -1)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = home / "data"

    def call(*command: str) -> None:
        subprocess.run([*prefix, *command], check=True, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    call(str(binaries / "initdb"), "-D", str(data), "-U", "test", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
    options = (
        f"-h 127.0.0.1 -p {port} -k {home} -c fsync=off -c full_page_writes=off"
        " -c synchronous_commit=off -c max_connections=200 -c deadlock_timeout=50ms"
    )
    call(str(binaries / "pg_ctl"), "-D", str(data), "-o", options, "-l", str(home / "log"), "-w", "start")
    try:
        yield f"postgresql+psycopg://test@127.0.0.1:{port}/postgres"
    finally:
        call(str(binaries / "pg_ctl"), "-D", str(data), "-m", "immediate", "-w", "stop")
        shutil.rmtree(home, ignore_errors=True)


def prepare(url: str) -> None:
    """Bring an empty database to the present schema, triggers included."""
    app = create_app(replace(SETTINGS, database_url=url))
    with app.app_context():
        if any((MIGRATIONS / "versions").glob("*.py")):
            upgrade(directory=str(MIGRATIONS))
        else:
            with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
                Base.metadata.create_all(connection)
                install_guards(connection)
                catalog.search_index.install(connection)
        db.engine.dispose()


@dataclass
class Databases:
    """A migrated original and a way to copy it."""

    kind: str
    template: str
    folder: Path
    server: str = ""
    count: int = 0

    def fresh(self, name: str) -> str:
        """Return the URL of a database that holds nothing at all."""
        self.count += 1
        name = f"{name}{self.count}"
        if self.kind == "sqlite":
            return f"sqlite:///{self.folder / name}.db"
        return create_database(self.server, f"{name}_{WORKER}")

    def clone(self) -> str:
        """Return the URL of a fresh, migrated, empty database."""
        self.count += 1
        if self.kind == "sqlite":
            target = self.folder / f"clone{self.count}.db"
            shutil.copyfile(make_url(self.template).database or "", target)
            return f"sqlite:///{target}"
        return create_database(self.server, f"clone_{WORKER}_{self.count}", make_url(self.template).database or "")


def create_database(server: str, name: str, template: str = "template1") -> str:
    """Create a PostgreSQL database and return its URL."""
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"create database {name} template {template}"))
    admin.dispose()
    return make_url(server).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def migrated() -> dict[str, Databases]:
    """Hold what this worker migrated; a worker comes back to a kind of database with each file that it is given."""
    return {}


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def databases(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, migrated: dict[str, Databases]
) -> Databases:
    """Migrate one template per worker and database."""
    if request.param in migrated:
        return migrated[request.param]
    folder = tmp_path_factory.mktemp("db")
    server = "" if request.param == "sqlite" else request.getfixturevalue("postgres_server")
    made = Databases(request.param, "", folder, server)
    made.template = made.fresh("template_of")
    prepare(made.template)
    if request.param == "sqlite":  # so that one file is the whole database
        engine = create_engine(made.template)
        with engine.connect() as connection:
            connection.exec_driver_sql("select 1")
            connection.rollback()
            connection.connection.dbapi_connection.execute("pragma wal_checkpoint(truncate)")
        engine.dispose()
    migrated[made.kind] = made
    return made


@pytest.fixture(scope="session")
def shared_app(databases: Databases) -> Iterator[Flask]:
    """One application per worker and database, for tests that are rolled back."""
    app = create_app(replace(SETTINGS, database_url=databases.clone()))
    yield app
    with app.app_context():
        db.engine.dispose()


@contextmanager
def rolled_back(app: Flask) -> Iterator[scoped_session[Session]]:
    """Let `db.session` write inside an outer transaction that is rolled back at the end."""
    with app.app_context():
        engine = db.engine
    connection: Connection = engine.connect().execution_options(writes=True)
    outer = connection.begin()
    bound = scoped_session(sessionmaker(bind=connection, join_transaction_mode="create_savepoint"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(db, "session", bound)
        try:
            yield bound
        finally:
            bound.remove()
            outer.rollback()
            connection.close()


@pytest.fixture
def session(request: pytest.FixtureRequest, shared_app: Flask) -> Iterator[scoped_session[Session]]:
    """A session inside an outer transaction that is rolled back; afterwards the ledger must verify clean."""
    with rolled_back(shared_app) as bound:
        yield bound
        bound.rollback()
        assert_clean_ledger(request)


@pytest.fixture
def client(shared_app: Flask, session: scoped_session[Session]) -> FlaskClient:
    """A client whose changes are rolled back."""
    return shared_app.test_client()


@pytest.fixture
def real_app(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Flask]:
    """An application with a database of its own, for threads and kills; afterwards the ledger must verify clean."""
    app = create_app(replace(SETTINGS, database_url=databases.clone()))
    yield app
    with app.app_context():
        try:
            assert_clean_ledger(request)
        finally:
            db.session.remove()
            db.engine.dispose()


def assert_clean_ledger(request: pytest.FixtureRequest) -> None:
    """Fail when a test leaves the ledger with a fault."""
    if request.node.get_closest_marker("faulty_ledger") is None:
        assert ledger.verify().faults == ()


@pytest.fixture
def queries(shared_app: Flask) -> Callable[[int], AbstractContextManager[list[str]]]:
    """Return a context manager that fails when more than so many statements were run within it."""

    @contextmanager
    def watch(at_most: int) -> Iterator[list[str]]:
        with shared_app.app_context():
            engine = db.engine
        seen: list[str] = []

        def note(*arguments: object) -> None:
            statement = str(arguments[2])
            if not statement.upper().startswith(("PRAGMA", "BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "SET ")):
                seen.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(engine, "before_cursor_execute", note)
        assert len(seen) <= at_most, f"{len(seen)} statements, at most {at_most}:\n" + "\n".join(seen)

    return watch


# --- a real browser


@pytest.fixture(scope="session")
def chromium() -> str:
    found = next((p for n in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(n))), None)
    if found is None:
        skip_or_fail("no Chromium here: it was not found on PATH", "REQUIRE_BROWSER")
    return str(found)


@pytest.fixture(scope="session")
def browser_type_launch_args(chromium: str) -> dict:
    return {"executable_path": chromium, "args": ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]}


@pytest.fixture
def browser_context_args(browser_context_args, request):
    return {**browser_context_args, "java_script_enabled": "no_script" not in request.keywords, "locale": "en-GB"}
