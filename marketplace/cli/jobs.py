"""`flask serve` and `flask jobs`: the processes."""

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from marketplace import jobs, queue
from marketplace.extensions import db

jobs_commands = AppGroup("jobs", help="Work that nobody waits for.")


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=5000, show_default=True, type=click.IntRange(1, 65535))
@with_appcontext
def serve_command(host: str, port: int) -> None:
    """Serve web and jobs in one process until it is told to stop."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    jobs.serve(app, host, port, ready=lambda: click.echo(f"Serving on http://{host}:{port}"))


@jobs_commands.command("work")
def work_command() -> None:
    """Run jobs until told to stop, beside web processes."""
    jobs.work(current_app._get_current_object())  # type: ignore[attr-defined]


@jobs_commands.command("sweep")
def sweep_command() -> None:
    """Run the jobs that are due now, then say how the queue stands."""
    click.echo(f"{jobs.sweep()} jobs run.")
    db.session.rollback()
    for state, count in queue.count_by_state().items():
        click.echo(f"{state}: {count}")
