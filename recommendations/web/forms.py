from django import forms

from recommendations.models import MAX_COMMENT, MAX_PRODUCTS, MAX_QUERY


class QuestionForm(forms.Form):
    query = forms.CharField(
        label="Your question",
        max_length=MAX_QUERY,
        error_messages={"required": "Please write what you would like to know."},
        widget=forms.Textarea({"rows": 2, "placeholder": "A toaster under 50, or: what did I spend last month?"}),
    )
    top_n = forms.IntegerField(
        label="How many products",
        min_value=1,
        max_value=MAX_PRODUCTS,
        initial=5,
        widget=forms.NumberInput({"inputmode": "numeric"}),
    )


class RatingForm(forms.Form):
    stars = forms.TypedChoiceField(
        coerce=int,
        choices=[(number, number) for number in range(1, 6)],
        error_messages={"required": "Please choose 1 to 5 stars.", "invalid_choice": "Please choose 1 to 5 stars."},
    )
    comment = forms.CharField(max_length=MAX_COMMENT, required=False)
    product = forms.CharField(max_length=64, required=False)
