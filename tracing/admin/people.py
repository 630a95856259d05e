"""Whom staff mean when they search traces. Traces know pseudonyms; other apps know people."""

from collections.abc import Callable

from django.http import HttpRequest

who_is_meant: list[Callable[[HttpRequest, str], str]] = []
"""Other apps add here who turns what was typed into a user's pseudonym, for staff who may know; else into ""."""


def users_meant(request: HttpRequest, typed: str) -> list[str]:
    return [user for who in who_is_meant if (user := who(request, typed))]
