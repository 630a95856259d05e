"""A fit is kept as the arrays that it is served from; earlier fits have none and go."""

import django.db.models.deletion
from django.db import migrations, models


def forget_fits(apps, schema_editor):
    apps.get_model("recommendations", "EngineFit").objects.all().delete()
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # tables with checks pending cannot be altered


class Migration(migrations.Migration):
    dependencies = [
        ("recommendations", "0006_question_vectors"),
    ]

    operations = [
        migrations.RunPython(forget_fits, migrations.RunPython.noop),
        migrations.RemoveField(
            model_name="productpopularity",
            name="fit",
        ),
        migrations.RemoveField(
            model_name="productpopularity",
            name="product",
        ),
        migrations.AlterField(
            model_name="enginefit",
            name="parameters",
            field=models.JSONField(
                default=dict, help_text="What was chosen on customers held out, and by what figures."
            ),
        ),
        migrations.CreateModel(
            name="FitArray",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=50)),
                ("dtype", models.CharField(max_length=10)),
                ("shape", models.JSONField()),
                ("data", models.BinaryField()),
                (
                    "fit",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="arrays",
                        to="recommendations.enginefit",
                    ),
                ),
            ],
        ),
        migrations.DeleteModel(
            name="Neighbour",
        ),
        migrations.DeleteModel(
            name="ProductPopularity",
        ),
        migrations.AddConstraint(
            model_name="fitarray",
            constraint=models.UniqueConstraint(fields=("fit", "name"), name="one_array_a_name"),
        ),
        # Arrays of numbers do not get smaller, and compressing them takes as long as fitting.
        migrations.RunSQL(
            "ALTER TABLE recommendations_fitarray ALTER COLUMN data SET STORAGE EXTERNAL", migrations.RunSQL.noop
        ),
    ]
