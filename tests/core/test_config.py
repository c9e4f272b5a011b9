"""Settings: what stops the start, and what is made once."""

import stat
import subprocess
import sys

import pytest
from cryptography.fernet import Fernet

from marketplace.config import ConfigError, Settings
from tests.conftest import ROOT

PRODUCTION = {
    "FENMING_ENVIRONMENT": "production",
    "DATABASE_URL": "postgresql://db/fenming",
    "PUBLIC_URL": "https://fenming.example",
    "FENMING_SECRET_KEY": "x" * 40,
    "FENMING_FIELD_KEYS": Fernet.generate_key().decode(),
    "FENMING_WEBHOOK_SECRETS": "y" * 40,
}


def test_development_needs_nothing_and_keeps_its_keys(tmp_path):
    environ = {"FENMING_INSTANCE": str(tmp_path / "instance"), "PATH": "/bin"}
    first, second = Settings.from_environment(environ), Settings.from_environment(environ)
    assert first == second
    assert first.database_url == f"sqlite:///{tmp_path}/instance/fenming.db"
    assert first.public_url == "http://127.0.0.1:5000"
    assert not first.production
    files = sorted((tmp_path / "instance").iterdir())
    assert [f.name for f in files] == ["field_key", "secret_key", "webhook_secret"]
    assert {stat.S_IMODE(f.stat().st_mode) for f in files} == {0o600}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"FENMING_SECRET_KYE": "x"}, "FENMING_SECRET_KYE"),
        ({"FENMING_ENVIRONMENT": "prod"}, "FENMING_ENVIRONMENT"),
        ({"FENMING_GATEWAY": "strype"}, "FENMING_GATEWAY"),
        ({"FENMING_THREADS": "0"}, "FENMING_THREADS"),
        ({"FENMING_THREADS": "many"}, "FENMING_THREADS"),
        ({"FENMING_FIELD_KEYS": "short"}, "FENMING_FIELD_KEYS"),
        ({"DATABASE_URL": "mysql://db/x"}, "DATABASE_URL"),
        ({"PUBLIC_URL": "fenming.example"}, "PUBLIC_URL"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path, change, named):
    with pytest.raises(ConfigError, match=named):
        Settings.from_environment({"FENMING_INSTANCE": str(tmp_path)} | change)


@pytest.mark.parametrize("missing", [name for name in PRODUCTION if name != "FENMING_ENVIRONMENT"])
def test_production_needs_its_settings(missing):
    with pytest.raises(ConfigError, match=missing):
        Settings.from_environment({k: v for k, v in PRODUCTION.items() if k != missing})


def test_production_refuses_the_simulated_gateway():
    with pytest.raises(ConfigError, match="FENMING_GATEWAY"):
        Settings.from_environment(PRODUCTION)


def test_postgresql_by_our_driver(tmp_path):
    environ = {"FENMING_INSTANCE": str(tmp_path)}
    for url in ("postgres://u@h/d", "postgresql://u@h/d", "postgresql+psycopg://u@h/d"):
        assert Settings.from_environment(environ | {"DATABASE_URL": url}).database_url == "postgresql+psycopg://u@h/d"
    keys = ",".join(Fernet.generate_key().decode() for _ in range(2))
    assert len(Settings.from_environment(environ | {"FENMING_FIELD_KEYS": keys}).field_keys) == 2


def test_the_start_is_stopped(tmp_path):
    ended = subprocess.run(
        [sys.executable, "-c", "import wsgi"],
        cwd=ROOT,
        env={"FENMING_INSTANCE": str(tmp_path), "FENMING_NONSENSE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode != 0
    assert "FENMING_NONSENSE" in ended.stderr
