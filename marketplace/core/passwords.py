"""Hashing passwords and PINs with argon2id; slow on purpose, so it runs outside any transaction."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hashers = [PasswordHasher()]
_nobody: list[str] = []


def use_cost(time: int, memory_kib: int) -> None:
    """Set the cost of a hash: rounds and memory in KiB."""
    _hashers[:] = [PasswordHasher(time_cost=time, memory_cost=memory_kib, parallelism=1)]
    _nobody[:] = []


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password or PIN."""
    return _hashers[0].hash(password)


def matches(password: str, hashed: str | None) -> bool:
    """Say whether a password gives a hash; without a hash it works as long and says no."""
    if hashed is None:
        if not _nobody:
            _nobody.append(hash_password("nobody has this password"))
        matches(password, _nobody[0])
        return False
    try:
        return _hashers[0].verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False
