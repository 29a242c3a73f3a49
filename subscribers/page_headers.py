"""The headers that every page for residents carries."""

from types import MappingProxyType

_EVERY_PAGE = {
    # A page behind a personal link must not tell that link to the next site.
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    # No script at all, and nothing from elsewhere.
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
}

# Seconds for which browsers and the city's proxy may show a page that is the same for everybody without asking anew: a
# correction must not be late, and after an earthquake not everybody has to be answered by us.
KEPT_SECONDS = 20

PUBLIC = MappingProxyType(_EVERY_PAGE)
# The same for everybody.
KEPT = MappingProxyType({**_EVERY_PAGE, "Cache-Control": f"public, max-age={KEPT_SECONDS}"})
# The same, of what tells of a person: a search engine would show it long after it is redacted here.
UNLISTED = MappingProxyType({**KEPT, "X-Robots-Tag": "noindex, noarchive"})
# For what belongs to one resident: kept by no cache, found by no search engine.
PERSONAL = MappingProxyType({**_EVERY_PAGE, "Cache-Control": "no-store", "X-Robots-Tag": "noindex"})
