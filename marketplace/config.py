"""Settings: read once from the environment, frozen; what is misspelt or incomplete stops the start."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.fernet import Fernet

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "FENMING_"
NAMES = frozenset(
    {
        "FENMING_ENVIRONMENT",
        "FENMING_SECRET_KEY",
        "FENMING_FIELD_KEYS",
        "FENMING_GATEWAY",
        "FENMING_WEBHOOK_SECRETS",
        "FENMING_THREADS",
        "FENMING_PROXIES",
        "FENMING_INSTANCE",
    }
)
NEEDED_IN_PRODUCTION = (
    "DATABASE_URL",
    "PUBLIC_URL",
    "FENMING_SECRET_KEY",
    "FENMING_FIELD_KEYS",
    "FENMING_WEBHOOK_SECRETS",
)
GATEWAYS = ("simulated",)
ENVIRONMENTS = ("development", "production")


class ConfigError(Exception):
    """A setting is missing, misspelt or malformed; the message names the variable."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What one process runs with."""

    database_url: str
    public_url: str = "http://127.0.0.1:5000"
    environment: str = "development"
    secret_key: str = ""
    field_keys: tuple[str, ...] = ()  # newest first
    gateway: str = "simulated"
    webhook_secrets: tuple[str, ...] = ()  # newest first; a signature by any of them counts
    threads: int = 8
    proxies: int = 0  # how many reverse proxies stand before us and set X-Forwarded-*
    instance: Path = ROOT / "instance"
    argon2_time: int = 3
    argon2_memory_kib: int = 65536
    testing: bool = False
    csrf: bool = True  # off only in tests that post forms without a browser

    @property
    def production(self) -> bool:
        """Say whether strangers' money and names may come in."""
        return self.environment == "production"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the settings; raises ConfigError that names the variable.

        In development missing keys are made once under the instance folder, readable by the owner only.
        """
        unknown = sorted(name for name in environ if name.startswith(PREFIX) and name not in NAMES)
        if unknown:
            raise ConfigError(f"unknown setting {unknown[0]}")
        environment = _one_of(environ, "FENMING_ENVIRONMENT", ENVIRONMENTS)
        gateway = _one_of(environ, "FENMING_GATEWAY", GATEWAYS)
        instance = Path(environ.get("FENMING_INSTANCE") or ROOT / "instance").resolve()
        if environment == "production":
            _need(
                environ,
                "DATABASE_URL",
                "PUBLIC_URL",
                "FENMING_SECRET_KEY",
                "FENMING_FIELD_KEYS",
                "FENMING_WEBHOOK_SECRETS",
            )
            if gateway == "simulated":
                raise ConfigError("FENMING_GATEWAY: the simulated gateway moves no money, so production refuses it")
        return cls(
            database_url=_database_url(environ, instance),
            public_url=_public_url(environ),
            environment=environment,
            secret_key=environ.get("FENMING_SECRET_KEY") or _kept(instance / "secret_key", secrets.token_urlsafe(48)),
            field_keys=_field_keys(environ, instance),
            gateway=gateway,
            webhook_secrets=_list(environ, "FENMING_WEBHOOK_SECRETS")
            or (_kept(instance / "webhook_secret", secrets.token_urlsafe(32)),),
            threads=_number(environ, "FENMING_THREADS", 8, 1),
            proxies=_number(environ, "FENMING_PROXIES", 0, 0),
            instance=instance,
        )


def _one_of(environ: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    value = environ.get(name) or allowed[0]
    if value not in allowed:
        raise ConfigError(f"{name} must be one of: {', '.join(allowed)}")
    return value


def _need(environ: Mapping[str, str], *names: str) -> None:
    for name in names:
        if not environ.get(name):
            raise ConfigError(f"{name} is needed in production")


def _number(environ: Mapping[str, str], name: str, default: int, least: int) -> int:
    typed = environ.get(name) or str(default)
    if not typed.isascii() or not typed.isdigit() or int(typed) < least:
        raise ConfigError(f"{name} must be a whole number, at least {least}")
    return int(typed)


def _list(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in environ.get(name, "").split(",") if part.strip())


def _field_keys(environ: Mapping[str, str], instance: Path) -> tuple[str, ...]:
    keys = _list(environ, "FENMING_FIELD_KEYS") or (_kept(instance / "field_key", Fernet.generate_key().decode()),)
    for key in keys:
        try:
            Fernet(key)
        except ValueError as error:
            raise ConfigError("FENMING_FIELD_KEYS must be Fernet keys, newest first, with commas between") from error
    return keys


def _database_url(environ: Mapping[str, str], instance: Path) -> str:
    url = environ.get("DATABASE_URL")
    if not url:
        instance.mkdir(parents=True, exist_ok=True)
        return f"sqlite:///{instance / 'fenming.db'}"
    for plain in ("postgres://", "postgresql://"):  # the driver that we install
        if url.startswith(plain):
            return "postgresql+psycopg://" + url.removeprefix(plain)
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ConfigError("DATABASE_URL must begin with sqlite:/// or postgresql://")
    return url


def _public_url(environ: Mapping[str, str]) -> str:
    url = (environ.get("PUBLIC_URL") or "http://127.0.0.1:5000").rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError("PUBLIC_URL must be an http or https address")
    return url


def _kept(path: Path, fresh: str) -> str:
    """Return the content of a private file, which is made with fresh content the first time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        file.write(fresh)
    return fresh
