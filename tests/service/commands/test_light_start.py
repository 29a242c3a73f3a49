"""A mail server starts `deliver-mail` once a mail: it loads what taking in a mail needs, and no more."""

import subprocess
import sys

LOADED = "import sys; from service.commands import run; run(['deliver-mail', '--help']); print(*sys.modules, sep='\\n')"
REST_OF_THE_HOUSE = ("fastapi", "alembic", "apscheduler", "service.home", "admin", "bulletins")


def test_to_take_in_a_mail_the_rest_of_the_house_is_not_loaded() -> None:
    loaded = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True).stdout.split()

    assert "service.recipients" in loaded
    assert [name for name in REST_OF_THE_HOUSE if name in loaded] == []
