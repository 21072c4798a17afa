"""Between a reviewer's forms and what is kept of them: which controls are kept, and how they are filled again."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from django.forms import BoundField, Form
from django.http import QueryDict

from claims.models import ClaimEvent, ReviewCheck, ReviewDraft
from claims.queries.review_claim import line
from claims.review_forms import ApproveForm, BaseIssues, IssueForm, NoteForm, RejectForm
from mci_portal.accounts.actors import Actor

Part = ReviewDraft.Part
LINES = 3  # issues that the form draws
KEPT = {
    Part.APPROVE: re.compile(r"text"),  # its checks are the round's checklist, see ``desk.keep_checks``
    Part.ISSUES: re.compile(rf"issues-[0-{LINES - 1}]-(kind|requirement|severity|text)"),
    Part.REJECT: re.compile(r"reasons|text"),
    Part.NOTE: re.compile(r"text"),
}


def fields(part: str, sent: QueryDict) -> dict[str, list[str]]:
    """What of ``sent`` is kept of the form: its own controls and nothing else."""
    return {name: values for name, values in sent.lists() if KEPT[Part(part)].fullmatch(name)}


def initial(draft: ReviewDraft) -> dict:
    """The draft as a form's initial values: lists where several may be chosen, else the one value."""
    return {name: values if name == "reasons" else (values or [""])[-1] for name, values in draft.fields.items()}


def restore_issues(formset: BaseIssues, kept: Mapping[str, str]) -> None:
    """Fill the lines of a fresh form set. They count as typed, so they are initial to the page and not to the form."""
    for form in formset.forms:
        values = {name: kept[form.add_prefix(name)] for name in form.fields if form.add_prefix(name) in kept}
        form.initial |= values
        form.restored = bool(values.get("text"))


def check_values(checks: Mapping[int, ReviewCheck]) -> dict[str, str]:
    """The round's checklist as initial values of ``ApproveForm``."""
    values = {f"check-{key}": check.verdict for key, check in checks.items()}
    return values | {f"note-{key}": check.note for key, check in checks.items()}


def shown(drafts: Mapping[str, ReviewDraft], events: Iterable[ClaimEvent], by: Actor) -> dict[str, dict]:
    """For each form: whether it was filled from a draft, when that was kept, and what changed since then.

    ``events`` are the claim's, newest first; what ``by`` did himself is no news to him.
    """
    by_part = {}
    for part in Part.values:
        draft = drafts.get(part)
        changed = [
            line(event)
            for event in (events if draft else ())
            if draft is not None and event.seq > draft.version and event.actor_id != by.user_id
        ]
        by_part[part] = {"part": part, "saved_at": draft.saved_at if draft else None, "changed": changed}
    return by_part


def text_name(part: str, into: str) -> str:
    """The text field that a saved reply goes into: the form's only one, or the line of the issues that was named."""
    if part == Part.ISSUES:
        return into if re.fullmatch(rf"issues-[0-{LINES - 1}]-text", into) else "issues-0-text"
    return "text"


def control(part: str, name: str, text: str) -> BoundField:
    """The text control as the page draws it, holding ``text``."""
    if part == Part.ISSUES:
        prefix = name.rpartition("-")[0]
        form: Form = IssueForm(requirements=[], prefix=prefix, initial={"text": text}, use_required_attribute=False)
        return form["text"]
    makers: dict[str, Callable[..., Form]] = {
        Part.APPROVE: partial(ApproveForm, []),
        Part.REJECT: RejectForm,
        Part.NOTE: NoteForm,
    }
    return makers[part](initial={"text": text})["text"]
