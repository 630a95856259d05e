import pytest

from shopassist.doctor import database, ollama, variables
from tests.ollama_server import running_ollama
from tracing.doctor.findings import also_checked


def test_the_doctor_runs_these_checks():
    assert {database, ollama, variables} <= set(also_checked)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("LANGFUSE_PULIC_KEY", "LANGFUSE_PUBLIC_KEY"),
        ("LANGFUSE_SECRETKEY", "LANGFUSE_SECRET_KEY"),
        ("LANGFUSE_URL", "LANGFUSE_HOST"),
        ("langfuse_host", "LANGFUSE_HOST"),
        ("LANGFUSE_FLUSH_AT", "nothing, the relay sends"),
        ("LANGFUSE_WHATEVER_ELSE", "unknown"),
        ("OLAMA_BASE_URL", "OLLAMA_BASE_URL"),
    ],
)
def test_a_mistyped_or_foreign_variable_is_named(monkeypatch, name, meant):
    monkeypatch.setenv(name, "sk-lf-secret")
    (finding,) = variables()
    assert finding.state == "warning"
    assert f"{name} (meant: {meant}?)" in finding.seen
    assert "sk-lf-secret" not in str(finding)


@pytest.mark.parametrize("name", ["LANGFUSE_BASE_URL", "LANGFUSE_SECRET_KEY_FILE", "LANGFUSE_INIT_ORG_ID", "LANGUAGE"])
def test_what_is_read_or_not_ours_is_no_mistake(monkeypatch, name):
    monkeypatch.setenv(name, "1")
    assert not [finding for finding in variables() if name in finding.seen]


@pytest.mark.django_db
def test_the_database_says_its_version():
    (finding,) = database()
    assert (finding.state, finding.title) == ("ok", "PostgreSQL answers")
    assert finding.seen[0].isdigit()


def test_a_database_that_is_gone(monkeypatch, django_db_blocker):
    from django.db import connection

    with django_db_blocker.unblock():
        connection.close()
        monkeypatch.setitem(connection.settings_dict, "HOST", "/nowhere")
        (finding,) = database()
        connection.close()
    assert (finding.state, finding.title) == ("problem", "PostgreSQL does not answer")


def test_ollama_is_not_asked_where_rules_answer():
    (finding,) = ollama()
    assert finding.title == "rules answer, no language model is asked"


def test_ollama_and_its_models(settings):
    settings.LLM_BACKEND = "ollama"
    settings.LLM_MODELS = {"intent": "llama3.2:3b", "response": "mistral", "judge": ""}
    with running_ollama() as server:
        settings.OLLAMA_BASE_URL = server.base_url
        server.pulled = ["llama3.2:3b"]
        (finding,) = ollama()
        assert (finding.state, finding.seen) == ("problem", "mistral:latest")
        assert finding.todo == "ollama pull mistral:latest"
        server.pulled.append("mistral:latest")
        (finding,) = ollama()
        assert (finding.state, finding.title) == ("ok", "Ollama has the models")
    (finding,) = ollama()
    assert (finding.state, finding.title) == ("problem", "Ollama does not answer")
