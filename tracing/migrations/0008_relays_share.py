from django.db import migrations, models

ENTRIES_STATE = """
UPDATE tracing_trace SET delivery = entry.state FROM tracing_outboxentry entry
WHERE entry.trace_id = tracing_trace.id AND entry.kind = 'spans' AND tracing_trace.delivery <> entry.state
"""


class Migration(migrations.Migration):
    dependencies = [("tracing", "0007_prices")]

    operations = [
        migrations.CreateModel(
            name="Breaker",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ("failures", models.PositiveIntegerField(default=0, help_text="Requests in a row that failed.")),
                ("open_until", models.DateTimeField(null=True)),
                ("last_error", models.TextField(blank=True)),
                ("last_error_at", models.DateTimeField(null=True)),
                ("last_success_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="one_breaker")],
            },
        ),
        migrations.CreateModel(
            name="RelayTotals",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ("sent", models.PositiveBigIntegerField(default=0)),
                ("confirmed", models.PositiveBigIntegerField(default=0)),
                (
                    "absent",
                    models.PositiveBigIntegerField(default=0, help_text="Accepted, not shown, and sent again."),
                ),
                ("set_aside", models.PositiveBigIntegerField(default=0)),
                ("failures", models.PositiveBigIntegerField(default=0, help_text="Requests.")),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="one_row_of_totals")],
            },
        ),
        migrations.RemoveIndex(model_name="outboxentry", name="outbox_due"),
        migrations.AddIndex(
            model_name="outboxentry",
            index=models.Index(
                condition=models.Q(("state__in", ["waiting", "sent"])), fields=["state", "due_at"], name="outbox_next"
            ),
        ),
        migrations.RunSQL(ENTRIES_STATE, migrations.RunSQL.noop),
    ]
