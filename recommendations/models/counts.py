"""What is counted a day of questions, answers and what came of them; see recommendations/rollups/."""

from django.db import models

from tracing.models.rollups import DayCount


class QuestionCount(DayCount):
    """The questions of a day, by intent and by the fact that was asked for."""

    intent = models.CharField(max_length=20, blank=True)
    category = models.CharField(max_length=30, blank=True)
    number = models.PositiveIntegerField()
    failed = models.PositiveIntegerField()
    fell_back = models.PositiveIntegerField(help_text="Where rules stood in for a language model.")
    unfound = models.PositiveIntegerField(help_text="That looked for what the shop does not have.")
    anonymous = models.PositiveIntegerField(help_text="Asked for nobody in particular.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "intent", "category"], name="one_count_of_questions")]

    def __str__(self) -> str:
        return f"{self.day}: {self.number} {self.intent}"


class PopularCount(DayCount):
    """How often a thing came up on a day: the most frequent, and the others as one with an empty key."""

    class Of(models.TextChoices):
        PRODUCT = "product", "recommended products"
        CATEGORY = "category", "recommended categories"
        WORDS = "words", "things asked for"
        ASKED_CATEGORY = "asked category", "categories asked for"
        UNFOUND = "unfound", "asked for and not found"

    of = models.CharField(max_length=14, choices=Of)
    key = models.CharField(max_length=300, blank=True, help_text="A product's id, a category's name, or words.")
    label = models.CharField(max_length=300, blank=True, help_text="A product's name.")
    number = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "of", "key"], name="one_count_of_popular")]

    def __str__(self) -> str:
        return f"{self.day}: {self.number} {self.of} {self.key}"


class RatingCount(DayCount):
    """The current ratings of a day's answers, whenever they were given; sums, so that days add up."""

    class Of(models.TextChoices):
        INTENT = "intent"  # stars for the answer as a whole, by its intent
        PROMPT = "prompt"  # the same, by each prompt (`name v3`) that a model was given for it
        PLACE = "place"  # stars for a product, by its place in the list
        STARS = "stars"  # stars for the answer as a whole, by how many

    of = models.CharField(max_length=6, choices=Of)
    key = models.CharField(max_length=120, blank=True)
    shown = models.PositiveIntegerField(help_text="Answers, or products, that could have been rated.")
    rated = models.PositiveIntegerField(help_text="Those that were.")
    number = models.PositiveIntegerField(help_text="Ratings: several people may rate one answer.")
    total = models.DecimalField(max_digits=12, decimal_places=1, help_text="The sum of their stars.")
    squares = models.DecimalField(max_digits=14, decimal_places=2, help_text="The sum of their squares.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "of", "key"], name="one_count_of_ratings")]

    def __str__(self) -> str:
        return f"{self.day}: {self.number} ratings of {self.of} {self.key}"


class ConversionCount(DayCount):
    """Lists that were recommended to a customer on a day, by the segment the customer was in then, and after how many
    of them one of their products was bought within seven days."""

    class By(models.TextChoices):
        RFM = "rfm", "recency, frequency and money"
        PRICE = "price", "price segment"

    by = models.CharField(max_length=5, choices=By)
    segment = models.CharField(max_length=30)
    lists = models.PositiveIntegerField()
    bought = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "by", "segment"], name="one_count_of_conversion")]

    def __str__(self) -> str:
        return f"{self.day}: {self.bought} of {self.lists} {self.segment}"


class SessionCount(DayCount):
    """The sessions that began on a day, by how many questions they have, ten standing for more."""

    MOST = 10

    questions = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "questions"], name="one_count_of_sessions")]

    def __str__(self) -> str:
        return f"{self.day}: {self.number} of {self.questions} questions"


class FollowUpCount(DayCount):
    """What followed what within a session, by the day of the later question; `before` is empty for a first one.

    A question is told by the fact that it asks for, or else by its intent.
    """

    before = models.CharField(max_length=30, blank=True)
    after = models.CharField(max_length=30, blank=True)
    number = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "before", "after"], name="one_count_of_follow_ups")]

    def __str__(self) -> str:
        return f"{self.day}: {self.number} × {self.before} → {self.after}"


class AskerCount(DayCount):
    """The customers who asked on a day, by how many days before they had asked last, and by how many the time before
    that; empty for never. So any range knows how many different people asked in it, and who of them came back: see
    dashboard/behaviour.py."""

    last_before = models.PositiveIntegerField(null=True)
    second_before = models.PositiveIntegerField(null=True)
    number = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "last_before", "second_before"], nulls_distinct=False, name="one_count_of_askers"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.number} after {self.last_before} days"
