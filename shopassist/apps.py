from django.apps import AppConfig


class ShopAssistConfig(AppConfig):
    name = "shopassist"
