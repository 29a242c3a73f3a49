"""`hansho staff …`: enters members of staff and gives out their tokens, from the machine itself."""

import json
import sys
from collections.abc import Iterable
from typing import Any

import click
from sqlalchemy.orm import Session

from admin.people import api_tokens, invitations, passwords, staff_changes, staff_requests
from admin.people import staff as register
from admin.people.passwords import PasswordWeak
from admin.people.roles import Role
from admin.people.staff import Colleague
from admin.people.staff_requests import Kind
from foundation.addresses import Address, AddressInvalid
from foundation.ledger import Deed
from service.commands.whole_house import pass_home
from service.home import Home

# The command line is exempt from the console's two-person rules; the ledger names it instead of a person.
ACTOR = "command"


class AddressParameter(click.ParamType[Address]):
    """An address, checked as everywhere else."""

    name = "address"

    def convert(self, value: Any, _parameter: click.Parameter | None, _context: click.Context | None) -> Address:
        try:
            return value if isinstance(value, Address) else Address.parse(str(value))
        except AddressInvalid as fault:
            raise click.ClickException(str(fault)) from fault


@click.group()
def staff() -> None:
    """Who may use the console and the API."""


@staff.command()
@click.argument("address", type=AddressParameter())
@click.option("--name", required=True, help="As it stands on request sheets.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option(
    "--deputy",
    type=click.IntRange(0, 99),
    help="An approver who stands in for the others, 1 the first to; 0 makes a proper approver again.",
)
@click.option("--password-stdin", is_flag=True, help="Take the password from the first line of standard input.")
@pass_home
def add(home: Home, address: Address, *, name: str, role: str, deputy: int | None, password_stdin: bool) -> None:
    """Enter a person, or change name, role and password of the one who has this address.

    Without a password (none on standard input, no terminal to ask at) a new person can use the API only,
    and a known one keeps the password that is set.
    """
    if deputy and not Role(role).may(Role.APPROVER):
        raise click.UsageError("--deputy is for those who may approve: --role approver")
    try:
        password_hash = _password_hash(passwords.words_of(name, address.local), from_stdin=password_stdin)
        with home.database.write() as session:
            me = register.add(
                session,
                address,
                name,
                role=Role(role),
                password_hash=password_hash,
                at=home.clock.now(),
                actor=ACTOR,
                deputy_rank=deputy,
            )
            staff_requests.end_about(session, ACTOR, at=home.clock.now(), staff_id=me.id, kind=Kind.ROLE)
    except PasswordWeak as weak:
        raise click.ClickException(str(weak)) from weak
    except register.NameInvalid as invalid:
        raise click.ClickException(str(invalid)) from invalid
    click.echo(_line(me))


@staff.command()
@click.argument("address", type=AddressParameter())
@pass_home
def token(home: Home, address: Address) -> None:
    """Print a new bearer token for the API; it cannot be shown again. Earlier ones stay valid."""
    with home.database.write() as session:
        me = _person(session, address)
        issued = api_tokens.issue(session, me.id, at=home.clock.now(), actor=ACTOR)
        staff_requests.end_about(session, ACTOR, at=home.clock.now(), staff_id=me.id, kind=Kind.TOKEN)
    click.echo(issued)


@staff.command()
@click.argument("address", type=AddressParameter())
@click.option("--name", required=True, help="As it stands on request sheets.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@pass_home
def invite(home: Home, address: Address, *, name: str, role: str) -> None:
    """Mail a person the link behind which they set a password; an invitation that waits for a second manager goes."""
    at = home.clock.now()
    try:
        with home.database.write() as session:
            waiting = [one for one in invitations.open_ones(session) if one.address == address.text]
            for one in waiting:
                staff_requests.end_about(session, ACTOR, at=at, invitation_id=one.id)
                invitations.cancel(session, one, Deed(ACTOR, "staff.invitation-cancelled", one.subject), at=at)
            row = invitations.write(session, ACTOR, address, name, role=Role(role), at=at)
            deed = Deed(ACTOR, "staff.invitation-sent", row.subject)
            invitations.send(session, home.stationery, row, deed, at=at)
    except (invitations.AlreadyHere, register.NameInvalid) as refused:
        raise click.ClickException(str(refused)) from refused


@staff.command(name="reset-codes")
@click.argument("address", type=AddressParameter())
@pass_home
def reset_codes(home: Home, address: Address) -> None:
    """Forget a person's one-time codes and recovery codes, for a lost telephone; where they are required, the next
    sign-in sets up new ones."""
    at = home.clock.now()
    with home.database.write() as session:
        me = _person(session, address)
        if not staff_changes.end_codes(session, me.id, ACTOR, at=at):
            raise click.ClickException(f"{address.text} signs in without one-time codes")
        staff_requests.end_about(session, ACTOR, at=at, staff_id=me.id, kind=Kind.CODES)


@staff.command()
@click.argument("address", type=AddressParameter())
@pass_home
def deactivate(home: Home, address: Address) -> None:
    """Shut a person out at once: sessions end, tokens are revoked. `add` lets the person in again."""
    at = home.clock.now()
    with home.database.write() as session:
        me = _person(session, address)
        api_tokens.revoke_all(session, me.id, at=at, actor=ACTOR)
        staff_changes.end_codes(session, me.id, ACTOR, at=at)
        staff_requests.end_about(session, ACTOR, at=at, staff_id=me.id)
        register.deactivate(session, me.id, at=at, actor=ACTOR)


@staff.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
@pass_home
def list_(home: Home, *, as_json: bool) -> None:
    """Print everyone who may enter."""
    with home.database.read() as session:
        people = register.everyone(session)
    if as_json:
        rows = [
            {
                "id": one.id,
                "address": one.address,
                "name": one.name,
                "role": one.role.value,
                "deputy_rank": one.deputy_rank,
            }
            for one in people
        ]
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for one in people:
        click.echo(_line(one))


def _line(one: Colleague) -> str:
    rank = f" deputy:{one.deputy_rank}" if one.deputy_rank else ""
    return f"{one.actor} {one.address} {one.role}{rank} {one.name}"


def _person(session: Session, address: Address) -> Colleague:
    me = register.find(session, address)
    if me is None:
        raise click.ClickException(f"no active member of staff has the address {address.text}")
    return me


def _password_hash(personal: Iterable[str], *, from_stdin: bool) -> str | None:
    """Hashed before any transaction begins, since that takes a while. Raises PasswordWeak."""
    if from_stdin:
        return passwords.make_hash(sys.stdin.readline().rstrip("\r\n"), personal=personal)
    if not sys.stdin.isatty():
        return None
    typed = click.prompt(
        "Password (empty for none)",
        default="",
        show_default=False,
        hide_input=True,
        confirmation_prompt="The same again",
        err=True,
    )
    return passwords.make_hash(typed, personal=personal) if typed else None
