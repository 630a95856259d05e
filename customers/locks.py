"""Only one at a time writes many of the shop's rows."""

from collections.abc import Callable

from django.db import connection

SHOP_ROWS = 0x5B0B_A551  # an arbitrary number that means this lock everywhere


def lock_shop(waiting: Callable[[], None] | None = None) -> None:
    """Wait until nobody else holds this lock, and hold it to the end of the transaction.

    `waiting` is called once if that takes any time. Two writers of many rows would otherwise lock
    the same rows in different order, and one of them would die.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SHOP_ROWS])
        if not cursor.fetchone()[0]:
            if waiting:
                waiting()
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SHOP_ROWS])
