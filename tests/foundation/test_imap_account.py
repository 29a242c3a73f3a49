"""The mailbox that mail is fetched from, as it is written in one setting."""

import pytest

from foundation.imap_account import ImapAccount, ImapSecurity, imap_account
from foundation.setting_values import is_this_machine


@pytest.mark.parametrize(
    ("text", "account"),
    [
        (
            "imaps://taro%40city.example.jp:p%40ss%2Fw@imap.example.jp/INBOX",
            ImapAccount(
                "imap.example.jp",
                993,
                ImapSecurity.TLS,
                user="taro@city.example.jp",
                password="p@ss/w",
                mailbox="INBOX",
            ),
        ),
        (
            "imap+starttls://a:b@imap.example.jp:1430/%E7%99%BB%E9%8C%B2/%E6%96%B0",
            ImapAccount("imap.example.jp", 1430, ImapSecurity.STARTTLS, user="a", password="b", mailbox="登録/新"),
        ),
        (
            "imap://a:b@10.0.0.9",
            ImapAccount("10.0.0.9", 143, ImapSecurity.CLEAR, user="a", password="b", mailbox="INBOX"),
        ),
        (
            "imaps://a:b@[::1]/",
            ImapAccount("::1", 993, ImapSecurity.TLS, user="a", password="b", mailbox="INBOX"),
        ),
    ],
)
def test_a_mailbox_is_read_with_its_ports_and_names(text: str, account: ImapAccount) -> None:
    assert imap_account(text) == account


def test_it_is_told_without_user_and_password() -> None:
    assert str(imap_account("imaps://taro:hush@[fd00::1]/INBOX")) == "imaps://[fd00::1]:993/INBOX"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "::1"])
def test_loopback_is_this_machine(host: str) -> None:
    assert is_this_machine(host)


@pytest.mark.parametrize("host", ["10.0.0.1", "imap.example.jp", "fd00::1", "localhost.example.jp"])
def test_a_private_address_or_a_name_is_not(host: str) -> None:
    assert not is_this_machine(host)
