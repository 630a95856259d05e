"""What has to be there before questions can be answered. Each step is skipped where it is done."""

import shutil

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import OutputWrapper
from django.db import OperationalError, ProgrammingError, connection
from django.db.migrations.executor import MigrationExecutor

from customers import sample
from customers.models import Customer, Product, Purchase
from recommendations.apps import PROMPTS
from recommendations.engine import embeddings
from recommendations.models import EngineFit, ProductEmbedding
from shopassist.cluster import EXTENSIONS, cluster
from shopassist.refusal import Refusal
from tracing.prompts import seed_prompts

OLDEST_POSTGRESQL = 16
PACKAGES = {"vector": "pgvector"}  # of extensions that do not come with PostgreSQL
EMBEDDING_SECONDS = 10.0
LITTLE = 32_000_000  # bytes; PostgreSQL adds 16 MB of log at a time
FITNESS = """
SELECT current_setting('server_version_num')::int / 10000,
    current_setting('server_encoding'),
    coalesce(has_schema_privilege(current_schema, 'CREATE'), false),
    ARRAY(SELECT unnest(%(wanted)s::text[]) EXCEPT SELECT name FROM pg_available_extensions ORDER BY 1),
    ARRAY(SELECT unnest(%(wanted)s::text[]) EXCEPT SELECT extname FROM pg_extension ORDER BY 1)
"""


def check_database() -> None:
    """Raises Refusal with one sentence where the database cannot be used."""
    _extend(check_server())


def check_server() -> list[str]:
    """The extensions that the database still lacks. Raises Refusal with one sentence where that cannot be mended."""
    try:
        connection.ensure_connection()
    except OperationalError as error:
        raise Refusal(f"The database cannot be reached; is DATABASE_URL right? {_first_line(error)}") from error
    with connection.cursor() as cursor:
        cursor.execute(FITNESS, {"wanted": list(EXTENSIONS)})
        version, encoding, may_create, absent, missing = cursor.fetchone()
    if version < OLDEST_POSTGRESQL:
        raise Refusal(f"The database is PostgreSQL {version}; ShopAssist needs {OLDEST_POSTGRESQL} or newer.")
    if encoding != "UTF8":
        raise Refusal(f"The database's encoding is {encoding}; ShopAssist needs UTF8.")
    if not may_create:
        raise Refusal("The database's user may not make tables; its owner has to be the one in DATABASE_URL.")
    if absent:
        packages = sorted({PACKAGES.get(name, "postgresql-contrib") for name in absent})
        raise Refusal(
            f"The database's server lacks the extension {' and '.join(absent)}; install {' and '.join(packages)} there."
        )
    return list(missing)


def _extend(missing: list[str]) -> None:
    """Not every owner of a database may: pgvector is its superuser's to create, or a managed server's owner's."""
    commands = [f"CREATE EXTENSION {name};" for name in missing]
    try:
        with connection.cursor() as cursor:
            for command in commands:
                cursor.execute(command)
    except ProgrammingError as error:
        raise Refusal(f"The database lacks what only its superuser may make there: {' '.join(commands)}") from error


def migrate() -> str:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        call_command("migrate", interactive=False, verbosity=0)
    seed_prompts(PROMPTS)
    return f"{len(plan)} migrations" if plan else "up to date"


def load_sample(out: OutputWrapper) -> str:
    if Customer.objects.exists():
        return "there are customers"
    if not settings.SAMPLE:
        return "SAMPLE=no; load your own with: .venv/bin/python manage.py import_shop --purchases FILE"
    sample.load_sample(progress=out.write)
    return f"{Customer.objects.count()} customers, {Purchase.objects.count()} purchases"


def fit(out: OutputWrapper) -> str:
    active = EngineFit.objects.active()
    if active and active.knows_the_shop():  # of a sample that was cleared nothing is left
        return "a fit is active"
    if not Purchase.objects.exists():
        return "nothing to fit: there are no purchases"
    call_command("fit_engine", stdout=out)
    return "fitted"


def embed() -> str:
    """As many products as can be had in a moment; the schedule goes on with the rest."""
    model = settings.EMBEDDING_MODEL
    if model == "none":
        return "switched off: products are found by their words alone"
    if not embeddings.available():
        return "products are found by their words alone; `make embeddings` installs what finds them by meaning too"
    try:
        embeddings.embed_catalogue(seconds=EMBEDDING_SECONDS)
    except embeddings.Unavailable as failure:
        return f"products are found by their words alone for now: {failure}"
    done = ProductEmbedding.objects.filter(model=model, vector__isnull=False).count()
    return f"{done} of {Product.objects.exclude(name='').count()} products, by {model}"


def full_disk() -> str:
    """A sentence if the embedded PostgreSQL's disk is full, which PostgreSQL itself may die of without a word."""
    if settings.DATABASE_URL:
        return ""
    home = cluster(settings.DATA_DIR).home
    return f"the disk that holds {home} is full." if shutil.disk_usage(home).free < LITTLE else ""


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
