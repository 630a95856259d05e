"""A Spark to count with, from its start to its end."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from recommendations.engine.counting import Counting
from recommendations.engine.together import ALL_BELOW, NEAREST

if TYPE_CHECKING:
    from pyspark import SparkContext

# What these leave open is Spark's own to say: SPARK_CONF_DIR/spark-defaults.conf, PYSPARK_SUBMIT_ARGS, PYSPARK_PYTHON.
CONFIGURATION = {
    "spark.app.name": "ShopAssist",
    "spark.driver.maxResultSize": "0",  # the tables of a fit are its result, however large
    "spark.log.level": "ERROR",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
ON_THIS_MACHINE = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}


class NoSpark(Exception):
    """There is no Spark to count with; the message is one sentence that says why and what to do."""


@contextmanager
def counting_on(master: str, *, nearest: int = NEAREST, all_below: int = ALL_BELOW) -> Iterator[Counting]:
    """`master` as Spark names it: local[2], local[*], spark://host:7077, yarn, k8s://…. Raises NoSpark."""
    context = _started(master)
    from recommendations.engine.spark.spread import Spread

    try:
        spread = Spread(context, nearest, all_below)
        yield Counting(spread.count_together, spread.item_weights, spread.transition_table)
    finally:
        context.stop()


def _started(master: str) -> "SparkContext":
    try:
        from py4j.protocol import Py4JError
        from pyspark import cloudpickle
        from pyspark.errors import PySparkException
    except ImportError as missing:
        raise NoSpark("Spark is not installed: pip install 'pyspark>=4,<5', or leave out --on spark.") from missing
    import recommendations.engine

    # Functions travel whole, so executors need numpy, scipy and threadpoolctl, but nothing of ours.
    cloudpickle.register_pickle_by_value(recommendations.engine)
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    try:
        return _answering(master)
    except (PySparkException, Py4JError) as failure:
        raise NoSpark(
            f"Spark did not start on {master}, for the reason above: it needs Java 17 or newer, from JAVA_HOME or the "
            "path, and a master that answers, such as local[2] or spark://host:7077."
        ) from failure


def _answering(master: str) -> "SparkContext":
    from pyspark import SparkConf, SparkContext

    settings = CONFIGURATION | (ON_THIS_MACHINE if master.startswith("local") else {})
    context = SparkContext(conf=SparkConf().setMaster(master).setAll(list(settings.items())))
    try:
        context.parallelize([master], 1).count()  # that a master does not answer shows at the first work
    except BaseException:
        context.stop()
        raise
    return context
