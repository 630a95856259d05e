"""English words that have a part of their own in what a shopper asks for."""

# Of no help unless the catalogue itself uses them.
FILLERS = frozenset(
    (
        "thing", "things", "stuff", "something", "anything", "item", "items", "product", "products", "article",
        "articles", "idea", "ideas", "option", "options", "one", "ones", "some", "any", "please", "good", "nice",
        "best", "great", "cool", "new", "cheap", "recommendation", "recommendations", "suggestion",
        "suggestions", "else", "other", "others", "similar", "gift", "gifts", "present", "presents", "accessory",
        "accessories", "gear", "equipment",
    )
)  # fmt: skip

IRREGULAR = {
    "man": "men", "woman": "women", "child": "children", "foot": "feet", "tooth": "teeth", "goose": "geese",
    "mouse": "mice", "knife": "knives", "shelf": "shelves", "scarf": "scarves", "loaf": "loaves",
    "leaf": "leaves", "wolf": "wolves", "calf": "calves", "wife": "wives", "half": "halves", "hoof": "hooves",
}  # fmt: skip
OTHER_NUMBER = IRREGULAR | {plural: singular for singular, plural in IRREGULAR.items()}
