class Unavailable(Exception):
    """No embedding can be had; the message says why."""
