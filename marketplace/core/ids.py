"""Random names: tokens that nobody guesses, codes that people read out."""

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without 0 O 1 I L, which are read wrongly


def new_token() -> str:
    """Return a url-safe token of 128 random bits."""
    return secrets.token_urlsafe(16)


def new_code(length: int = 10) -> str:
    """Return a code for people, about five random bits per character."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
