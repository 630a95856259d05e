"""What the sample shop sells: things in two or three makes each, brands that do not exist, and what goes with what.

A line of SHELVES is a thing, what its plain make costs, and marks: `*` is bought again and again, `+` comes in
three makes, a season (winter, summer, christmas, school) sells more of it then.
"""

import random
from dataclasses import dataclass
from decimal import Decimal

BRANDS = {
    "Electronics": ("Nordwave", "Pixelon", "Voltara"),
    "Computers": ("Nordwave", "Keystrand", "Orbitron"),
    "Home Appliances": ("Brewster & Holm", "Kelvano", "Domera"),
    "Kitchen": ("Brewster & Holm", "Copperleaf", "Tavola"),
    "Home & Living": ("Lindholt", "Casa Mirre", "Domera"),
    "Garden": ("Greenfold", "Terrano", "Lindholt"),
    "Sports & Outdoors": ("Altipeak", "Stridewell", "Terrano"),
    "Clothing": ("Marlowe", "Altipeak", "Wrenfield"),
    "Beauty": ("Solenne", "Aqualume", "Fernhill"),
    "Books": ("Harbour Press", "Quillmark", "Lantern House"),
    "Toys & Games": ("Bumblewick", "Tinkerbrook", "Quillmark"),
    "Office": ("Keystrand", "Paperfox", "Lindholt"),
    "Pet Supplies": ("Pawlington", "Fernhill", "Whiskerly"),
    "Coffee & Tea": ("Roastery 9", "Fernhill", "Copperleaf"),
}

SHELVES = {
    "Electronics": """
        Router 79 +; Network Cable 9 *; Network Switch 35; Wi-Fi Extender 45; Smart Plug 15 +; Camera 320 +;
        Tripod 39; Memory Card 19 *; Camera Bag 45; Headphones 69 + christmas; Bluetooth Speaker 49 + summer;
        Power Bank 25; Television 449; HDMI Cable 12; Soundbar 159""",
    "Computers": """
        Laptop 699 + school; Laptop Sleeve 24 school; Wireless Mouse 22 +; Keyboard 45 +; Monitor 179; USB-C Hub 32;
        Laptop Stand 29; External Drive 75; Tablet 259 christmas; Webcam 49""",
    "Home Appliances": """
        Toaster 32 +; Kettle 29 +; Vacuum Cleaner 139; Vacuum Bags 14 *; Microwave 99; Air Fryer 89;
        Fan Heater 39 winter; Table Fan 34 summer; Blender 55; Steam Iron 42; Coffee Maker 79 + christmas""",
    "Kitchen": """
        Frying Pan 34 +; Chef's Knife 45; Cutting Board 19; Saucepan Set 89; Baking Tray 15 christmas;
        Food Containers 22; Kitchen Scale 18; Oven Gloves 12; Mixing Bowls 24""",
    "Home & Living": """
        Desk Lamp 35 +; Throw Blanket 29 winter; Cushion 17 +; Scented Candle 14 * winter; Picture Frame 12;
        Wall Clock 25; Bed Linen 49; Pillow 27; Storage Basket 19""",
    "Garden": """
        Garden Hose 32 summer; Hose Nozzle 11 summer; Pruning Shears 19; Plant Pot 13 + summer;
        Potting Soil 8 * summer; Tomato Seeds 3 * summer; Garden Gloves 9; Watering Can 16 summer;
        Charcoal Grill 119 summer; Charcoal 11 * summer""",
    "Sports & Outdoors": """
        Running Shoes 85 +; Running Socks 11 *; Yoga Mat 27; Water Bottle 15 summer; Tent 149 summer;
        Sleeping Bag 69 summer; Headlamp 24; Hiking Backpack 89; Trekking Poles 42; Dumbbells 36;
        Bike Helmet 49 summer; Bike Lock 27""",
    "Clothing": """
        Rain Jacket 79; Wool Sweater 59 + winter; T-Shirt 15 + summer; Jeans 55; Winter Gloves 19 winter;
        Scarf 22 winter; Linen Shirt 42 summer; Sun Hat 18 summer""",
    "Beauty": """
        Face Cream 24 * +; Shampoo 9 *; Conditioner 9 *; Sunscreen 14 * summer; Hand Cream 8 * winter; Hair Dryer 45;
        Perfume 55 christmas; Lip Balm 4 * winter""",
    "Books": """
        Crime Novel 12 + summer; Historical Novel 14; Cookbook 26 christmas; Vegetarian Cookbook 24;
        Travel Guide 18 summer; Gardening Handbook 22; Photography Handbook 29;
        Children's Picture Book 11 christmas; Fantasy Novel 13 +""",
    "Toys & Games": """
        Board Game 34 + christmas; Card Game 12; Jigsaw Puzzle 17 winter; Building Blocks 39 + christmas;
        Plush Bear 16 christmas; Wooden Train 45 christmas; Train Tracks 22 christmas; Modelling Clay 9 *""",
    "Office": """
        Office Chair 159; Standing Desk 329; Notebook 6 * school; Ballpoint Pens 5 * school; Printer 119;
        Printer Paper 7 *; Ink Cartridge 24 *; Desk Organizer 18 school; Document Shredder 59""",
    "Pet Supplies": """
        Dog Food 32 * +; Dog Leash 16; Dog Bed 45; Chew Toy 8 *; Cat Food 24 * +; Cat Litter 13 *; Scratching Post 39;
        Cat Tree 79""",
    "Coffee & Tea": """
        Coffee Beans 14 * +; Espresso Beans 16 *; Coffee Filters 4 *; Coffee Grinder 49; Milk Frother 29; Green Tea 7 *;
        Herbal Tea 6 * winter; Teapot 28; Travel Mug 19""",
}

GOES_WITH = {
    "Router": ("Network Cable", "Network Switch", "Wi-Fi Extender", "Smart Plug"),
    "Network Switch": ("Network Cable",),
    "Camera": ("Memory Card", "Tripod", "Camera Bag", "Photography Handbook"),
    "Television": ("HDMI Cable", "Soundbar"),
    "Laptop": ("Laptop Sleeve", "Wireless Mouse", "USB-C Hub", "Laptop Stand", "External Drive"),
    "Monitor": ("HDMI Cable", "Keyboard", "Webcam"),
    "Keyboard": ("Wireless Mouse",),
    "Tablet": ("Power Bank", "Headphones"),
    "Vacuum Cleaner": ("Vacuum Bags",),
    "Toaster": ("Kettle",),
    "Coffee Maker": ("Coffee Filters", "Coffee Beans", "Milk Frother", "Travel Mug"),
    "Coffee Grinder": ("Coffee Beans", "Espresso Beans"),
    "Teapot": ("Green Tea", "Herbal Tea"),
    "Air Fryer": ("Vegetarian Cookbook", "Oven Gloves"),
    "Frying Pan": ("Chef's Knife", "Saucepan Set"),
    "Chef's Knife": ("Cutting Board",),
    "Baking Tray": ("Mixing Bowls", "Kitchen Scale", "Oven Gloves"),
    "Bed Linen": ("Pillow", "Throw Blanket"),
    "Garden Hose": ("Hose Nozzle", "Watering Can"),
    "Plant Pot": ("Potting Soil", "Watering Can"),
    "Tomato Seeds": ("Potting Soil", "Garden Gloves", "Gardening Handbook"),
    "Charcoal Grill": ("Charcoal",),
    "Running Shoes": ("Running Socks", "Water Bottle"),
    "Tent": ("Sleeping Bag", "Headlamp", "Hiking Backpack"),
    "Hiking Backpack": ("Trekking Poles", "Rain Jacket", "Water Bottle"),
    "Bike Helmet": ("Bike Lock",),
    "Yoga Mat": ("Dumbbells", "Water Bottle"),
    "Wool Sweater": ("Scarf", "Winter Gloves"),
    "Shampoo": ("Conditioner",),
    "Face Cream": ("Hand Cream", "Sunscreen"),
    "Wooden Train": ("Train Tracks", "Building Blocks"),
    "Board Game": ("Card Game",),
    "Standing Desk": ("Office Chair", "Desk Lamp", "Desk Organizer"),
    "Printer": ("Printer Paper", "Ink Cartridge"),
    "Dog Bed": ("Dog Food", "Dog Leash", "Chew Toy"),
    "Dog Food": ("Chew Toy",),
    "Cat Tree": ("Cat Food", "Cat Litter", "Scratching Post"),
    "Cat Food": ("Cat Litter",),
}

MAKES = (("", 1.0), ("Plus", 1.7), ("Pro", 2.8))
SERIES = ("Aero", "Vela", "Nova", "Terra", "Luma", "Arco", "Mono", "Fjord", "Sono", "Kite", "Onda", "Pico")


@dataclass(frozen=True)
class Good:
    """One product of the sample shop."""

    id: str
    thing: str
    name: str
    category: str
    brand: str
    price: Decimal
    level: float  # 0: the plain make, 1: the dearest
    is_consumable: bool
    season: str  # empty: sells all year
    quality: float  # the stars that it deserves, 1..5


def make_catalogue(dice: random.Random) -> list[Good]:
    goods: list[Good] = []
    for category, shelf in SHELVES.items():
        for entry in shelf.split(";"):
            words = entry.split()
            at = next(place for place, word in enumerate(words) if word.isdigit())
            thing, price, marks = " ".join(words[:at]), int(words[at]), words[at + 1 :]
            goods += _makes(dice, len(goods), thing, category, price, marks)
    return goods


def _makes(dice: random.Random, known: int, thing: str, category: str, price: int, marks: list[str]) -> list[Good]:
    """The makes of one thing, each of another brand."""
    makes = MAKES if "+" in marks else MAKES[:2] if dice.random() < 0.45 else MAKES[:1]
    brands = dice.sample(BRANDS[category], len(makes))
    season = next((mark for mark in marks if mark.isalpha()), "")
    return [
        Good(
            id=f"P{1001 + known + place}",
            thing=thing,
            name=" ".join(filter(None, (brand, dice.choice(SERIES), thing, word))),
            category=category,
            brand=brand,
            price=_price(dice, price * factor),
            level=place / 2,
            is_consumable="*" in marks,
            season=season,
            quality=min(4.9, max(1.2, dice.gauss(3.8, 0.9) + 0.2 * place)),
        )
        for place, (brand, (word, factor)) in enumerate(zip(brands, makes, strict=True))
    ]


def _price(dice: random.Random, about: float) -> Decimal:
    whole = max(2, round(about * dice.uniform(0.95, 1.08)))
    return Decimal(whole) - Decimal(dice.choice(("0.01", "0.05", "0.10", "0.50")))
