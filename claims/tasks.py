"""The periodic jobs of claims. The timetable is in the settings; each may run twice, at once, or late."""

from celery import shared_task

from claims import drafts, evidence, exports, payments, personal, reminders, sweeps
from mci_portal.common.clock import database_now
from mci_portal.common.jobs import beat, brake

DEADLINES = "enforce-deadlines"


@shared_task(name="claims.tasks.enforce_deadlines")
def enforce_deadlines() -> None:
    """Expire what is overdue, unless the database clock cannot be trusted (reliability 11.3)."""
    if brake(DEADLINES, database_now()):
        return
    sweeps.sweep()
    beat(DEADLINES, database_now())


@shared_task(name="claims.tasks.send_reminders")
def send_reminders() -> None:
    """Remind of deadlines; a clock too wrong to expire by is too wrong to remind by."""
    now = database_now()
    if brake(DEADLINES, now):
        return
    reminders.remind(now)
    beat("send-reminders", now)


@shared_task(name="claims.tasks.plan_payments")
def plan_payments() -> None:
    """Earnings that are paid next month become Upcoming (R-251)."""
    now = database_now()
    if brake(DEADLINES, now):
        return
    payments.advance_due(now)
    beat("plan-payments", now)


@shared_task(name="claims.tasks.prepare_exports")
def prepare_exports() -> None:
    """Prepare one export that waits; the next run takes the next."""
    exports.run_next(database_now())
    beat("prepare-exports", database_now())


@shared_task(name="claims.tasks.scan_documents")
def scan_documents() -> None:
    """Have the documents checked that came in while the virus scanner was away."""
    evidence.scan_waiting()
    beat("scan-documents", database_now())


@shared_task(name="claims.tasks.tidy_files")
def tidy_files() -> None:
    """Remove stored files that no document speaks of, expired exports, and drafts nobody touched for a month."""
    now = database_now()
    evidence.tidy(now)
    exports.tidy(now)
    drafts.discard_old(now)
    beat("tidy-files", now)


@shared_task(name="claims.tasks.forget_contacts")
def forget_contacts() -> None:
    """Forget the customers' contacts of claims that closed long ago (R-276)."""
    now = database_now()
    if brake(DEADLINES, now):
        return
    personal.forget_old(now)
    beat("forget-contacts", now)
