"""What the pages share."""

from django.http import HttpRequest

from marketplace.tenancy.actor import Actor, person

ZONE = "Asia/Shanghai"


def actor(request: HttpRequest) -> Actor:
    return person(request.user.pk)
