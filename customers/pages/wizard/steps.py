"""The order of the steps in both wizards, and how far a run has come."""

from types import ModuleType

from customers.pages.wizard import contacts, customer, details, engagements, review
from customers.pages.wizard.run import Run

STEPS: dict[str, ModuleType] = {
    "details": details,
    "customer": customer,
    "engagements": engagements,
    "contacts": contacts,
    "review": review,
}


def of(run: Run) -> list[str]:
    """A known customer is not asked for again (R-107)."""
    return [name for name in STEPS if not (name == "customer" and run.known)]


def after(run: Run, step: str) -> str:
    names = of(run)
    return names[names.index(step) + 1]


def before(run: Run, step: str) -> list[str]:
    names = of(run)
    return names[: names.index(step)]


def first_missing(run: Run, step: str) -> str | None:
    """The first step ahead of ``step`` that nobody has taken yet."""
    return next((name for name in before(run, step) if not STEPS[name].is_given(run)), None)


def first_incomplete(run: Run, step: str) -> str | None:
    """The same, or one whose answer does not hold any more: the world changed, or an earlier step did."""
    for name in before(run, step):
        if not STEPS[name].is_given(run) or not STEPS[name].holds(run):
            return name
    return None
