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

PUBLIC = MappingProxyType(_EVERY_PAGE)
# For what belongs to one resident: kept by no cache, found by no search engine.
PERSONAL = MappingProxyType({**_EVERY_PAGE, "Cache-Control": "no-store", "X-Robots-Tag": "noindex"})
