"""notify's rules, for every value they may meet."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain import BACKOFF, MOST_RESENDS, Delivery, MessageState, after_attempt

attempts = st.integers(1, 30)


@given(st.sampled_from(Delivery), attempts)
def test_a_message_waits_exactly_when_it_is_due_again(delivery: Delivery, count: int) -> None:
    state, wait = after_attempt(delivery, count)

    assert (wait is not None) is (state is MessageState.DUE)


@given(st.sampled_from(Delivery), attempts)
def test_only_what_the_mail_server_took_is_called_sent(delivery: Delivery, count: int) -> None:
    assert (after_attempt(delivery, count)[0] is MessageState.SENT) is (delivery is Delivery.TAKEN)


@given(attempts)
def test_what_was_refused_for_good_is_never_tried_again(count: int) -> None:
    assert after_attempt(Delivery.REFUSED, count) == (MessageState.FAILED, None)


@given(attempts)
def test_what_may_have_been_sent_is_never_called_failed(count: int) -> None:
    assert after_attempt(Delivery.LOST, count)[0] is not MessageState.FAILED


@given(attempts)
def test_an_uncertain_message_is_sent_again_a_few_times_only(count: int) -> None:
    again = after_attempt(Delivery.LOST, count)[0] is MessageState.DUE

    assert again is (count <= MOST_RESENDS)


@given(st.sampled_from([Delivery.LATER, Delivery.LOST]), attempts)
def test_each_wait_is_longer_than_the_last(delivery: Delivery, count: int) -> None:
    now, then = after_attempt(delivery, count)[1], after_attempt(delivery, count + 1)[1]

    if now and then:
        assert timedelta(0) < now < then


def test_everything_ends() -> None:
    for delivery in Delivery:
        assert after_attempt(delivery, len(BACKOFF) + 1)[0] is not MessageState.DUE
