"""Ctrl-C at a bad moment."""

import subprocess
import sys

import pytest
from django.contrib.auth.models import User

from shopassist import demo
from shopassist.management.commands.run import Command
from tests.factories import a_customer
from tests.operations.processes import PROJECT

AT_IMPORT = """
import os, signal, sys
sys.argv = ["manage.py", "check"]
class Interrupted:
    def find_spec(self, name, path=None, target=None):
        if name == "django":
            os.kill(os.getpid(), signal.SIGINT)
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.meta_path.insert(0, Interrupted())
import manage
sys.exit(manage.main())
"""


@pytest.mark.django_db
def test_no_account_is_made_whose_password_nobody_saw(monkeypatch):
    def interrupted() -> None:
        raise KeyboardInterrupt

    a_customer(external_id="887", is_sample=True)
    monkeypatch.setattr(demo, "train_classifier", interrupted)
    with pytest.raises(KeyboardInterrupt):
        Command().prepare(show=False)
    assert not User.objects.exists()


def test_ctrl_c_is_quiet_from_the_first_moment():
    ended = subprocess.run([sys.executable, "-c", AT_IMPORT], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (130, "")
