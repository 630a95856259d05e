import subprocess
import sys

import pytest
from django.core import checks
from django.core.cache import cache
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import override_settings

from shopassist import preparation
from shopassist import settings as settings_module
from tests.operations.processes import PROJECT

PRODUCTION = {
    "SHOPASSIST_ENV": "production",
    "PUBLIC_URL": "https://shop.example",
    "DATABASE_URL": "postgres://shop@db.example/shop",
    "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnop",
    "PSEUDONYM_KEY": "of this test",
    "BEHIND_PROXY": "yes",
}


def check(environment: dict[str, str], *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "check", *options],
        cwd=PROJECT, env={"PATH": "/usr/bin:/bin", **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_production_has_no_warnings_and_uses_no_local_secrets(tmp_path):
    done = check(PRODUCTION | {"DATA_DIR": str(tmp_path / "data")}, "--deploy", "--fail-level", "WARNING")
    assert (done.returncode, done.stderr) == (0, "")
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("name", ["SECRET_KEY", "PSEUDONYM_KEY", "DATABASE_URL"])
def test_production_refuses_to_start_without(name):
    done = check({key: value for key, value in PRODUCTION.items() if key != name})
    assert done.returncode == 1
    assert done.stderr.startswith(f"{name} is not set; ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("LOG_LEVEL", "LOUD", "LOG_LEVEL='LOUD' is none of CRITICAL, DEBUG, ERROR, INFO, WARNING."),
        ("PORT", "http", "PORT='http' is no number."),
        ("PORT", "nan", "PORT='nan' is no number."),
        ("PORT", "1e400", "PORT='1e400' is no number."),
        ("LANGFUSE_SAMPLE_RATE", "1.5", "LANGFUSE_SAMPLE_RATE=1.5 is no share from 0 to 1."),
        ("LANGFUSE_SAMPLE_RATE", "-0.1", "LANGFUSE_SAMPLE_RATE=-0.1 is no share from 0 to 1."),
        ("TIME_ZONE", "Mars/X", "TIME_ZONE='Mars/X' is no time zone such as Europe/Berlin."),
        ("CURRENCY", "<b>", "CURRENCY='<b>' is not of the form USD."),
        ("PUBLIC_URL", "shop.example", "PUBLIC_URL has to begin with http:// or https://."),
        ("DATABASE_URL", "mysql://shop:secret@db/shop", "DATABASE_URL has to begin with postgres:// or postgresql://."),
        ("CACHE_URL", "memcached://cache", "CACHE_URL has to begin with redis:// or rediss:// or unix://."),
        ("LANGFUSE_HOST", "langfuse.local", "LANGFUSE_HOST has to begin with http:// or https://."),
        ("OLLAMA_BASE_URL", "ollama:11434", "OLLAMA_BASE_URL has to begin with http:// or https://."),
        ("WEB_CONCURRENCY", "2", "WEB_CONCURRENCY above 1 needs CELERY_BROKER_URL and CACHE_URL: "),
        ("ENABLE_METRICS", "perhaps", "ENABLE_METRICS='perhaps' is neither true nor false."),
        ("SHOPASSIST_ENV", "prod", "SHOPASSIST_ENV='prod' is none of development, production."),
    ],
)
def test_a_wrong_setting_is_one_sentence(name, value, sentence):
    done = check(PRODUCTION | {name: value})
    assert done.returncode == 1
    assert done.stderr.startswith(sentence)
    assert done.stderr.count("\n") == 1


def test_numbers_out_of_range_are_errors(settings):
    settings.SENTIMENT_THRESHOLD = 60
    settings.WEB_THREADS = 0
    with pytest.raises(SystemCheckError) as caught:
        call_command("check")
    assert "SENTIMENT_THRESHOLD=60 is not from 0 to 1." in str(caught.value)
    assert "WEB_THREADS=0 is not from 1 to 1000." in str(caught.value)


def test_https_without_a_proxy_is_a_warning(settings):
    settings.SECURE_SSL_REDIRECT, settings.SECURE_PROXY_SSL_HEADER = True, None
    found = {warning.id for warning in checks.run_checks(include_deployment_checks=True)}
    assert "shopassist.W001" in found


def test_strangers_cannot_push_a_limit_out_of_memory():
    with override_settings(CACHES=settings_module.CACHES):
        cache.set("a-limit", 10)
        for stranger in range(2_000):
            cache.set(f"stranger-{stranger}", 1)
        assert cache.get("a-limit") == 10
        cache.clear()


@pytest.mark.django_db
def test_migrating_says_what_the_server_lacks(monkeypatch):
    def asked() -> list[str]:
        return [problem.msg for problem in checks.run_checks(tags=[checks.Tags.database], databases=["default"])]

    assert asked() == []
    monkeypatch.setattr(preparation, "EXTENSIONS", ("vector", "no_such_one"))
    assert asked() == ["The database's server lacks the extension no_such_one; install postgresql-contrib there."]
    monkeypatch.setattr(preparation, "PACKAGES", {"no_such_one": "nosuch"})
    assert asked() == ["The database's server lacks the extension no_such_one; install nosuch there."]
