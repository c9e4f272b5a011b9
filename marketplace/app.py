"""The one place where everything meets."""

import importlib
from pathlib import Path

from flask import Flask
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from marketplace import catalog, cli, distribution, gateway, ledger, trail, web
from marketplace.config import Settings
from marketplace.core import columns, passwords
from marketplace.extensions import db, migrate, retrying

HERE = Path(__file__).parent


class Marketplace(Flask):
    """Flask, with one retry loop around each view."""

    def dispatch_request(self) -> ResponseReturnValue:
        """Dispatch again after a Conflict; before_request functions are not repeated."""
        return retrying(super().dispatch_request)()


def load_models() -> None:
    """Import every package with tables, so that the metadata is whole."""
    for path in sorted(HERE.glob("*/models.py")):
        importlib.import_module(f"marketplace.{path.parent.name}.models")


def install_guards(connection: Connection) -> None:
    """Create every trigger, and the index of the search, afresh."""
    ledger.guards.install(connection)
    trail.guards.install(connection)
    distribution.guards.install(connection)
    catalog.search_index.install(connection)


def configure(app: Flask, settings: Settings) -> None:
    """Put the settings where the extensions look for them."""
    app.extensions["settings"] = settings
    secure = settings.public_url.startswith("https://")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS={"pool_size": max(5, settings.threads + 2), "max_overflow": 0},
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        TESTING=settings.testing,
        WTF_CSRF_ENABLED=settings.csrf,
        WTF_CSRF_TIME_LIMIT=12 * 3600,
    )
    columns.use_keys(settings.field_keys)
    passwords.use_cost(settings.argon2_time, settings.argon2_memory_kib)


def connect_extensions(app: Flask) -> None:
    """Bind the shared instruments to the application."""
    db.init_app(app)
    migrate.init_app(app, db, directory=str(HERE.parent / "migrations"), render_as_batch=True)
    settings: Settings = app.extensions["settings"]
    app.extensions["gateway"] = gateway.make_gateway(
        settings.gateway, secrets=settings.webhook_secrets, production=settings.production
    )


def create_app(settings: Settings) -> Flask:
    """Build the application."""
    app = Marketplace(
        "marketplace",
        root_path=str(HERE),
        instance_path=str(settings.instance),
        template_folder=str(HERE.parent / "templates"),
        static_folder=None,  # WhiteNoise serves what web.assets built
        static_url_path="/static",
    )
    configure(app, settings)
    load_models()
    connect_extensions(app)
    web.init_app(app)
    cli.register(app)
    return app
