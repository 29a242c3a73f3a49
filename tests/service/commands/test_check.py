"""`hansho check` and `hansho dkim-record`, as an administrator types them before going live."""

import json
import shutil
from base64 import b64decode
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from foundation.clock import SystemClock
from foundation.settings import load
from mailer.dkim_key import DkimKey
from service import home as assembly
from service.checks import findings
from service.commands.check import check
from service.commands.dkim import dkim_record
from service.entrance import SAMPLE_TOWN
from service.home import Home
from service.schema import migrate
from tests.service.test_signing import LIVE, key_in

READY = {**LIVE, "HANSHO_MAIL_DOMAIN": "mail.example.jp", "HANSHO_PUBLIC_URL": "https://anzen.example.jp"}


def house(folder: Path, settings: dict[str, str] | None = None) -> Home:
    return Home(load({"HANSHO_DATA": str(folder / "var"), **(settings or {})}), SystemClock())


def ready(folder: Path, settings: dict[str, str] | None = None) -> Home:
    made = house(folder, settings)
    migrate(made.database)
    made.database.close()
    return made


def run(given: Home) -> Result:
    result = CliRunner().invoke(check, [], obj=given, standalone_mode=False)
    assert result.exception is None
    given.database.close()
    return result


def told(given: Home) -> set[tuple[str, str]]:
    found = {(finding.verdict.value, finding.what) for finding in findings(given)}
    given.database.close()
    return found


def test_a_practice_service_that_is_ready_passes(tmp_path: Path) -> None:
    result = run(ready(tmp_path))

    assert result.return_value == 0
    assert [line[:6].strip() for line in result.stdout.splitlines()] == ["ok"] * 5 + ["note", "ok", "ok"]


def test_a_live_service_that_signs_passes_and_opens_no_connection(tmp_path: Path) -> None:
    town = tmp_path / "town.toml"
    shutil.copy(SAMPLE_TOWN, town)

    found = told(ready(tmp_path, {**READY, **key_in(tmp_path), "HANSHO_TOWN": str(town)}))

    well = ("settings", "database", "town", "templates", "from", "dkim", "pacing")
    assert found == {("ok", what) for what in well} | {("note", "relays")}


def test_a_database_that_is_not_there_fails_and_is_not_made(tmp_path: Path) -> None:
    found = told(house(tmp_path))

    assert ("failed", "database") in found
    assert ("ok", "templates") in found, "the rest is told all the same"


def test_checking_a_fresh_machine_leaves_no_trace(tmp_path: Path) -> None:
    list(findings(house(tmp_path)))

    assert list(tmp_path.iterdir()) == []


def test_a_database_that_was_not_migrated_fails(tmp_path: Path) -> None:
    given = house(tmp_path)
    given.database.engine.connect().close()

    assert ("failed", "database") in told(given)


def test_a_database_that_does_not_answer_fails_in_one_line(tmp_path: Path) -> None:
    url = "postgresql+psycopg://u:hush@127.0.0.1:1/hansho"

    (said,) = [f for f in findings(house(tmp_path, {"HANSHO_DATABASE_URL": url})) if f.what == "database"]

    assert said.verdict.value == "failed"
    assert "\n" not in said.words
    assert "hush" not in said.words


@pytest.mark.parametrize(
    ("settings", "failed"),
    [
        ({"HANSHO_TOWN": "/nowhere.toml"}, "town"),
        ({"HANSHO_HOURS": "now and then"}, "town"),
        ({"HANSHO_PACING": "no-such-file.toml"}, "pacing"),
        ({"HANSHO_DKIM_KEY": "/nowhere.pem", "HANSHO_DKIM_SELECTOR": "bell"}, "dkim"),
        ({**READY, "HANSHO_MAIL_DOMAIN": "example.com"}, "from"),
    ],
)
def test_what_is_wrong_fails_by_its_name(settings: dict[str, str], failed: str, tmp_path: Path) -> None:
    result = run(ready(tmp_path, settings))

    assert result.return_value == 1
    assert f"failed  {failed}: " in result.stdout


def test_a_key_that_does_not_sign_well_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DkimKey, "sign", lambda _key, _digest: bytes(64))

    assert ("failed", "dkim") in told(ready(tmp_path, {**READY, **key_in(tmp_path)}))


def test_a_notice_template_that_is_left_out_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    templates = tmp_path / "templates"
    shutil.copytree(assembly.TEMPLATES, templates)
    next((templates / "notices").rglob("notice.toml")).write_text("nonsense")
    monkeypatch.setattr(assembly, "TEMPLATES", templates)

    assert ("failed", "templates") in told(ready(tmp_path))


def test_what_serves_and_should_be_known_is_a_note(tmp_path: Path) -> None:
    signing = key_in(tmp_path)
    Path(signing["HANSHO_DKIM_KEY"]).chmod(0o644)

    found = told(ready(tmp_path, {**READY, **signing, "HANSHO_PUBLIC_URL": "http://anzen.example.jp"}))

    assert {("note", "settings"), ("note", "town"), ("note", "dkim")} <= found
    assert not [what for verdict, what in found if verdict == "failed"]


def test_the_checks_as_json_are_one_object_a_line(tmp_path: Path) -> None:
    result = CliRunner().invoke(check, ["--json"], obj=house(tmp_path))

    said = [json.loads(line) for line in result.stdout.splitlines()]
    assert {"verdict", "check", "words"} == set(said[0])
    assert ("failed", "database") in {(each["verdict"], each["check"]) for each in said}


def test_the_record_can_be_pasted_into_a_zone(tmp_path: Path) -> None:
    private = rsa.generate_private_key(65537, 2048)
    given = house(tmp_path, {**READY, **key_in(tmp_path, private)})

    shown = CliRunner().invoke(dkim_record, [], obj=given)
    as_json = json.loads(CliRunner().invoke(dkim_record, ["--json"], obj=given).stdout)

    first, *strings, last = shown.stdout.splitlines()
    assert (first, last) == ("bell._domainkey.mail.example.jp. IN TXT (", ")")
    assert [string.strip().strip('"') for string in strings] == as_json["strings"]
    assert max(map(len, as_json["strings"])) <= 255
    public = load_der_public_key(b64decode("".join(as_json["strings"]).partition("p=")[2]))
    assert public == private.public_key()
    assert (as_json["name"], as_json["type"]) == ("bell._domainkey.mail.example.jp", "TXT")


def test_without_a_key_there_is_no_record(tmp_path: Path) -> None:
    result = CliRunner().invoke(dkim_record, [], obj=house(tmp_path))

    assert result.exit_code == 1
    assert "HANSHO_DKIM_KEY" in result.stderr
