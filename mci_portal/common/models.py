"""The common cellar's only table: when each periodic job last ran."""

from django.db import models


class Heartbeat(models.Model):
    """The last run of one periodic job. ``boot_id`` and ``uptime`` say how much time really passed since
    the run before, whatever the database clock says (see ``jobs.brake``)."""

    name = models.CharField(max_length=100, unique=True)
    beat_at = models.DateTimeField()
    boot_id = models.CharField(max_length=64, blank=True, default="")
    uptime = models.FloatField(null=True, blank=True, help_text="Seconds since the machine started.")

    def __str__(self) -> str:
        return f"{self.name} at {self.beat_at:%Y-%m-%d %H:%M:%S}"
