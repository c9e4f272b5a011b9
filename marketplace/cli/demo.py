"""`flask demo`: a first look, complete on a fresh machine."""

import os
import time
from dataclasses import replace
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade
from sqlalchemy import make_url

from marketplace import jobs
from marketplace.cli import sample
from marketplace.config import Settings
from marketplace.extensions import db


@click.command("demo")
@click.option("--fresh", is_flag=True, help="Throw the sample away and make it again.")
@click.option("--no-serve", is_flag=True, help="Load the sample and stop.")
@click.option("--port", default=5000, show_default=True, type=click.IntRange(1, 65535))
@with_appcontext
def demo_command(fresh: bool, no_serve: bool, port: int) -> None:
    """Make the embedded database, load the sample data once, and serve web and jobs in one process."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    settings: Settings = app.extensions["settings"]
    _refuse(settings)
    if not os.environ.get("PUBLIC_URL"):  # the simulated processor reports to where we listen
        app.extensions["settings"] = replace(settings, public_url=f"http://127.0.0.1:{port}")
    if fresh:
        _throw_away(settings)
    upgrade()
    if sample.is_loaded():
        click.echo("The sample data is there already; --fresh makes it again.")
    else:
        began = time.monotonic()
        sample.load(app, say=click.echo)
        click.echo(f"Sample data loaded in {time.monotonic() - began:.0f} s.")
    _show_logins()
    if not no_serve:
        jobs.serve(app, "127.0.0.1", port, ready=lambda: click.echo(f"\nOpen http://127.0.0.1:{port} — Ctrl+C stops."))


def _refuse(settings: Settings) -> None:
    """Keep sample data out of any database that somebody chose."""
    if os.environ.get("DATABASE_URL"):
        raise click.ClickException("DATABASE_URL is set; the demo keeps to its own embedded database.")
    if settings.production:
        raise click.ClickException("This is production; the demo loads invented data and simulated payments.")


def _throw_away(settings: Settings) -> None:
    """Delete the embedded database; SQLite keeps it in up to three files."""
    db.session.remove()
    db.engine.dispose()
    path = make_url(settings.database_url).database or ""
    for suffix in ("", "-wal", "-shm"):
        Path(path + suffix).unlink(missing_ok=True)


def _show_logins() -> None:
    click.echo(f"\nOne login per role; the password of each is: {sample.PASSWORD}")
    for who, login in sample.logins():
        click.echo(f"  {who:<34} {login}")
