"""The grown shop: several web processes, Celery workers and a cache on a real Redis."""

import os
import re
import signal
import subprocess
import sys
import urllib.request

import pytest

from tests.operations.processes import PROJECT, eventually, first_line, let_go, start_holder
from tests.operations.shop import Shop, ended, free_port, get, server

REDIS_URL = os.environ.get("REDIS_URL", "")

pytestmark = pytest.mark.skipif(not REDIS_URL, reason="REDIS_URL names no Redis to try it with; .ci/run starts one")


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    settings = {"SAMPLE": "no", "CELERY_BROKER_URL": REDIS_URL, "CACHE_URL": REDIS_URL, "WEB_CONCURRENCY": "2"}
    shop = Shop(tmp_path_factory.mktemp("grown"), settings=settings)
    yield shop
    shop.remove()


def answered(metrics: bytes) -> float:
    found = re.findall(
        r'^django_http_responses_total_by_status_total\{status="404"\} ([\d.]+)$', metrics.decode(), re.MULTILINE
    )
    return sum(map(float, found))


def test_the_figures_of_several_processes_add_up(shop):
    with server(shop) as process:
        for _ in range(20):
            assert get(shop, "/no/such/page")[0] == 404
        assert {answered(get(shop, "/metrics")[1]) for _ in range(6)} == {20}
        assert b"shopassist_outbox_entries" in get(shop, "/metrics")[1]
        ended(process, signal.SIGTERM)


def test_a_worker_of_its_own_answers_what_another_process_asks(shop):
    code, _, err = shop.manage("run", "--no-serve")
    assert code == 0, err
    holder = start_holder(shop.data)
    assert first_line(holder) == "up"
    environment = shop.environment | {"WORKER_METRICS_PORT": str(port := free_port())}
    worker = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "shopassist", "worker", "--pool", "threads", "--concurrency", "1"],
        cwd=PROJECT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        send = "from recommendations.tasks import answer_question; answer_question.delay('Which toaster is good?')"
        code, _, err = shop.manage("shell", "-c", send)
        assert code == 0, err
        assert eventually(
            lambda: shop.ask("SELECT status, channel FROM recommendations_recommendation") == [("answered", "task")],
            120,
        )
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as figures:
            assert 'shopassist_questions_total{channel="task"' in figures.read().decode()
    finally:
        worker.send_signal(signal.SIGTERM)
        said = worker.communicate(timeout=60)[0]
        let_go(holder)
    assert worker.returncode == 0, said
