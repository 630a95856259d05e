#!/usr/bin/env python
"""ShopAssist's command line."""

import os
import sys

WITHOUT_DATABASE = {"help", "version", "check", "spectacular", "run"}  # `run` starts it after a look at the port


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shopassist.settings")
    try:
        return execute()
    except KeyboardInterrupt:
        return 130  # what a shell expects of a program that Ctrl-C ended
    except BrokenPipeError:  # whoever reads our output has enough of it: `… | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


def execute() -> int:
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    from shopassist import embedded
    from shopassist.refusal import Refusal

    asks_for_help = len(sys.argv) < 2 or bool({"-h", "--help", "--version"} & set(sys.argv))
    try:
        if not settings.DATABASE_URL and not asks_for_help and sys.argv[1] not in WITHOUT_DATABASE:
            embedded.ensure_running(settings.DATA_DIR)
        execute_from_command_line(sys.argv)
    except (Refusal, ImproperlyConfigured) as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except OperationalError as error:
        if "--traceback" in sys.argv or getattr(error.__cause__, "sqlstate", None):
            raise  # a statement failed, not the connection
        print(f"PostgreSQL cannot be used: {' '.join(str(error).split())}", file=sys.stderr)
        print("Look whether it runs and DATABASE_URL is right; `manage.py doctor` says more.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
