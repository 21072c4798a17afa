"""What the clock does for eligibility: the daily verdicts, renewed enrolments, and the end of payees' validation."""

from celery import shared_task

from eligibility import payee
from eligibility.refresh import refresh
from eligibility.renewal import renew
from mci_portal.common.clock import database_now
from mci_portal.common.jobs import beat

JOB = "refresh-eligibility"


@shared_task(name="eligibility.tasks.refresh_eligibility")
def refresh_eligibility() -> int:
    """Approve payee profiles whose validation is over, recompute every verdict (R-053), and at the turn of the fiscal
    year renew the enrolments (R-058). Safe to repeat."""
    now = database_now()
    payee.validate_pending(now)
    written = refresh(now)
    if lapsed := renew(now):
        refresh(now, lapsed)
    beat(JOB, now)
    return written


@shared_task(name="eligibility.tasks.validate_payees")
def validate_payees() -> int:
    """Approve payee profiles whose validation is over (R-055). Short; meant to run every few minutes."""
    now = database_now()
    approved = payee.validate_pending(now)
    beat("validate-payees", now)
    return approved
