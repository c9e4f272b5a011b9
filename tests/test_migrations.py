"""Models and migrations agree, one head, triggers stand; what the models say is what the database has."""

from dataclasses import replace

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import downgrade, upgrade
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import DBAPIError

from marketplace import catalog, distribution, ledger, trail
from marketplace.app import create_app, install_guards
from marketplace.core.guards import standing
from marketplace.extensions import Base, db
from tests.conftest import MIGRATIONS, SETTINGS

NOT_OURS = ("alembic_version", "sqlite_sequence")


def is_ours(name: str) -> bool:
    """Leave out the tables and the index that no model describes."""
    return name not in NOT_OURS and not name.startswith("search_index")


def options(index):
    """Tell the options of an index, the condition of a partial one included."""
    return sorted((key, str(value)) for key, value in index.get("dialect_options", {}).items())


def facts(inspector):
    """Tell everything that an inspector sees, names and texts included."""
    told = {}
    for table in sorted(filter(is_ours, inspector.get_table_names())):
        told[table] = {
            "columns": {c["name"]: (str(c["type"]), c["nullable"], c["default"]) for c in inspector.get_columns(table)},
            "checks": {c["name"]: c["sqltext"] for c in inspector.get_check_constraints(table)},
            "uniques": {u["name"]: tuple(u["column_names"]) for u in inspector.get_unique_constraints(table)},
            "indexes": {
                i["name"]: (tuple(i["column_names"]), bool(i["unique"]), options(i))
                for i in inspector.get_indexes(table)
                if is_ours(i["name"])
            },
            "foreign": {
                f["name"]: (tuple(f["constrained_columns"]), f["referred_table"], str(sorted(f["options"].items())))
                for f in inspector.get_foreign_keys(table)
            },
            "pk": inspector.get_pk_constraint(table)["constrained_columns"],
        }
    return told


@pytest.fixture
def engines(databases):
    """Two databases: brought up by migrations, made by create_all."""
    migrated, created = create_engine(databases.clone()), create_engine(databases.fresh("created"))
    with created.connect().execution_options(writes=True) as connection, connection.begin():
        Base.metadata.create_all(connection)
    yield migrated, created
    migrated.dispose()
    created.dispose()


def test_models_equal_migrations(engines):
    migrated, created = engines
    seen = facts(inspect(migrated))
    assert seen == facts(inspect(created))
    assert set(seen) == set(Base.metadata.tables)


def test_every_constraint_has_a_name(engines):
    for table, told in facts(inspect(engines[0])).items():
        for kind in ("checks", "uniques", "foreign", "indexes"):
            assert None not in told[kind], f"{table}: {kind}"


def test_autogenerate_finds_nothing_to_do(engines):
    with engines[0].connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_object": lambda _o, name, kind, _r, _c: kind == "column" or is_ours(name or "")},
        )
        assert compare_metadata(context, Base.metadata) == []


def test_triggers_stand(engines):
    with engines[0].connect() as connection:
        for room in (ledger, trail, distribution):
            assert room.guards.missing(connection) == []
        assert catalog.search_index.missing(connection) == []


def test_ids_are_not_used_again_where_sqlite_would(engines, databases):
    marked = {t.name for t in Base.metadata.tables.values() if t.dialect_options["sqlite"]["autoincrement"]}
    assert {"ledger_transaction", "ledger_entry", "job"} <= marked
    if databases.kind == "sqlite":
        with engines[0].connect() as connection:
            rows = connection.execute(text("select name, sql from sqlite_master where type = 'table'")).all()
        assert marked == {name for name, sql in rows if "AUTOINCREMENT" in sql.upper()}


def test_guards_go_up_again_after_they_were_dropped(databases):
    engine = create_engine(databases.clone())
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        before = {name for name in standing(connection) if is_ours(name)}
        ledger.guards.drop(connection)
        trail.guards.drop(connection)
        distribution.guards.drop(connection)
        assert not [name for name in standing(connection) if is_ours(name)]
        install_guards(connection)
        assert {name for name in standing(connection) if is_ours(name)} == before
    engine.dispose()


def test_one_head_and_file_names_are_revisions():
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    script = ScriptDirectory.from_config(config)
    assert len(script.get_heads()) == 1
    for revision in script.walk_revisions():
        assert revision.path.endswith(f"/{revision.revision}.py")


def test_up_down_and_up_again(databases):
    app = create_app(replace(SETTINGS, database_url=databases.fresh("fresh")))
    with app.app_context():
        try:
            upgrade(directory=str(MIGRATIONS))
            downgrade(directory=str(MIGRATIONS), revision="base")
            assert [t for t in inspect(db.engine).get_table_names() if is_ours(t)] == []
            upgrade(directory=str(MIGRATIONS))
            assert ledger.verify().is_clean
        finally:
            db.session.remove()
            db.engine.dispose()


def test_a_plain_connection_cannot_write(databases):
    engine = create_engine(databases.clone())
    with engine.connect() as connection, pytest.raises(DBAPIError, match="readonly|read-only"):
        connection.execute(text("delete from job"))
    engine.dispose()
