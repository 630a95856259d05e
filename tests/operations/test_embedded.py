import os
import shutil
import signal
import subprocess
import tempfile
import time
from functools import partial
from pathlib import Path

import psycopg
import pytest

from shopassist.cluster import DATABASE, PORT, ROLE, ROOT_FOLDER, Cluster, cluster
from shopassist.embedded import SETTLED_SECONDS
from tests.operations.processes import eventually, first_line, has_stopped, let_go, lives, start_holder


def forget(data: Path) -> None:
    """Remove what a cluster leaves outside its data folder."""
    here = cluster(data)
    assert eventually(lambda: has_stopped(here))
    shutil.rmtree(here.sockets, ignore_errors=True)
    if ROOT_FOLDER in here.home.parents:
        shutil.rmtree(here.home)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    data = tmp_path_factory.mktemp("my shop") / "with spaces"
    yield data
    forget(data)


@pytest.fixture
def holder(data):
    process = start_holder(data)
    assert first_line(process) == "up"
    yield process
    if process.poll() is None:
        let_go(process)


def connect(here: Cluster, password: str) -> psycopg.Connection:
    return psycopg.connect(
        host=str(here.sockets), port=PORT, user=ROLE, password=password, dbname=DATABASE, autocommit=True
    )


def postmaster(here: Cluster) -> int:
    return int((here.data / "postmaster.pid").read_text().split()[0])


def is_gone(here: Cluster, pid: int) -> bool:
    return eventually(lambda: not here.answers() and not lives(pid))


def test_only_the_right_password_opens_it(data, holder):
    here = cluster(data)
    with connect(here, here.password) as connection:
        assert connection.execute("SELECT similarity('toaster', 'tosater') > 0, unaccent('é')").fetchone() == (
            True,
            "e",
        )
    for wrong in ("", "wrong", here.admin_password):
        with pytest.raises(psycopg.OperationalError, match="password"):
            connect(here, wrong)


def test_the_shop_is_no_superuser(data, holder):
    here = cluster(data)
    with connect(here, here.password) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("CREATE ROLE intruder SUPERUSER")


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="/proc is needed to see who listens")
def test_nothing_listens_on_tcp(data, holder):
    pid = postmaster(cluster(data))
    listening = {
        line.split()[9]
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
        if line.split()[3] == "0A"
    }
    links = [os.readlink(link) for link in Path(f"/proc/{pid}/fd").iterdir()]
    sockets = {link[8:-1] for link in links if link.startswith("socket:")}
    assert sockets
    assert not sockets & listening


def test_others_may_not_enter_the_socket_s_folder(data, holder):
    assert cluster(data).sockets.stat().st_mode & 0o077 == 0


def test_secrets_are_the_owner_s_alone(data, holder):
    assert (data / "secrets.env").stat().st_mode & 0o077 == 0
    assert cluster(data).log.stat().st_mode & 0o077 == 0


def test_two_processes_share_one_server_and_the_last_one_stops_it(data, holder):
    here = cluster(data)
    pid = postmaster(here)
    second = start_holder(data)
    assert first_line(second) == "up"
    assert postmaster(here) == pid
    let_go(holder)
    with connect(here, here.password) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    let_go(second)
    assert is_gone(here, pid)


def test_the_server_stops_after_its_last_user_was_killed(data, holder):
    here = cluster(data)
    pid = postmaster(here)
    holder.kill()
    holder.wait()
    assert is_gone(here, pid)


def test_data_survives_a_restart(data, holder):
    here = cluster(data)
    with connect(here, here.password) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'still here' AS words")
    pid = postmaster(here)
    let_go(holder)
    assert is_gone(here, pid)
    again = start_holder(data)
    assert first_line(again) == "up"
    with connect(here, here.password) as connection:
        assert connection.execute("SELECT words FROM kept").fetchone() == ("still here",)
        connection.execute("DROP TABLE kept")
    let_go(again)


def test_a_server_whose_watcher_was_killed_is_taken_over(data, holder):
    here = cluster(data)
    pid = postmaster(here)
    watcher = int(subprocess.check_output(["ps", "-o", "ppid=", "-p", str(pid)]))
    os.kill(watcher, signal.SIGKILL)
    second = start_holder(data)
    assert first_line(second) == "up"
    assert postmaster(here) == pid
    let_go(second)
    let_go(holder)
    assert is_gone(here, pid)


def test_a_server_that_crashed_is_started_again_with_its_data(data, holder):
    here = cluster(data)
    with connect(here, here.password) as connection:
        connection.execute("CREATE TABLE crashed AS SELECT 1 AS one")
    pid = postmaster(here)
    os.kill(pid, signal.SIGKILL)
    assert is_gone(here, pid)
    second = start_holder(data)
    assert first_line(second) == "up"
    with connect(here, here.password) as connection:
        assert connection.execute("SELECT one FROM crashed").fetchone() == (1,)
        connection.execute("DROP TABLE crashed")
    let_go(second)


def test_a_server_that_is_killed_at_work_comes_back_by_itself(data, holder):
    here = cluster(data)
    pid = postmaster(here)
    time.sleep(SETTLED_SECONDS + 0.5)
    os.kill(pid, signal.SIGKILL)
    assert eventually(lambda: postmaster(here) != pid and here.accepts_passwords())
    with connect(here, here.password) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    pid = postmaster(here)
    let_go(holder)
    assert is_gone(here, pid)


def test_data_of_another_version_is_refused(data, holder):
    here = cluster(data)
    pid = postmaster(here)
    let_go(holder)
    assert is_gone(here, pid)
    version = here.data / "PG_VERSION"
    ours = version.read_text()
    version.write_text("12\n")
    try:
        refused = start_holder(data)
        assert "was made by PostgreSQL 12 and this is 18" in first_line(refused)
        assert refused.wait(30) == 3
    finally:
        version.write_text(ours)


def test_why_the_server_does_not_start_is_said(data, holder):
    here = cluster(data)
    pid = postmaster(here)
    let_go(holder)
    assert is_gone(here, pid)
    control = here.data / "global" / "pg_control"
    control.rename(control.with_suffix(".away"))
    try:
        refused = start_holder(data)
        line = first_line(refused)
        assert line.startswith("The embedded PostgreSQL did not start: ")
        assert "pg_control" in line
        assert refused.wait(30) == 3
    finally:
        control.with_suffix(".away").rename(control)


def test_two_first_starts_at_once_make_one_server(tmp_path):
    both = [start_holder(tmp_path / "new"), start_holder(tmp_path / "new")]
    assert [first_line(process) for process in both] == ["up", "up"]
    here = cluster(tmp_path / "new")
    with connect(here, here.password) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    for process in both:
        let_go(process)
    forget(tmp_path / "new")


@pytest.mark.parametrize("where", ["x" * 300, "file/below"], ids=["a name too long", "a file in the way"])
def test_a_folder_that_cannot_be_made_is_refused_in_one_sentence(tmp_path, where):
    (tmp_path / "file").touch()
    refused = start_holder(tmp_path / where)
    line = first_line(refused)
    assert line.startswith("The secrets in ")
    assert line.endswith("run ShopAssist as the user who owns this folder.")
    assert refused.wait(30) == 3


def test_secrets_that_were_cut_short_are_refused(tmp_path):
    (tmp_path / "secrets.env").write_text("SECRET_KEY=abc\n")
    refused = start_holder(tmp_path)
    assert "has lost PSEUDONYM_KEY, DATABASE_PASSWORD" in first_line(refused)


def is_empty(folder: Path) -> bool:
    return not list(folder.iterdir())


# Root becomes nobody, who may read what root may: Python and the checkout may lie in root's own folders.
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
READS_ALL = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]


@pytest.fixture
def ordinary(tmp_path_factory):
    """How to start a process as an ordinary user, and a folder that this user owns."""
    is_root = os.geteuid() == 0
    folder = Path(tempfile.mkdtemp(prefix="shop of nobody ", dir="/tmp"))
    if is_root:
        os.chown(folder, 65534, 65534)
    there = set(Path("/tmp").glob("shopassist-*"))
    yield folder, [*NOBODY, *READS_ALL] if is_root else []
    for sockets in set(Path("/tmp").glob("shopassist-*")) - there:
        assert eventually(partial(is_empty, sockets))
        sockets.rmdir()
    shutil.rmtree(folder)


def test_an_ordinary_user_keeps_all_in_the_data_folder(ordinary):
    folder, prefix = ordinary
    process = start_holder(folder / "data", prefix)
    assert first_line(process) == "up"
    assert (folder / "data/postgres/data").stat().st_uid == folder.stat().st_uid
    assert (folder / "data/postgres").stat().st_mode & 0o077 == 0
    let_go(process)
    pidfile = folder / "data/postgres/data/postmaster.pid"
    assert eventually(lambda: not pidfile.exists())

    if prefix:
        root = start_holder(folder / "data")
        assert "run ShopAssist as that user, not as root" in first_line(root)

    secrets = folder / "data/secrets.env"
    secrets.write_text(secrets.read_text().replace("DATABASE_ADMIN_PASSWORD=", "DATABASE_ADMIN_PASSWORD=not"))
    stranger = start_holder(folder / "data", prefix)
    assert "was made with other secrets" in first_line(stranger)


def test_an_ordinary_user_is_told_what_is_not_allowed(ordinary):
    folder, prefix = ordinary
    folder.chmod(0o500)
    refused = start_holder(folder / "data", prefix)
    assert "(Permission denied); run ShopAssist as the user who owns this folder." in first_line(refused)
    folder.chmod(0o700)
    deep = folder.joinpath(*["d" * 200] * 5)
    refused = start_holder(deep, prefix)
    assert "is too long for PostgreSQL; choose a shorter DATA_DIR." in first_line(refused)
