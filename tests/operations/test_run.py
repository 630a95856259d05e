import re
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from psycopg import sql

from tests.operations.processes import first_line, let_go, start_holder
from tests.operations.shop import Shop

LOGIN = re.compile(r"^Sign in as (\S+) with the password (\S+)$", re.MULTILINE)


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    shop = Shop(tmp_path_factory.mktemp("a shop"))
    yield shop
    shop.remove()


@pytest.fixture(scope="module")
def first_run(shop):
    code, out, err = shop.manage("run", "--no-serve")
    assert code == 0, err
    return out


@pytest.fixture
def running(shop, first_run):
    """The database runs, so that a test can look into it."""
    process = start_holder(shop.data)
    assert first_line(process) == "up"
    yield
    let_go(process)


def counts(shop: Shop) -> list[tuple[Any, ...]]:
    return shop.ask(
        "SELECT (SELECT count(*) FROM customers_purchase), (SELECT count(*) FROM customers_review),"
        " (SELECT count(*) FROM recommendations_enginefit), (SELECT count(*) FROM recommendations_recommendation),"
        " (SELECT count(*) FROM tracing_promptversion), (SELECT count(*) FROM auth_user)"
    )


def accepts(shop: Shop, name: str, password: str) -> bool:
    ((hashed,),) = shop.ask("SELECT password FROM auth_user WHERE username = %s", name)
    return PBKDF2PasswordHasher().verify(password, hashed)


def test_the_first_run_answers_a_question_and_shows_how(first_run):
    assert "What else would Kenneth Martinez like?" in first_run
    assert re.search(r"^1\. .+ \(P\d+\), \D*\d+\.\d\d", first_run, re.MULTILINE)
    assert "who also bought your" in first_run
    tree = first_run[first_run.index("personalized_recommendation") :]
    for agent in ("intent_classifier", "customer_profiling", "similar_customers", "candidate_search",
                  "review_filtering", "recommendation", "response_generation"):  # fmt: skip
        assert re.search(rf"─ {agent}  \w+  at [\d.]+ ms  took [\d.]+ ms", tree)


def test_the_passwords_open_the_accounts_and_are_nowhere_in_clear(shop, first_run, running):
    logins = dict(LOGIN.findall(first_run))
    assert set(logins) == {"staff", "customer-887"}
    assert all(accepts(shop, name, password) for name, password in logins.items())
    stored = [path.read_bytes() for path in shop.data.rglob("*") if path.is_file()]
    rows = str(shop.ask("SELECT * FROM auth_user"))
    for password in logins.values():
        assert len(password) >= 16
        assert not any(password.encode() in content for content in stored)
        assert password not in rows


def test_a_second_run_repeats_nothing(shop, first_run, running):
    before = counts(shop)
    code, out, err = shop.manage("run", "--no-serve")
    assert (code, err) == (0, "")
    assert counts(shop) == before
    assert not LOGIN.search(out)
    (trace_id,) = re.findall(r"trace ([0-9a-f]{32})", first_run)
    assert trace_id in out  # the same answer is shown again


def test_a_reader_who_has_enough_is_left_in_peace(shop, first_run, running):
    process = shop.start("run", "--no-serve")
    assert process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait(60) in (0, 141)


def test_reset_demo_makes_new_passwords(shop, first_run, running):
    code, out, err = shop.manage("reset_demo")
    assert (code, err) == (0, "")
    fresh = dict(LOGIN.findall(out))
    assert set(fresh) == {"staff", "customer-887"}
    assert all(accepts(shop, name, password) for name, password in fresh.items())
    assert not any(accepts(shop, name, password) for name, password in LOGIN.findall(first_run))


def test_the_shop_can_stay_empty_and_two_runs_at_once_make_one_account(tmp_path):
    shop = Shop(tmp_path / "empty")
    both = [shop.start("run", "--no-serve", SAMPLE="no") for _ in range(2)]
    said = [process.communicate(timeout=300) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert all("import_shop --purchases FILE" in out for out, _ in said)
    assert [name for out, _ in said for name, _ in LOGIN.findall(out)] == ["staff"]
    assert not any("Kenneth Martinez" in out for out, _ in said)
    shop.remove()


@pytest.fixture
def database(shop, running):
    """Makes a database of its own kind on the running server; its name."""
    with shop.connect("postgres") as admin:
        admin.execute("DROP DATABASE IF EXISTS elsewhere WITH (FORCE)")
        admin.execute("CREATE DATABASE elsewhere TEMPLATE template0")
        yield "elsewhere"
        admin.execute("DROP DATABASE elsewhere WITH (FORCE)")


def run_on(shop: Shop, url: str, data) -> tuple[int, str, str]:
    return replace(shop, data=data).manage("run", "--no-serve", SAMPLE="no", DATABASE_URL=url)


def test_a_database_of_the_shop_s_own_is_used_and_none_started(shop, database, tmp_path):
    with shop.connect(database) as admin:
        admin.execute("ALTER DATABASE elsewhere OWNER TO shopassist")
        admin.execute("CREATE EXTENSION vector")  # the others its owner may create
    code, out, err = run_on(shop, shop.url(database), tmp_path)
    assert (code, err) == (0, "")
    assert "embedded" not in out
    assert shop.ask("SELECT username FROM auth_user", database=database) == [("staff",)]


@pytest.mark.parametrize(
    ("grants", "sentence"),
    [
        ([], "The database's user may not make tables; its owner has to be the one in DATABASE_URL."),
        (
            ["GRANT ALL ON SCHEMA public TO shopassist"],
            "The database lacks what only its superuser may make there: "
            "CREATE EXTENSION pg_trgm; CREATE EXTENSION unaccent; CREATE EXTENSION vector;",
        ),
    ],
)
def test_a_database_that_is_not_fit_is_refused_in_one_sentence(shop, database, tmp_path, grants, sentence):
    with shop.connect(database) as admin:
        for grant in grants:
            admin.execute(sql.SQL(grant))
    code, _, err = run_on(shop, shop.url(database), tmp_path)
    assert (code, err) == (1, f"{sentence}\n")


def test_a_database_out_of_reach_is_one_sentence_without_its_password(shop, tmp_path):
    code, _, err = run_on(shop, "postgres://shop:sesame@127.0.0.1:1/shop", tmp_path)
    assert code == 1
    assert err.startswith("The database cannot be reached; is DATABASE_URL right? ")
    assert err.count("\n") == 1
    assert "sesame" not in err


def test_a_database_that_dies_meanwhile_is_one_sentence(shop, database, tmp_path):
    with shop.connect(database) as admin:
        admin.execute("ALTER DATABASE elsewhere OWNER TO shopassist")
        admin.execute("CREATE EXTENSION vector")
        admin.execute("ALTER ROLE shopassist IN DATABASE elsewhere SET statement_timeout = '1ms'")
        try:
            code, _, err = run_on(shop, shop.url(database), tmp_path)
        finally:
            admin.execute("ALTER ROLE shopassist IN DATABASE elsewhere RESET statement_timeout")
    assert code == 1
    assert "Traceback" not in err
    assert err.count("\n") == 1


def test_no_demo_in_production(shop):
    code, _, err = shop.manage(
        "run", SHOPASSIST_ENV="production", SECRET_KEY="s" * 60, PSEUDONYM_KEY="p", DATABASE_URL="postgres://h/d"
    )
    assert code == 1
    assert err.startswith("`run` makes a demo's accounts; in production use ")


def test_the_roles_of_the_demo_are_as_wide_as_said(shop, running):
    assert shop.ask("SELECT username, is_superuser, is_staff FROM auth_user ORDER BY username") == [
        ("customer-887", False, False),
        ("staff", True, True),
    ]
    with pytest.raises(psycopg.errors.InsufficientPrivilege), psycopg.connect(shop.url("shopassist")) as connection:
        connection.execute("COPY auth_user TO PROGRAM 'cat'")


def test_a_sample_that_was_cleared_comes_back_whole(shop, first_run, running):
    code, _, err = shop.manage("clear_sample")
    assert (code, err) == (0, "")
    code, out, err = shop.manage("run", "--no-serve")
    assert code == 0, err
    assert [name for name, _ in LOGIN.findall(out)] == ["customer-887"]
    assert "who also bought your" in out  # the engine was fitted to it anew
