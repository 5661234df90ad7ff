"""How much each plugin is used: counted, by day, with no word of who."""

from django.db import models

OUTCOMES = ("done", "refused", "wrong", "failed")


class Usage(models.Model):
    """How often an operation of a plugin came to one kind of end on one day."""

    day = models.DateField(help_text="In UTC.")
    plugin = models.CharField(max_length=50)
    operation = models.CharField(max_length=100, help_text="Method and route.")
    outcome = models.CharField(
        max_length=10,
        choices=[(each, each) for each in OUTCOMES],
        help_text="done; refused (401, 403, 429); wrong, another 4xx; failed, a 5xx.",
    )
    number = models.PositiveBigIntegerField()
    last_at = models.DateTimeField(help_text="To some seconds.")

    class Meta:
        verbose_name_plural = "usage"
        ordering = ["-day", "plugin", "operation"]
        constraints = [
            models.UniqueConstraint(
                fields=["day", "plugin", "operation", "outcome"], name="one_usage_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.plugin} {self.operation}: {self.number} {self.outcome}"
