"""The links of a resident: their pages and their stop address, each with a token for one purpose."""

STOP = "stop"
PREFERENCES = "me"
STOP_MAIL_PREFIX = "kaijo-"


def resident_links(public_url: str) -> dict[str, tuple[str, str]]:
    """For a letter's tail: `{me}`, `{stop}`, and the local part `{stop_mail}` for the header."""
    return {
        "me": (f"{public_url}/me/", PREFERENCES),
        "stop": (f"{public_url}/stop/", STOP),
        "stop_mail": (STOP_MAIL_PREFIX, STOP),
    }
