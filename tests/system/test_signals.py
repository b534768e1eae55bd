"""A signal ends every wait at once, also where it comes at the worst moment."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager

import pytest

from twitter_setup.errors import Interrupted, SetupError
from twitter_setup.system.signals import Stop, ctrl_c_stays_itself

LONG = 10.0  # seconds; nobody waits them


@pytest.fixture(autouse=True)
def usual_ctrl_c() -> Iterator[None]:
    """A `Stop` that was asked to stop leaves Ctrl-C ignored: its program is ending."""
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, former)


@contextmanager
def ctrl_c_that_ends_no_system_call() -> Iterator[None]:
    """As one that comes between the interpreter's last look and the system call: nothing wakes that.

    The signal is blocked here, so the system gives it to the other thread.
    """
    go = threading.Event()

    def press() -> None:
        go.wait()
        time.sleep(0.1)  # by then the wait has begun; where it has not, the test only proves less
        os.kill(os.getpid(), signal.SIGINT)

    other = threading.Thread(target=press, daemon=True)
    other.start()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    go.set()
    try:
        yield
    finally:
        other.join()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def press_ctrl_c() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def waits(stop: Stop) -> None:
    assert stop.wait(LONG)


def sleeps(stop: Stop) -> None:
    with pytest.raises(Interrupted):
        stop.sleep(LONG)


def waits_for_a_result(stop: Stop) -> None:
    with pytest.raises(Interrupted):
        stop.until(Future[None](), LONG)


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="not on Windows")
@pytest.mark.parametrize("wait", [waits, sleeps, waits_for_a_result])
def test_a_signal_that_comes_just_before_a_wait_begins_ends_it(
    wait: Callable[[Stop], None],
) -> None:
    began = time.monotonic()

    with Stop() as stop, ctrl_c_that_ends_no_system_call():
        wait(stop)

    assert time.monotonic() - began < LONG


def test_a_result_ends_the_wait_for_it() -> None:
    future = Future[str]()

    with Stop() as stop:
        threading.Timer(0.05, future.set_result, ["here"]).start()

        assert stop.until(future, LONG) == "here"


def test_what_a_future_raises_is_raised() -> None:
    future = Future[str]()
    future.set_exception(ValueError("broken"))

    with Stop() as stop, pytest.raises(ValueError, match="broken"):
        stop.until(future, LONG)


def test_a_wait_for_a_result_ends_when_its_time_is_over() -> None:
    with Stop() as stop, pytest.raises(TimeoutError):
        stop.until(Future[None](), 0.05)


def test_a_wake_for_nothing_does_not_cut_a_wait_short() -> None:
    done = Future[None]()

    with Stop() as stop:
        threading.Timer(0.02, done.set_result, [None]).start()
        stop.until(done, LONG)
        began = time.monotonic()

        assert not stop.wait(0.1)

    assert time.monotonic() - began >= 0.1


def test_a_result_that_comes_when_nobody_waits_any_more_breaks_nothing() -> None:
    late = Future[None]()
    with Stop() as stop, pytest.raises(TimeoutError):
        stop.until(late, 0.0)

    late.set_result(None)

    assert late.done()


def test_the_handlers_and_the_wakeup_are_as_before_in_the_end() -> None:
    before = signal.getsignal(signal.SIGINT)

    with Stop():
        pass

    assert signal.getsignal(signal.SIGINT) is before
    assert signal.set_wakeup_fd(-1) == -1


def test_a_question_ends_at_a_signal_that_came_just_before_it() -> None:
    class Late(Stop):
        def check(self) -> None:
            os.kill(os.getpid(), signal.SIGINT)
            super().check()

    with Late() as stop, pytest.raises(Interrupted), stop.asking():
        time.sleep(LONG)


def test_only_a_question_is_ended_and_only_by_one_signal() -> None:
    with Stop() as stop:
        with pytest.raises(Interrupted), stop.asking():
            press_ctrl_c()
        press_ctrl_c()  # raises nothing: an undo goes on

    assert stop.is_set()


@pytest.mark.parametrize(("takes_ignored", "is_taken"), [(True, True), (False, False)])
def test_a_ctrl_c_that_a_script_has_ignored(takes_ignored: bool, is_taken: bool) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    with Stop(takes_ignored=takes_ignored) as stop:
        os.kill(os.getpid(), signal.SIGINT)

        assert stop.wait(0.2) is is_taken


def test_a_ctrl_c_that_turned_into_another_error_on_its_way_out_is_a_ctrl_c() -> None:
    def wait() -> None:
        try:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(LONG)
        finally:
            threading.Lock().release()  # as `Condition.wait`, interrupted while it takes its lock

    with pytest.raises(KeyboardInterrupt), ctrl_c_stays_itself():
        wait()

    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("error", [RuntimeError("ours"), SetupError("strapi_down", "Not there.")])
def test_without_a_ctrl_c_an_error_is_what_it_was(error: Exception) -> None:
    with pytest.raises(type(error)) as caught, ctrl_c_stays_itself():
        raise error

    assert caught.value is error


def test_what_a_ctrl_c_left_half_done_is_still_told() -> None:
    told = SetupError("interrupted", "Stopped.", unchanged="The key is in Strapi.")

    def work() -> None:
        try:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(LONG)
        except KeyboardInterrupt:
            raise told from None

    with pytest.raises(SetupError) as caught, ctrl_c_stays_itself():
        work()

    assert caught.value is told
