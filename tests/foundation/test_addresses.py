"""Addresses: what carriers issued lives, what could break a header or a dialogue does not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.addresses import Address, AddressInvalid

_LOCALS = st.text(alphabet="abcXYZ019.+-_!#$%&'*/=?^`{|}~", min_size=1, max_size=64)
_DOMAINS = st.sampled_from(["docomo.ne.jp", "EZweb.ne.jp", "i.softbank.jp", "example.jp", "日本語.jp", "x--y.jp"])


@pytest.mark.parametrize(
    ("typed", "stored", "on_the_wire"),
    [
        ("hanako@example.jp", "hanako@example.jp", "hanako@example.jp"),
        ("a..b@docomo.ne.jp", "a..b@docomo.ne.jp", '"a..b"@docomo.ne.jp'),
        ("a.@ezweb.ne.jp", "a.@ezweb.ne.jp", '"a."@ezweb.ne.jp'),
        (".a@docomo.ne.jp", ".a@docomo.ne.jp", '".a"@docomo.ne.jp'),
        ("-a-@docomo.ne.jp", "-a-@docomo.ne.jp", "-a-@docomo.ne.jp"),
        ('"a..b"@docomo.ne.jp', "a..b@docomo.ne.jp", '"a..b"@docomo.ne.jp'),
        (r'"a\.b"@example.jp', "a.b@example.jp", "a.b@example.jp"),
        (" <Hanako@Example.JP> ", "hanako@example.jp", "hanako@example.jp"),
        ("ｈａｎａｋｏ＠ｅｘａｍｐｌｅ．ｊｐ", "hanako@example.jp", "hanako@example.jp"),
        ("　hana−ko@example。jp　", "hana-ko@example.jp", "hana-ko@example.jp"),
        ("\u3000hanako@example.jp\u00a0", "hanako@example.jp", "hanako@example.jp"),
        ("\ufeff\u202ahanako@example.jp\u202c", "hanako@example.jp", "hanako@example.jp"),
        ("hanako@example.jp.", "hanako@example.jp", "hanako@example.jp"),
        ("hanako@example.jp。", "hanako@example.jp", "hanako@example.jp"),
        ("mailto:hanako@example.jp", "hanako@example.jp", "hanako@example.jp"),
        (" MAILTO:Hanako@example.jp ", "hanako@example.jp", "hanako@example.jp"),
        ("<mailto:a..b@docomo.ne.jp?subject=x&body=y@z>", "a..b@docomo.ne.jp", '"a..b"@docomo.ne.jp'),
        ("ｍａｉｌｔｏ：ｈａｎａｋｏ＠ｅｘａｍｐｌｅ．ｊｐ．", "hanako@example.jp", "hanako@example.jp"),
        ("a...@docomo.ne.jp", "a...@docomo.ne.jp", '"a..."@docomo.ne.jp'),
        ("a+tag/x=y@example.jp", "a+tag/x=y@example.jp", "a+tag/x=y@example.jp"),
        ("a@日本語.jp", "a@xn--wgv71a119e.jp", "a@xn--wgv71a119e.jp"),
        ("a@XN--WGV71A119E.jp", "a@xn--wgv71a119e.jp", "a@xn--wgv71a119e.jp"),
    ],
)
def test_an_address_that_works_is_taken_and_stored_in_one_form(typed: str, stored: str, on_the_wire: str) -> None:
    address = Address.parse(typed)

    assert (address.text, str(address), address.envelope) == (stored, stored, on_the_wire)
    assert f"{address.local}@{address.domain}" == stored


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("<>", "empty"),
        ("@example.jp", "empty"),
        ("a@", "empty"),
        ("a@example.jp\r\nBcc: b@example.jp", "control"),
        ("a@example.jp\n", "control"),
        ("\ra@example.jp", "control"),
        ("a\0@example.jp", "control"),
        ("a\x85@example.jp", "control"),
        ("a b@example.jp", "space"),
        ('"a b"@example.jp', "space"),
        ("a@example.jp b@example.jp", "space"),
        ("a\u2028@example.jp", "space"),
        ("example.jp", "at-sign"),
        ("a@b@docomo.ne.jp", "at-sign"),
        ("あ@example.jp", "local"),
        ("\u212aelvin@example.jp", "local"),
        ('a"b@example.jp', "local"),
        ("ab[c@example.jp", "local"),
        ("a,b@example.jp", "local"),
        ('""@example.jp', "local"),
        ("<<a>@example.jp>", "local"),
        ("a@localhost", "domain"),
        ("a@example..jp", "domain"),
        ("a@.example.jp", "domain"),
        ("a@example.jp..", "domain"),
        ("a@.", "empty"),
        ("mailto:", "empty"),
        ("mailto:?to=a@example.jp", "empty"),
        ("mailto:mailto:a@example.jp", "local"),
        ("mailto:a%40example.jp", "at-sign"),
        ("\u200b", "empty"),
        ("a\u200b@example.jp", "local"),
        ("a@-example.jp", "domain"),
        ("a@example-.jp", "domain"),
        ("a@exam_ple.jp", "domain"),
        ("a@192.0.2.1", "domain"),
        ("a@[192.0.2.1]", "domain"),
        ("a@[IPv6:2001:db8::1]", "domain"),
        ("a@example.j", "domain"),
        (f"a@{'x' * 64}.jp", "domain"),
        (f"{'a' * 65}@example.jp", "length"),
        (f"a@{'.'.join(['x' * 60] * 5)}.jp", "length"),
        ("a" * 100_000, "length"),
    ],
)
def test_what_cannot_be_an_address_is_refused_with_a_reason(typed: str, reason: str) -> None:
    with pytest.raises(AddressInvalid) as refused:
        Address.parse(typed)

    assert refused.value.reason == reason
    assert str(refused.value).endswith("。")
    assert "example" not in str(refused.value)


def test_an_address_in_a_traceback_does_not_tell_whose_it_is() -> None:
    shown = repr(Address.parse("hanako@example.jp"))

    assert "hanako" not in shown
    assert "example.jp" in shown


@settings(max_examples=150)
@given(_LOCALS, _DOMAINS)
def test_normalising_twice_equals_once(local: str, domain: str) -> None:
    address = Address.parse(f"{local}@{domain}")

    assert Address.parse(address.text) == address
    assert Address.parse(address.envelope) == address
    assert address.text == address.text.lower()
    assert address.text.isascii()


@settings(max_examples=200)
@given(st.one_of(st.text(max_size=60), st.tuples(st.text(max_size=20), st.text(max_size=20)).map("@".join)))
def test_nothing_but_address_invalid_comes_out_of_any_text(text: str) -> None:
    try:
        address = Address.parse(text)
    except AddressInvalid:
        return

    assert Address.parse(address.text) == address
    assert not set(address.envelope) & set("\r\n\0 <>")
