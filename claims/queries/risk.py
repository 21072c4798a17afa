"""How much a claim is at risk of missing its deadline: the days left against the days that its open work takes."""

from datetime import datetime, timedelta
from enum import StrEnum

from claims.queries.attention import Todo

# What is still to do -> the days it usually takes, the waiting for others included.
WORK_DAYS = {
    Todo.BOUNCED: 12,
    Todo.PROPOSED_CONTACT: 8,
    Todo.NOT_SENT: 10,
    Todo.NEEDS_RESEND: 8,
    Todo.CONSENT_EXPIRING: 6,
    Todo.WAITING: 6,
    Todo.TEMPLATE_SUPERSEDED: 5,
    Todo.EVIDENCE_MISSING: 7,
    Todo.READY_TO_SUBMIT: 1,
    Todo.ACTION_REQUIRED: 5,
    Todo.DISPUTE_OPEN: 4,
    Todo.DISPUTE_TO_SUBMIT: 3,
}
HIGH, MEDIUM = timedelta(days=3), timedelta(days=10)


class Risk(StrEnum):
    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


def start_by(due_at: datetime, todo: str) -> datetime:
    """When the work has to begin to be done in time. The board sorts by it: what should have begun first, first."""
    return due_at - timedelta(days=WORK_DAYS.get(Todo(todo), 0) if todo else 0)


def risk(due_at: datetime, todo: str, now: datetime) -> Risk:
    """How pressing it is, by the spare time: days left less the days of work (``WORK_DAYS``).

    =====================================  =====  ==========================  ========  ========  ======
    still to do                            takes  critical with fewer than    high      medium    low
    =====================================  =====  ==========================  ========  ========  ======
    mail came back                         12     12 days left                under 15  under 22  from 22
    consent not sent                       10     10                          13        20        20
    other contact named, link is dead      8      8                           11        18        18
    evidence missing                       7      7                           10        17        17
    customer has not answered              6      6                           9         16        16
    reviewer asks, template superseded     5      5                           8         15        15
    rejected, not disputed                 4      4                           7         14        14
    dispute open, not submitted            3      3                           6         13        13
    only to be submitted                   1      1                           4         11        11
    =====================================  =====  ==========================  ========  ========  ======
    """
    spare = start_by(due_at, todo) - now
    if spare < timedelta():
        return Risk.CRITICAL
    if spare < HIGH:
        return Risk.HIGH
    return Risk.MEDIUM if spare < MEDIUM else Risk.LOW
