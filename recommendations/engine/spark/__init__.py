"""The heavy part of a fit on Apache Spark, with the same tables as its result; needs the extra `spark` and Java."""

from recommendations.engine.spark.session import NoSpark, counting_on

__all__ = ["NoSpark", "counting_on"]
