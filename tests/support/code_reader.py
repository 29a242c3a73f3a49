"""QR codes read by zbar, which is not ours."""

import subprocess
from pathlib import Path

from PIL import Image

from tests.support.outside_tool import needs


def codes_in(picture: Image.Image, scratch: Path) -> list[str]:
    """What stands in each code of the picture, in no order; empty where none can be read."""
    path = scratch / "to-read.png"
    picture.save(path)
    zbar = needs("zbarimg", "zbar-tools")
    # It ends with 4 where it found nothing.
    done = subprocess.run(
        [zbar, "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 4), done.stderr
    return done.stdout.splitlines()
