"""A relay as a process: prints "ready", then delivers whatever is due until it is ended."""

import time

import django

django.setup()

from tracing.relay import Relay  # noqa: E402 -- Django first

if __name__ == "__main__":
    print("ready", flush=True)
    while True:
        Relay().run(seconds=60)
        time.sleep(0.01)
