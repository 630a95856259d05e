from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("customers", "0007_purchase_ids")]

    operations = [
        migrations.AlterModelOptions(
            name="customer",
            options={
                "permissions": [
                    ("resolve_pseudonym", "Can see which customer a trace's pseudonym stands for"),
                    ("erase_customer", "Can erase a customer for good"),
                ]
            },
        ),
    ]
