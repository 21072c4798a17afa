"""What the clock does for eligibility: the daily verdicts, and the end of the payee profiles' validation."""

from celery import shared_task

from eligibility import payee
from eligibility.refresh import refresh
from mci_portal.common.clock import database_now
from mci_portal.common.jobs import beat

JOB = "refresh-eligibility"


@shared_task(name="eligibility.tasks.refresh_eligibility")
def refresh_eligibility() -> int:
    """Approve payee profiles whose validation is over, then recompute every verdict (R-053). Safe to repeat."""
    now = database_now()
    payee.validate_pending(now)
    written = refresh(now)
    beat(JOB, now)
    return written


@shared_task(name="eligibility.tasks.validate_payees")
def validate_payees() -> int:
    """Approve payee profiles whose validation is over (R-055). Short; meant to run every few minutes."""
    now = database_now()
    approved = payee.validate_pending(now)
    beat("validate-payees", now)
    return approved
