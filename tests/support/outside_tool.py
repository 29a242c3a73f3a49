"""Programs of the system that judge what we made: absent on a bare machine, never in CI."""

import os
import shutil
import subprocess

import pytest


def needs(program: str, package: str) -> str:
    """Its path; skips the test where it is not installed, and fails in CI."""
    found = shutil.which(program)
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(f"no {program} on this machine, and in CI nothing is skipped")
        pytest.skip(f"no {program} on this machine (Debian package {package})")
    return found


def told(program: str, *arguments: str, package: str) -> str:
    """What it writes; an end that is not good raises CalledProcessError."""
    done = subprocess.run([needs(program, package), *arguments], capture_output=True, text=True, check=True)
    return done.stdout
