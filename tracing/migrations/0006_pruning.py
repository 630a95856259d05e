from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tracing", "0005_lists")]

    operations = [
        migrations.CreateModel(
            name="Pruning",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "before",
                    models.DateTimeField(
                        help_text="What started before was deleted, unless LangFuse had not shown it yet."
                    ),
                ),
                ("started_at", models.DateTimeField(auto_now_add=True)),
                (
                    "finished_at",
                    models.DateTimeField(help_text="Empty while it runs, and if it was killed.", null=True),
                ),
                ("traces", models.PositiveIntegerField(default=0, help_text="How many it deleted.")),
            ],
            options={"ordering": ["-pk"]},
        ),
    ]
