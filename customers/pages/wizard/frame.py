"""What stands around a step: title, crumbs, stepper, footer links, the customer line."""

from django.urls import reverse
from django.utils.translation import gettext as _

from customers.pages.wizard import steps
from customers.pages.wizard.run import Run


def around(run: Run, step: str) -> dict:
    """The context of ``customers/wizard.html`` but for the step itself."""
    names, title = steps.of(run), title_of(run)
    number = names.index(step) + 1
    label = str(steps.STEPS[step].LABEL)
    facts = {"number": number, "total": len(names), "label": label, "wizard": title}
    return {
        "page_title": _("Step %(number)s of %(total)s: %(label)s – %(wizard)s") % facts,
        "wizard_title": title,
        "number": number,
        "total": len(names),
        "current_label": label,
        "steps": [_dot(run, name, step) for name in names],
        "step_template": steps.STEPS[step].TEMPLATE,
        "here": run.url(step),
        "previous_url": run.url(names[number - 2]) if number > 1 else "",
        "cancel_url": run.list_url,
        "is_last": step == "review",
        "is_wide": step in ("engagements", "contacts"),
        "customer": run.customer if step != "customer" else None,
        "crumbs": crumbs(run, title),
        "engagement": run.engagement,
    }


def title_of(run: Run) -> str:
    return _("Claim customer") if run.known else _("Add customer")


def crumbs(run: Run, title: str) -> list[tuple[str, str]]:
    home = reverse("engagements:list")
    return [
        (_("Home"), reverse("accounts:home")),
        (_("Incentives"), home),
        (_("MCI engagements"), home),
        (run.engagement.name, f"{home}{run.engagement.slug}/"),
        (_("Customers"), run.list_url),
        (title, ""),
    ]


def _dot(run: Run, name: str, current: str) -> dict:
    names = steps.of(run)
    state = "done" if names.index(name) < names.index(current) else "todo"
    return {
        "label": str(steps.STEPS[name].LABEL),
        "url": run.url(name),
        "state": "current" if name == current else state,
    }
