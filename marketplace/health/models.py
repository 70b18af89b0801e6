"""Heartbeats: what a process last said about itself."""

from django.db import models
from django.db.models.functions import Now

SCHEDULED = "schedule"  # name of the beat that travels through the queue


class WorkerHeartbeat(models.Model):
    """The last beat of one worker. Global, not a tenant's; its clock is the database's."""

    name = models.CharField(max_length=200, primary_key=True)
    beaten_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name
