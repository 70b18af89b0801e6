"""Who acts. Every operation takes `by=`, and every audit row names it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """A person (`user_id`) or a part of the system (`label` such as `system:cli`)."""

    label: str
    user_id: int | None = None


CLI = Actor("system:cli")
BEAT = Actor("system:beat")


def person(user_id: int) -> Actor:
    return Actor(f"user:{user_id}", user_id)
