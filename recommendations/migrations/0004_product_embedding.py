import django.db.models.deletion
from django.contrib.postgres.indexes import OpClass
from django.db import migrations, models
from django.db.models.functions import Cast
from pgvector.django import HalfVectorField, HnswIndex, VectorExtension


def nearest_by_index(dimensions):
    return HnswIndex(
        OpClass(Cast("vector", HalfVectorField(dimensions=dimensions)), name="halfvec_cosine_ops"),
        name=f"embedding_{dimensions}",
        condition=models.Q(dimensions=dimensions),
    )


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0004_descriptions_statistics_sample"),
        ("recommendations", "0003_no_recommendation_without_trace"),
    ]

    operations = [
        VectorExtension(),
        migrations.CreateModel(
            name="ProductEmbedding",
            fields=[
                (
                    "product",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="customers.product",
                    ),
                ),
                (
                    "model",
                    models.CharField(
                        blank=True, help_text="As in EMBEDDING_MODEL; empty before the first.", max_length=200
                    ),
                ),
                ("vector", HalfVectorField(help_text="Of length 1, in half precision.", null=True)),
                (
                    "dimensions",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(models.F("vector"), function="vector_dims"),
                        output_field=models.IntegerField(null=True),
                    ),
                ),
                (
                    "text_digest",
                    models.CharField(blank=True, help_text="MD5 of what was embedded.", max_length=32),
                ),
                (
                    "claimed_until",
                    models.DateTimeField(help_text="Somebody is embedding it, and will have done by then.", null=True),
                ),
            ],
            options={"indexes": [nearest_by_index(384), nearest_by_index(768), nearest_by_index(1024)]},
        ),
        # Beside its row and not in a table of its own, where comparing it would take a second look-up.
        migrations.RunSQL(
            "ALTER TABLE recommendations_productembedding ALTER COLUMN vector SET STORAGE MAIN",
            migrations.RunSQL.noop,
        ),
    ]
