"""Flask commands.

Owns: the command line. Guarantees: each command works through front doors, in one transaction of its own.
May import: jobs and all below.
"""

from flask import Flask

from marketplace.cli.demo import demo_command
from marketplace.cli.jobs import jobs_commands, serve_command
from marketplace.cli.ledger import ledger_commands
from marketplace.cli.people import people_commands

__all__ = ["register"]


def register(app: Flask) -> None:
    """Add the commands to the application."""
    app.cli.add_command(ledger_commands)
    app.cli.add_command(jobs_commands)
    app.cli.add_command(serve_command)
    app.cli.add_command(demo_command)
    app.cli.add_command(people_commands)
