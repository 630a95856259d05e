"""docker-compose.yml without a Docker: against its schema, against our settings, and against what it says of itself."""

import ast
import os
import re
import stat
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.management import get_commands

from shopassist.cluster import ADMIN, EXTENSIONS, PORT, cluster
from tests.operations import compose
from tests.operations.processes import PROJECT

ENVIRONMENT = compose.an_environment()
COMPOSE = compose.filled(ENVIRONMENT)
SERVICES = COMPOSE["services"]
OURS = ["migrate", "web", "worker", "beat"]
EXAMPLE = (PROJECT / ".env.example").read_text()

# docs/deployment.md says why
WRITE_BESIDE_THEIR_VOLUMES = {"ollama", "langfuse-web", "langfuse-worker", "clickhouse", "minio"}
# of https://langfuse.com/self-hosting/configuration and …/self-hosting/administration/headless-initialization
OF_LANGFUSE = {
    "DATABASE_URL", "SALT", "ENCRYPTION_KEY", "NEXTAUTH_URL", "NEXTAUTH_SECRET", "HOSTNAME", "TELEMETRY_ENABLED",
    "AUTH_DISABLE_SIGNUP", "CLICKHOUSE_MIGRATION_URL", "CLICKHOUSE_URL", "CLICKHOUSE_USER", "CLICKHOUSE_PASSWORD",
    "CLICKHOUSE_CLUSTER_ENABLED", "REDIS_HOST", "REDIS_PORT", "REDIS_AUTH", "LANGFUSE_S3_EVENT_UPLOAD_BUCKET",
    "LANGFUSE_S3_EVENT_UPLOAD_PREFIX", "LANGFUSE_S3_EVENT_UPLOAD_REGION", "LANGFUSE_S3_EVENT_UPLOAD_ENDPOINT",
    "LANGFUSE_S3_EVENT_UPLOAD_ACCESS_KEY_ID", "LANGFUSE_S3_EVENT_UPLOAD_SECRET_ACCESS_KEY",
    "LANGFUSE_S3_EVENT_UPLOAD_FORCE_PATH_STYLE", "LANGFUSE_INIT_ORG_ID", "LANGFUSE_INIT_ORG_NAME",
    "LANGFUSE_INIT_PROJECT_ID", "LANGFUSE_INIT_PROJECT_NAME", "LANGFUSE_INIT_PROJECT_PUBLIC_KEY",
    "LANGFUSE_INIT_PROJECT_SECRET_KEY", "LANGFUSE_INIT_USER_EMAIL", "LANGFUSE_INIT_USER_NAME",
    "LANGFUSE_INIT_USER_PASSWORD",
}  # fmt: skip


def read_by_settings() -> set[str]:
    """The names that settings.py gives to the functions that read the environment."""
    tree = ast.parse((PROJECT / "shopassist" / "settings.py").read_text())
    names = set()
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if ast.unparse(call.func).startswith("env.") or ast.unparse(call.func) in {"secret", "os.environ.setdefault"}:
            names |= {argument.value for argument in call.args if isinstance(argument, ast.Constant)}
    return {name for name in names if isinstance(name, str) and re.fullmatch("[A-Z][A-Z0-9_]+", name)}


def test_it_fits_the_published_schema():
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", compose.FILE],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_what_is_asked_for_is_explained_and_what_is_explained_is_asked_for():
    explained = set(re.findall(r"^(?:# )?([A-Z_]+)=", EXAMPLE, re.MULTILINE))
    assert explained - {"COMPOSE_PROFILES"} == compose.variables(compose.FILE.read_text())  # that one is Compose's own


def test_defaults_in_the_example_are_those_that_hold():
    given = dict(re.findall(r"\$\{(\w+):-([^}]*)\}", compose.FILE.read_text()))
    told = dict(re.findall(r"^# ([A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE))
    empty = {"COMPOSE_PROFILES", "LANGFUSE_PUBLIC_URL"}  # the latter's default is LangFuse's own address
    assert {name: told[name] for name in told if name not in empty} == {n: given[n] for n in given if n not in empty}


@pytest.mark.parametrize("name", sorted(ENVIRONMENT))
def test_nothing_starts_with_a_default_secret(name):
    with pytest.raises(compose.Missing, match=name):
        compose.filled({**ENVIRONMENT, name: ""})


def test_secrets_are_made_apart_and_kept_from_others(tmp_path):
    (tmp_path / "deploy").mkdir()
    for file in ("deploy/make_env.py", ".env.example"):
        (tmp_path / file).write_bytes((PROJECT / file).read_bytes())
    command = [sys.executable, tmp_path / "deploy" / "make_env.py", "shop.example", "staff@shop.example"]
    assert subprocess.run(command, check=False).returncode == 0
    made = (tmp_path / ".env").read_text()
    secrets = re.findall(r"[0-9a-f]{64}", made)
    assert len(secrets) == len(set(secrets)) == made.count("=pk-lf-") + EXAMPLE.count("<secret>\n") - 1
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600
    again = subprocess.run(command, check=False, capture_output=True, text=True)
    assert again.returncode == 1
    assert "already" in again.stderr
    assert (tmp_path / ".env").read_text() == made
    assert ".env" in (PROJECT / ".gitignore").read_text().splitlines()


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_may_do_no_more_than_it_must(name):
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service.get("read_only", False) is (name not in WRITE_BESIDE_THEIR_VOLUMES)
    assert "healthcheck" in service or name == "web"  # the image has web's
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
    assert service.get("ports", []) == [] or "outward" in service["networks"]
    assert "build" in service or re.search(r":(v|RELEASE\.)?\d+[.-]\d+", service["image"]), "not pinned"


def test_only_who_has_to_reaches_the_world():
    assert {name for name, network in COMPOSE["networks"].items() if not network.get("internal")} == {"outward"}
    outward = {name for name, service in SERVICES.items() if "outward" in service["networks"]}
    assert outward == {*OURS, "ollama", "grafana", "langfuse-web"}


@pytest.mark.parametrize("name", SERVICES)
def test_the_services_that_it_names_are_there_and_can_be_reached(name):
    service = SERVICES[name]
    urls = [value for value in service.get("environment", {}).values() if "://" in value]
    hosts = {host for url in urls if (host := urlsplit(url).hostname) and "." not in host}
    hosts |= {service.get("environment", {}).get("REDIS_HOST")} - {None}
    for other in {*hosts, *service.get("depends_on", [])}:
        assert set(SERVICES[other]["networks"]) & set(service["networks"]), other
        assert set(SERVICES[other].get("profiles", [])) <= {"ollama", *service.get("profiles", ["langfuse"])}, other


@pytest.mark.parametrize("name", SERVICES)
def test_what_it_mounts_is_there(name):
    for volume in SERVICES[name].get("volumes", []):
        source = volume.split(":")[0]
        assert (PROJECT / source).exists() if source.startswith(".") else source in COMPOSE["volumes"], volume


@pytest.mark.parametrize("name", OURS)
def test_our_services_are_given_settings_that_exist(name):
    assert set(SERVICES[name]["environment"]) <= read_by_settings()


def test_langfuse_is_given_settings_that_it_documents():
    assert set(SERVICES["langfuse-web"]["environment"]) == OF_LANGFUSE
    assert SERVICES["langfuse-worker"]["environment"] == SERVICES["langfuse-web"]["environment"]
    ours = SERVICES["worker"]["environment"]
    theirs = SERVICES["langfuse-web"]["environment"]
    for key in ("PUBLIC_KEY", "SECRET_KEY"):
        assert ours[f"LANGFUSE_{key}"] == theirs[f"LANGFUSE_INIT_PROJECT_{key}"]
    assert ours["LANGFUSE_PROJECT_ID"] == theirs["LANGFUSE_INIT_PROJECT_ID"]


@pytest.mark.parametrize("name", OURS)
def test_our_commands_exist(name):
    command = SERVICES[name].get("command", ["python", "manage.py", "serve"])
    if command[0] == "celery":
        done = subprocess.run([sys.executable, "-m", *command, "--help"], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
    else:
        assert command[:2] == ["python", "manage.py"]
        assert command[2] in get_commands()


@pytest.mark.parametrize(("name", "enabled"), [("web", "no"), ("worker", "yes")])
def test_production_settings_load_without_a_warning(name, enabled, tmp_path):
    environment = compose.filled(ENVIRONMENT | {"LANGFUSE_ENABLED": enabled})["services"][name]["environment"]
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=PROJECT, env={"PATH": "/usr/bin:/bin", "DATA_DIR": str(tmp_path), **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


def test_each_store_asks_for_the_password_that_its_users_have():
    shop, langfuse = SERVICES["web"]["environment"], SERVICES["langfuse-web"]["environment"]
    assert urlsplit(shop["DATABASE_URL"]).password == SERVICES["postgres"]["environment"]["SHOP_DB_PASSWORD"]
    assert urlsplit(shop["CACHE_URL"]).password in SERVICES["redis"]["command"]
    assert langfuse["REDIS_AUTH"] in SERVICES["langfuse-redis"]["command"]
    of_langfuse = SERVICES["langfuse-postgres"]["environment"]["POSTGRES_PASSWORD"]
    assert urlsplit(langfuse["DATABASE_URL"]).password == of_langfuse
    assert langfuse["CLICKHOUSE_PASSWORD"] == SERVICES["clickhouse"]["environment"]["CLICKHOUSE_PASSWORD"]
    key = langfuse["LANGFUSE_S3_EVENT_UPLOAD_SECRET_ACCESS_KEY"]
    assert key == SERVICES["minio"]["environment"]["MINIO_ROOT_PASSWORD"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(bool(settings.DATABASE_URL), reason="needs the superuser of the embedded PostgreSQL")
def test_the_database_is_made_with_its_extensions_for_a_role_that_is_no_superuser():
    here = cluster(settings.DATA_DIR)
    script = (PROJECT / "deploy" / "postgres" / "10-shop.sh").read_text().replace("shopassist", "deployed")
    of_superuser = {"PGHOST": str(here.sockets), "PGPORT": str(PORT), "PGPASSWORD": here.admin_password}
    path = f"{here.programs}:{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-c", script], env={"PATH": path, "SHOP_DB_PASSWORD": "it's one", **of_superuser},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    try:
        assert done.returncode == 0, done.stderr
        with here.connect("deployed") as connection:
            there = {name for (name,) in connection.execute("SELECT extname FROM pg_extension")}
            rights = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = 'deployed'").fetchone()
        assert there >= set(EXTENSIONS)
        assert rights == (False,)
    finally:
        with here.connect(ADMIN) as admin:
            admin.execute("DROP DATABASE IF EXISTS deployed")
            admin.execute("REVOKE SET ON PARAMETER session_replication_role FROM deployed")
            admin.execute("DROP ROLE IF EXISTS deployed")
