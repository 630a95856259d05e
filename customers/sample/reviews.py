"""Reviews whose words fit their stars."""

import random

ASPECTS = {
    "Electronics": ("setup", "signal", "battery", "build quality", "picture"),
    "Computers": ("setup", "screen", "build quality", "battery", "speed"),
    "Home Appliances": ("noise level", "cleaning", "power", "build quality", "handling"),
    "Kitchen": ("handle", "coating", "size", "cleaning", "finish"),
    "Home & Living": ("material", "colour", "size", "stitching", "light"),
    "Garden": ("material", "grip", "size", "quality", "packaging"),
    "Sports & Outdoors": ("fit", "grip", "weight", "material", "comfort"),
    "Clothing": ("fit", "fabric", "colour", "stitching", "comfort"),
    "Beauty": ("scent", "texture", "packaging", "effect", "ingredients list"),
    "Books": ("story", "writing", "print quality", "cover", "pace"),
    "Toys & Games": ("material", "instructions", "artwork", "quality", "design"),
    "Office": ("assembly", "finish", "size", "quality", "mechanism"),
    "Pet Supplies": ("smell", "size", "quality", "material", "packaging"),
    "Coffee & Tea": ("aroma", "taste", "freshness", "packaging", "finish"),
}
OPENINGS = {
    5: ("Absolutely love it.", "Could not be happier with this {thing}.", "Excellent {thing}, highly recommended!",
        "The best {thing} I have ever had.", "Wonderful, exactly what I hoped for.", "Fantastic value, I am delighted.",
        "Perfect from the first day."),
    4: ("Really good {thing}.", "Very happy with it overall.", "A solid {thing}, I like it.", "Nice and reliable.",
        "Good value for the money.", "Pleased with this purchase."),
    3: ("It is okay.", "An average {thing}.", "Does the job, nothing more.", "Mixed feelings about this {thing}.",
        "Not bad, not great."),
    2: ("Rather disappointing.", "I expected a better {thing}.", "Not worth the price, sadly.",
        "This {thing} has too many problems.", "Would not buy it again."),
    1: ("Terrible, do not buy this {thing}.", "A complete waste of money.", "Awful. I sent it back.",
        "The worst {thing} I have ever owned.", "Broken after a week, very angry."),
}  # fmt: skip
PRAISE = (
    "The {aspect} is great.", "I love the {aspect}.", "The {aspect} is better than I expected.",
    "Beautiful {aspect}, too.", "Impressed by the {aspect}.", "The {aspect} is excellent and a pleasure every day.",
)  # fmt: skip
BLAME = (
    "The {aspect} is poor.", "I hate the {aspect}.", "The {aspect} is a disappointment.",
    "Problems with the {aspect} from day one.", "The {aspect} is bad, honestly.", "Awful {aspect}.",
)  # fmt: skip
ASIDES = (
    "", "", "", "Arrived on time.", "I use it almost every day.", "Bought it as a present.", "It is my second one.",
    "My neighbour has the same.", "Had it for a few months now.", "It replaced an old one.",
)  # fmt: skip
PRAISED = {5: (1, 2), 4: (1, 1), 3: (1, 1), 2: (0, 1), 1: (0, 0)}  # how many aspects, at least and at most
BLAMED = {5: (0, 0), 4: (0, 1), 3: (1, 1), 2: (1, 1), 1: (1, 2)}


def write_review(dice: random.Random, thing: str, category: str, stars: int) -> str:
    aspects = iter(dice.sample(ASPECTS[category], 4))
    sentences = [dice.choice(OPENINGS[stars])]
    sentences += [dice.choice(PRAISE).format(aspect=next(aspects)) for _ in range(dice.randint(*PRAISED[stars]))]
    sentences += [dice.choice(BLAME).format(aspect=next(aspects)) for _ in range(dice.randint(*BLAMED[stars]))]
    sentences.append(dice.choice(ASIDES))
    return " ".join(filter(None, sentences)).replace("{thing}", thing.lower())
