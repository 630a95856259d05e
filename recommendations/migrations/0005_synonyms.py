"""Words that mean the same, and the first of them: general English of shops, for the shop to change or delete."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models

FIRST = """
sofa, couch, settee
tv, television
sneaker, trainer
sweater, jumper, pullover
hoodie, hooded sweatshirt
swimsuit, bathing suit, swimming costume
bathrobe, dressing gown
pajamas, pyjamas
handbag, purse
stroller, pushchair, pram
diaper, nappy
crib, cot
fridge, refrigerator
vacuum, vacuum cleaner, hoover
stove, cooker
hob, cooktop
faucet, tap
trash can, garbage can, rubbish bin, waste bin
wardrobe, armoire
bookcase, bookshelf
bedside table, nightstand
side table, end table
chest of drawers, dresser
curtain, drape
throw pillow, cushion
bicycle, bike
smartphone, mobile phone, cell phone
earphones, earbuds
usb stick, flash drive, memory stick, thumb drive
jewelry, jewellery
gray, grey
aluminum, aluminium
moisturizer, moisturiser
yogurt, yoghurt
donut, doughnut
eggplant, aubergine
zucchini, courgette
christmas, xmas
"""


def seed(apps, schema_editor):
    Synonym = apps.get_model("recommendations", "Synonym")
    Synonym.objects.bulk_create(Synonym(words=line.split(", ")) for line in FIRST.split("\n") if line)


class Migration(migrations.Migration):
    dependencies = [("recommendations", "0004_product_embedding")]
    operations = [
        migrations.CreateModel(
            name="Synonym",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "words",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        help_text=(
                            "What means the same, with commas between: sofa, couch, settee."
                            " Singular, as far as there is one."
                        ),
                        size=None,
                    ),
                ),
            ],
            options={"indexes": [django.contrib.postgres.indexes.GinIndex(fields=["words"], name="synonym_words")]},
        ),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
