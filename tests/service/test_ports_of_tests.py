"""What the tests stand on: two servers of one test never get the same port."""

from tests.support.ports import free_port


def test_a_port_given_is_not_given_again_before_somebody_had_time_to_listen_on_it() -> None:
    given = [free_port() for _ in range(300)]

    assert len(set(given)) == 300
