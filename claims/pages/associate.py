"""Use or consume: the one form that makes the draft of an association, and the form that mends it (R-221, R-225)."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from claims import associations, contacts
from claims.actions import Action
from claims.forms import ContactsForm
from claims.models import Claim
from claims.pages import done, refused
from claims.queries import claim_page, scope
from customers.identity import IdType
from customers.models import Customer
from customers.resolution import DirectoryUnavailable, TenantNotFound
from eligibility.queries import offered_locations
from engagements.models import Area, Engagement, PartnerRole
from engagements.queries import visible_to
from mci_portal.accounts.access import Rule, access
from mci_portal.common.clock import database_now
from mci_portal.common.errors import Conflict
from mci_portal.common.forms import LineField
from mci_portal.common.numbers import whole

PRODUCT_FIELDS = ("workloads", "subscription_id", "recognition_only", "solution_seller", "isv_product")


class ProductsForm(forms.Form):
    """Where the claim is made and what it names. Fields that the role does not know are left out (R-220)."""

    location = forms.TypedChoiceField(coerce=int, label=gettext_lazy("Location ID"))
    workloads = forms.MultipleChoiceField(
        label=gettext_lazy("Workloads and products"),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Name every product your proof of execution describes, and no other."),
    )
    subscription_id = LineField(
        label=gettext_lazy("Subscription ID"),
        max_length=40,
        help_text=gettext_lazy(
            "Of the customer's Dynamics 365 or Power Platform subscription. When a subscription has expired, make a "
            "new claim with the new ID."
        ),
    )
    solution_seller = LineField(label=gettext_lazy("Name of the solution seller"), max_length=150, required=False)
    isv_product = LineField(label=gettext_lazy("ISV product name"), max_length=150, required=False)
    recognition_only = forms.BooleanField(
        label=gettext_lazy("Recognition only: we ask for no incentive payments"), required=False
    )

    def __init__(self, engagement: Engagement, actor, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.offers = {
            offer.location.pk: offer.location for offer in offered_locations(engagement, actor) if offer.selectable
        }
        self.fields["location"].choices = [("", _("Choose a location"))] + [
            (pk, f"{place.name} ({place.code}, {place.country})") for pk, place in self.offers.items()
        ]
        self.fields["workloads"].choices = associations.WORKLOADS.get(engagement.area, ())
        if engagement.area != Area.BUSINESS_APPLICATIONS:
            del self.fields["subscription_id"]
        if engagement.role != PartnerRole.USE_OR_CONSUME:
            del self.fields["recognition_only"]
        if engagement.role != PartnerRole.INFLUENCED_REVENUE:
            del self.fields["solution_seller"], self.fields["isv_product"]

    @property
    def products(self) -> associations.Products:
        typed = {name: self.cleaned_data[name] for name in PRODUCT_FIELDS if name in self.cleaned_data}
        return associations.Products(**typed | {"workloads": tuple(typed["workloads"])})


class AssociateForm(ProductsForm, ContactsForm):
    """Everything of R-221 on one page."""

    name = LineField(label=gettext_lazy("Claim name"), max_length=120)
    id_type = forms.ChoiceField(label=gettext_lazy("Customer is entered by"), widget=forms.RadioSelect)
    id_value = LineField(label=gettext_lazy("Customer ID"), max_length=253)

    field_order = ("name", "location", "id_type", "id_value", *PRODUCT_FIELDS, *contacts.FIELDS)

    def __init__(self, engagement: Engagement, actor, *args, **kwargs):
        super().__init__(engagement, actor, *args, **kwargs)
        del self.fields["version"]
        self.fields["id_type"].choices = [(code, IdType(code).label) for code in engagement.id_types]
        self.customer: Customer | None = None

    def clean(self) -> dict:
        typed = super().clean()
        if typed.get("id_type") and typed.get("id_value"):
            try:
                self.customer = associations.find_customer(typed["id_type"], typed["id_value"], database_now())
            except ValidationError as malformed:
                self.add_error("id_value", malformed)
            except (TenantNotFound, DirectoryUnavailable) as unknown:
                self.add_error("id_value", str(unknown))
        return typed


@access(Rule.PARTNER)
@require_http_methods(["GET", "HEAD", "POST"])
def associate(request: HttpRequest) -> HttpResponse:
    """T32. ``?engagement=`` names the role's engagement; ``?again=`` a claim of one's own to begin from (T41)."""
    previous = _previous(request)
    engagement = _engagement(request, previous)
    if engagement is None:
        return redirect(f"{reverse('customers:add_any')}?role=use")
    form = AssociateForm(engagement, request.actor, request.POST or None, initial=_initial(request, previous))
    if request.method == "POST" and form.is_valid():
        try:
            claim = _begin(request, engagement, form, previous)
        except ValidationError as problem:
            form.add_error(None, problem)
        except Conflict as refusal:
            return _draw(request, engagement, form, 409, refusal.sentence)
        else:
            messages.success(request, _("The draft was created. Upload the proof of execution, then submit the claim."))
            return redirect("claims:detail", claim.number)
    return _draw(request, engagement, form, 422 if request.method == "POST" else 200)


def _begin(request: HttpRequest, engagement: Engagement, form: AssociateForm, previous: Claim | None) -> Claim:
    typed = form.cleaned_data
    return associations.begin(
        by=request.actor,
        location=form.offers[typed["location"]],
        engagement=engagement,
        customer=form.customer,
        products=form.products,
        people={name: typed.get(name, "") for name in contacts.FIELDS},
        name=typed["name"],
        id_type=typed["id_type"],
        id_value=typed["id_value"],
        now=database_now(),
        previous=previous,
    )


def _previous(request: HttpRequest) -> Claim | None:
    number = whole(request.GET.get("again", ""))
    return None if number is None else scope.get(request.actor, number)


def _engagement(request: HttpRequest, previous: Claim | None) -> Engagement | None:
    slug = previous.engagement.slug if previous else request.GET.get("engagement", "")
    if not slug:
        return None
    found = visible_to(request.actor.partner_id).filter(slug=slug, is_cpor=True).first()
    if found is None:
        raise Http404
    return found


def _initial(request: HttpRequest, previous: Claim | None) -> dict:
    me = {"partner_name": request.actor.name, "partner_email": request.actor.email}
    if previous is None:
        return me
    copied = ("name", "id_type", "id_value", *contacts.FIELDS)
    return me | {name: getattr(previous, name) for name in copied} | _present(previous)


def _present(claim: Claim) -> dict:
    row = claim.association
    return {"location": claim.location_id} | {name: getattr(row, name) for name in PRODUCT_FIELDS}


def _draw(
    request: HttpRequest, engagement: Engagement, form: AssociateForm, status: int = 200, problem: str = ""
) -> HttpResponse:
    context = {
        "engagement": engagement,
        "help": associations.ROLE_HELP.get(engagement.role, ""),
        "form": form,
        "problem": problem,
        "crumbs": [
            (_("Home"), reverse("accounts:home")),
            (_("Customer claims"), reverse("claims:list")),
            (_("Add customer"), ""),
        ],
    }
    return render(request, "claims/associate.html", context, status=status)


@access(Rule.PARTNER)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, number: int) -> HttpResponse:
    """R-225: location and products, in a draft or while the reviewer waits."""
    claim = scope.get(request.actor, number)
    claim_page.offer(claim, Action.EDIT_ASSOCIATION, request.actor)
    form = ProductsForm(claim.engagement, request.actor, request.POST or None, initial=_present(claim))
    if request.method == "POST" and form.is_valid():
        try:
            associations.edit(claim, request.actor, form.offers[form.cleaned_data["location"]], form.products)
            return done(request, number, _("Location and products were changed."), focus="details")
        except ValidationError as problem:
            form.add_error(None, problem)
        except Conflict as refusal:
            return refused(request, number, refusal)
    status = 422 if request.method == "POST" else 200
    return render(request, "claims/association.html", {"claim": claim, "form": form}, status=status)
