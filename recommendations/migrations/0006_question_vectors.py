from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("recommendations", "0005_synonyms")]

    operations = [
        migrations.CreateModel(
            name="QuestionVectors",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("model", models.CharField(help_text="As in EMBEDDING_MODEL.", max_length=200)),
                ("digest", models.CharField(help_text="SHA-256 of the questions.", max_length=64)),
                (
                    "vectors",
                    models.BinaryField(help_text="Rows of length 1 in the questions' order, in half precision."),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("model", "digest"), name="question_vectors_once")],
            },
        ),
    ]
