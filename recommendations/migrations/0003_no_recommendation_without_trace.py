import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("recommendations", "0002_stored_trace")]

    operations = [
        migrations.AlterField(
            model_name="recommendation",
            name="stored_trace",
            field=models.OneToOneField(
                help_text="The very row; a trace id may belong to several.",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="recommendation",
                to="tracing.trace",
            ),
        ),
    ]
