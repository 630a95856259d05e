from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tracing", "0010_export")]

    operations = [
        migrations.AddIndex(
            model_name="trace",
            index=models.Index(fields=["session_id", "started_at"], name="trace_session"),
        ),
        migrations.AlterField(
            model_name="trace",
            name="session_id",
            field=models.CharField(blank=True, max_length=200),
        ),
    ]
