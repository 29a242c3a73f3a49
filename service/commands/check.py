"""`hansho check`: whether the service could do its work as it is set up."""

import json

import click

from service.checks import Verdict, findings
from service.commands.whole_house import pass_home
from service.home import Home


@click.command()
@click.option("--json", "as_json", is_flag=True, help="one JSON object a line")
@pass_home
def check(home: Home, *, as_json: bool) -> int:
    """Check settings, database, town file, templates, From and DKIM key; connect to no other server.

    Exit status 1 if a check failed.
    """
    failed = False
    for finding in findings(home):
        failed = failed or finding.verdict is Verdict.FAILED
        if as_json:
            said = {"verdict": finding.verdict, "check": finding.what, "words": finding.words}
            click.echo(json.dumps(said, ensure_ascii=False))
        else:
            click.echo(f"{finding.verdict:<6}  {finding.what}: {finding.words}")
    return 1 if failed else 0
