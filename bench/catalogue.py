"""Every benchmark by its name, in the order of the table."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from bench import bounces, dkim, hours, mutations
from bench.figures import (
    blank_mails,
    console_pages,
    end_to_end,
    end_to_end_postgres,
    far_relay,
    form_flood,
    four_senders,
    imports,
    kills,
    million,
    no_pipelining,
    old_rows,
    replies,
    resident_pages,
    takeover,
    urgent,
)
from bench.findings import Findings
from bench.plan import Plan

Benchmark = Callable[[Plan], Findings]

CATALOGUE: Mapping[str, Benchmark] = MappingProxyType(
    {
        "end-to-end": end_to_end.measure,
        "end-to-end-postgres": end_to_end_postgres.measure,
        "no-pipelining": no_pipelining.measure,
        "million": million.measure,
        "urgent": urgent.measure,
        "replies": replies.measure,
        "blank-mails": blank_mails.measure,
        "far-relay": far_relay.measure,
        "four-senders": four_senders.measure,
        "kills-sqlite": kills.measure_sqlite,
        "kills-postgres": kills.measure_postgres,
        "takeover": takeover.measure,
        "old-rows-sqlite": old_rows.measure_sqlite,
        "old-rows-postgres": old_rows.measure_postgres,
        "import": imports.measure_sqlite,
        "import-postgres": imports.measure_postgres,
        "console-pages": console_pages.measure,
        "console-pages-postgres": console_pages.measure_postgres,
        "resident-pages": resident_pages.measure,
        "resident-pages-postgres": resident_pages.measure_postgres,
        "bounces": bounces.measure,
        "mutations": mutations.measure,
        "dkim": dkim.measure,
        "form-flood": form_flood.measure,
        "hours": hours.measure,
    }
)
