"""Locks between processes: on files, so that they end with whoever holds them, even after kill -9."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shopassist.refusal import Refusal

SHARED, ALONE = fcntl.LOCK_SH, fcntl.LOCK_EX
PATIENCE = 60  # seconds


@contextmanager
def locked(path: Path, patience: float = PATIENCE) -> Iterator[None]:
    """Alone in the block; waits for others. Raises Refusal after `patience` seconds."""
    handle = open_lock(path)
    try:
        wait_for_lock(handle, ALONE, patience)
        yield
    finally:
        os.close(handle)


def is_locked(path: Path) -> bool:
    handle = open_lock(path)
    try:
        return not try_lock(handle, ALONE)
    finally:
        os.close(handle)


def open_lock(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)


def try_lock(handle: int, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def wait_for_lock(handle: int, kind: int, patience: float = PATIENCE) -> None:
    give_up = time.monotonic() + patience
    while not try_lock(handle, kind):
        if time.monotonic() > give_up:
            raise Refusal("Another ShopAssist process has been starting or stopping for a minute; try again later.")
        time.sleep(0.05)
