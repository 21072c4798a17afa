"""Saved replies: a reviewer's own, and those that lead reviewers keep for all."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from claims import saved_replies
from claims.models import SavedReply
from mci_portal.accounts.access import Rule, access
from mci_portal.common.answers import answer, go_to
from mci_portal.common.errors import Conflict
from mci_portal.common.forms import LineField, ParagraphField


class ReplyForm(forms.Form):
    """A title to choose it by, and the text."""

    title = LineField(label=gettext_lazy("Title"), max_length=120)
    text = ParagraphField(
        label=gettext_lazy("Text"),
        max_length=2000,
        help_text=gettext_lazy("{claim} becomes the claim number, {customer} the name of the customer."),
    )

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if unknown := saved_replies.unknown_placeholders(text):
            raise ValidationError(
                _("“{word}” cannot be filled in. Use {{claim}} or {{customer}}.").format(word=f"{{{unknown[0]}}}")
            )
        return text


class NewReplyForm(ReplyForm):
    """For a lead reviewer also whose it shall be."""

    shared = forms.BooleanField(label=gettext_lazy("Share it with all reviewers"), required=False)

    def __init__(self, *args, lead: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not lead:
            del self.fields["shared"]


@access(Rule.REVIEWER)
@require_http_methods(["GET", "HEAD", "POST"])
def replies(request: HttpRequest) -> HttpResponse:
    """All that the reader may use, and a form for one more."""
    sent = request.POST if request.method == "POST" else None
    form = NewReplyForm(sent, lead=request.actor.lead)
    if request.method == "POST" and form.is_valid():
        kept = form.cleaned_data
        try:
            saved_replies.save(request.actor, kept["title"], kept["text"], kept.get("shared", False))
        except Conflict as refusal:
            messages.error(request, refusal.sentence)
            return _list(request, form, 409)
        return _done(request, _("The reply was saved."))
    return _list(request, form, 422 if request.method == "POST" else 200)


@access(Rule.REVIEWER)
@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: HttpRequest, reply_id: int) -> HttpResponse:
    """Change one, or with the other button remove it."""
    found = saved_replies.get(request.actor, reply_id)
    if request.method == "POST" and request.POST.get("do") == "remove":
        saved_replies.remove(found)
        return _done(request, _("The reply was removed."))
    sent = request.POST if request.method == "POST" else None
    form = ReplyForm(sent, initial={"title": found.title, "text": found.text})
    if request.method == "POST" and form.is_valid():
        saved_replies.save(request.actor, form.cleaned_data["title"], form.cleaned_data["text"], False, found)
        return _done(request, _("The reply was saved."))
    context = {"form": form, "crumbs": _crumbs(found.title), "reply": found}
    return answer(request, "review/reply.html", context, status=422 if request.method == "POST" else 200)


def _list(request: HttpRequest, form: NewReplyForm, status: int) -> HttpResponse:
    context = {
        "crumbs": _crumbs(),
        "form": form,
        "replies": [_row(request, found) for found in saved_replies.usable(request.actor)],
    }
    return answer(request, "review/replies.html", context, status=status)


def _row(request: HttpRequest, found: SavedReply) -> dict:
    changes = found.owner_id is not None or request.actor.lead
    return {
        "title": found.title,
        "text": found.text,
        "shared": found.owner_id is None,
        "url": reverse("review:reply", args=(found.pk,)) if changes else "",
    }


def _crumbs(last: str = "") -> list[tuple[str, str]]:
    to_list = (_("Saved replies"), reverse("review:replies") if last else "")
    return [(_("Home"), "/"), (_("Review queue"), reverse("review:queue")), to_list, *([(last, "")] if last else [])]


def _done(request: HttpRequest, sentence: str) -> HttpResponse:
    messages.success(request, sentence)
    return go_to(request, reverse("review:replies"))
