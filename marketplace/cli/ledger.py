"""`flask ledger`: checking the books."""

import json
from dataclasses import asdict

import click
from flask.cli import AppGroup

from marketplace import distribution, ledger, trail
from marketplace.core.money import exponent
from marketplace.extensions import db

ledger_commands = AppGroup("ledger", help="The books.")


@ledger_commands.command("verify")
@click.option("--json", "as_json", is_flag=True, help="Answer for machines.")
def verify_command(as_json: bool) -> None:
    """Check sums, references, reversals, unposted headers and triggers; exit 1 on any fault."""
    report = ledger.verify()
    missing = [*trail.missing_guards(), *distribution.guards.missing(db.session.connection())]
    faults = [*report.faults, *(ledger.Fault("trigger_missing", name) for name in missing)]
    if as_json:
        answer = {
            "clean": not faults,
            "faults": [asdict(fault) for fault in faults],
            "counts": report.counts,
            "turnover": report.turnover,
        }
        click.echo(json.dumps(answer, indent=2))
    else:
        for fault in faults:
            click.echo(f"FAULT {fault.code.replace('_', ' ')}: {fault.subject}")
        for name, count in report.counts.items():
            click.echo(f"{name}: {count}")
        for currency, debits in report.turnover.items():
            click.echo(f"posted on both sides, {currency}: {_amount(debits, currency)}")
        click.echo(f"{len(faults)} faults found." if faults else "The ledger is clean.")
    if faults:
        raise SystemExit(1)


def _amount(minor: int, currency: str) -> str:
    decimals = exponent(currency)
    if not decimals:
        return f"{minor:,}"
    whole, part = divmod(minor, 10**decimals)
    return f"{whole:,}.{part:0{decimals}d}"
