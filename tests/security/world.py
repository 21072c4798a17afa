"""One world for the tests that walk every address: the same set of objects at Redmond, at Toronto and at Fabrikam.

Every free text at a place carries the place's marker, so that a leak shows in any answer. The registry is by the
name of the URL parameter; only where one name means two things is the route named as well.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.utils.timezone import now as utc_now

from claims import saved_replies, saved_views
from claims.models import Claim, Document, Draft, SurveyKind, SurveyLink
from claims.statuses import Status as S
from engagements.models import (
    AccessRequest,
    EvidenceRequirement,
    EvidenceTemplate,
)
from mci_portal.accounts import calendar_feed, invitations, microsoft, requests
from mci_portal.accounts.actors import actor_for
from mci_portal.accounts.models import Location, MicrosoftRole, Partner, Role, User
from mci_portal.common import tokens
from mci_portal.common.models import Heartbeat
from mci_portal.outbox import delivery
from tests.cast import Cast, make_cast
from tests.factories import live_request
from tests.rows import AssociationEngagementFactory, MembershipFactory, UserFactory
from tests.security import pieces

PLACES = ("redmond", "toronto", "amsterdam")
# Of what belongs to a location, and of what the whole company may see.
MARKS = {name: f"zq{name}zq" for name in (*PLACES, "contoso", "fabrikam")}
SPICE = """<img src=x onerror=alert(1)>"'{{7*7}}{% debug %}${7*7}%n%s"""
NOBODYS = "nowhere"  # values that name nothing at all

# The status that a route's claim has to be in for the page to have something to show.
CLAIM_FOR = {
    "claims:consent": S.CUSTOMER_CLAIMED,
    "claims:contacts": S.CONSENT_RECEIVED,
    "claims:upload": S.CONSENT_RECEIVED,
    "claims:remove": S.CONSENT_RECEIVED,
    "claims:survey": S.CONSENT_RECEIVED,
    "claims:send_partner_survey": S.CONSENT_RECEIVED,
    "claims:do": S.CONSENT_RECEIVED,
    "claims:submit": S.CONSENT_RECEIVED,
    "claims:answer_issue": S.ACTION_REQUIRED,
    "claims:again": S.CONSENT_DECLINED,
    "earnings:detail": S.APPROVED,
    "earnings:move": S.APPROVED,
    "earnings:adjust": S.APPROVED,
    "claims:association": f"cpor {S.DRAFT}",
    "claims:dispute": f"cpor {S.REJECTED}",
    "claims:ask_to_reject": f"cpor {S.UNDER_REVIEW}",
    "claims:disassociate": f"cpor {S.APPROVED}",
    "review:confirm_rejection": f"cpor {S.UNDER_REVIEW}",
    "review:end_association": f"cpor {S.APPROVED}",
    "review:record": S.AWAITING_CONSENT,
    "review:release": S.AWAITING_CONSENT,
    "review:refuse_acceptance": S.AWAITING_CONSENT,
}
BUILD_INTENT = (
    S.CUSTOMER_CLAIMED,
    S.AWAITING_CONSENT,
    S.CONSENT_RECEIVED,
    S.CONSENT_DECLINED,
    S.ACTION_REQUIRED,
    S.REJECTED,
    S.APPROVED,
)
ASSOCIATIONS = (S.DRAFT, S.UNDER_REVIEW, S.REJECTED, S.APPROVED)

# Without this a POST would ask for nothing; what it does is undone.
BODIES = {
    "accounts:language": lambda world, place: {"language": "en"},
    "accounts:workspace": lambda world, place: {"partner": world.cast.contoso.pk},
    "accounts:decide_role": lambda world, place: {"decision": "decline"},
    "operator:person": lambda world, place: {"do": "reactivate"},
    "engagements:decide_access": lambda world, place: {"decision": "decline", "answer": "Not now."},
    "operator_catalogue:preview": lambda world, place: {"do": "discard"},
    "claims:export": lambda world, place: {"format": "csv"},
    "claims:ticked": lambda world, place: {"do": "export"},
    "claims:view": lambda world, place: {"do": "close"},
}


@dataclass
class World:
    cast: Cast
    people: dict[str, User]
    claims: dict[str, dict[str, Claim]] = field(default_factory=dict)
    parameters: dict[str, dict] = field(default_factory=dict)
    special: dict[str, dict[str, dict]] = field(default_factory=dict)
    mails: list = field(default_factory=list)  # that were sent while it was made

    def values(self, route: str, place: str) -> dict:
        """What stands in the address of ``route`` for an object of ``place``."""
        known = dict(self.parameters[place])
        if place != NOBODYS and route in CLAIM_FOR:
            claim = self.claims[place][CLAIM_FOR[route]]
            requirement = EvidenceRequirement.objects.filter(engagement=claim.engagement).order_by("position").first()
            known |= {"number": claim.number, "requirement_id": requirement.pk}
        return known | self.special.get(route, {}).get(place, {})

    def body(self, route: str, place: str) -> dict:
        return BODIES[route](self, place) if route in BODIES else {}


def build(spice: str = "") -> World:
    """About forty objects per place; takes a few seconds, so a module makes it once.

    ``spice`` is added to every free text of the world, also to the names of people and companies.
    """
    cast = make_cast()
    if spice:
        _spice(spice)
        cast = make_cast()
    people = {
        name: getattr(cast, name)
        for name in ("ana", "ben", "tom", "omar", "rita", "ravi", "lena", "olga", "fay", "arthur")
    }
    for name, partner in (("grace", cast.contoso), ("gerda", cast.fabrikam)):
        people[name] = UserFactory(email=f"{name}@{partner.mail_domain}", name=name.title())
        MembershipFactory(user=people[name], partner=partner, role=Role.GLOBAL_ADMIN)
    people["nora"] = UserFactory(email="nora@contoso.example", name="Nora without a role")
    people["dora"] = UserFactory(email="dora@contoso.example", name="Dora who left")
    MembershipFactory(user=people["dora"], partner=cast.contoso)
    people["dora"].is_active = False
    people["dora"].save()
    world = World(cast, people)
    for place in PLACES:
        _furnish(world, place, spice)
    _nothing(world)
    delivery.drain()
    for job in settings.HEARTBEAT_MAX_AGE:
        Heartbeat.objects.update_or_create(name=job, defaults={"beat_at": utc_now() + timedelta(hours=1)})
    return world


def _spice(spice: str) -> None:
    for model in (Partner, Location, User):
        model.objects.update(name=Concat("name", Value(spice)))
    Partner.objects.update(legal_name=F("name"))


def _furnish(world: World, place: str, spice: str) -> None:
    cast, mark = world.cast, MARKS[place] + spice
    location: Location = getattr(cast, place)
    partner, worker = location.partner, {"redmond": cast.ben, "toronto": cast.ana, "amsterdam": cast.omar}[place]
    company = MARKS[partner.mail_domain.removesuffix(".example")] + spice
    engagement = pieces.engagement_at(partner, location, place, company)
    claims = world.claims[place] = {
        status: pieces.claim_at(status, location, engagement, mark) for status in BUILD_INTENT
    }
    usage = AssociationEngagementFactory(name=f"Usage at {place}", slug=f"usage-at-{place}")
    claims |= {f"cpor {status}": pieces.claim_at(status, location, usage, mark, kind="cpor") for status in ASSOCIATIONS}
    claims[S.UNDER_REVIEW] = pieces.under_review(cast, location, engagement, mark)
    claim = claims[S.UNDER_REVIEW]
    document = Document.objects.filter(claim=claim, name__contains="real").get()
    known = claim.customer
    template = EvidenceTemplate.objects.get(requirement__engagement=engagement)
    add, take = (pieces.draft_of(worker, engagement, location, mark, customer) for customer in (None, known))
    world.parameters[place] = {
        "number": claim.number,
        "action": "cancel",
        "issue_id": claims[S.ACTION_REQUIRED].issues.first().pk,
        "requirement_id": document.requirement_id,
        "document_id": document.pk,
        "recorded_id": pieces.recorded_by(claim, cast.lena, mark).pk,
        "page": 1,
        "slug": engagement.slug,
        "template_id": template.pk,
        "location_id": location.pk,
        "code": location.code,
        "ref": known.ref,
        "draft": add.ref,
        "step": "customer",
        "token": tokens.value("consent", live_request(claims[S.AWAITING_CONSENT]).nonce),
        "message_id": pieces.mail_at(mark, claims[S.CONSENT_RECEIVED].topic, partner, location).pk,
        "export_ref": pieces.export_of(worker, MARKS[place]).ref,
        "view_id": saved_views.save(actor_for(worker), f"{mark} view"[:60], f"q={place}").pk,
        "upload_id": pieces.upload_by(world.cast.olga, place).pk,
        "reply_id": saved_replies.save(actor_for(world.cast.rita), f"{mark} reply", f"{mark} text", False).pk,
        **_members(world, place, partner, location, company),
    }
    _special(world, place, claims, take, partner, company)


def _special(world: World, place: str, claims: dict, take: Draft, partner: Partner, mark: str) -> None:
    """Where one name of a parameter means another thing than elsewhere."""
    olga, now = actor_for(world.cast.olga), utc_now()
    second = UserFactory(
        email=f"o-{place}@microsoft.example", name="An operator", microsoft_role=MicrosoftRole.OPERATOR
    )
    person = UserFactory(email=f"r-{place}@microsoft.example", name="A reviewer", microsoft_role=MicrosoftRole.REVIEWER)
    invited = invitations.invite_microsoft(olga, f"new-{place}@microsoft.example", MicrosoftRole.AUDITOR, now)
    waiting = invitations.invite_microsoft(
        actor_for(second), f"reads-{place}@microsoft.example", MicrosoftRole.REVIEWER, now
    )
    asked = AccessRequest.objects.create(
        partner=partner, asked_name=f"{mark} asked", reason=f"{mark} why", asked_by=world.cast.ana, asked_at=now
    )
    link = SurveyLink.objects.filter(survey__claim=claims[S.CONSENT_RECEIVED], voided_at=None).get()
    for route, values in {
        "review:record": {"action": "decline"},
        "customers:claim_step": {"draft": take.ref, "step": "details"},
        "public:survey": {"token": tokens.value(SurveyKind.CUSTOMER, link.nonce)},
        "accounts:confirm_address": {"token": pieces.address_link(person, place)},
        "accounts:invitation": {"token": tokens.value("invitation", invited.nonce)},
        "operator:person": {"user_id": person.pk},
        "operator:withdraw_invitation": {"invitation_id": invited.pk},
        "operator:confirm_invitation": {"invitation_id": waiting.pk},
        "operator:nomination": {"nomination_id": microsoft.nominate(olga, person, MicrosoftRole.LEAD_REVIEWER, now).pk},
        "engagements:decide_access": {"request_id": asked.pk},
        "operator_catalogue:cap": {"slug": pieces.cap_of(place).code},
        "operator_catalogue:type": {"slug": "workshop"},
        "operator_catalogue:reason": {"listed": "rejection", "slug": "no_response"},
        "public:opt_out": {"token": pieces.opt_out_link(claims[f"cpor {S.APPROVED}"])},
        "public:withdraw": {"token": pieces.accepted_link(claims[S.CONSENT_RECEIVED])},
        "accounts:new_password": {"token": pieces.password_link(person)},
        "public:calendar": {"token": calendar_feed.secret(calendar_feed.renew(_worker(world, place), now))},
    }.items():
        world.special.setdefault(route, {})[place] = values


def _worker(world: World, place: str) -> User:
    """Somebody who works at the place, and at Contoso's places there alone."""
    person = UserFactory(email=f"w-{place}@elsewhere.example", name=f"Worker at {place}")
    location: Location = getattr(world.cast, place)
    MembershipFactory(user=person, partner=location.partner, location=location, role=Role.INCENTIVES_USER)
    return person


def _members(world: World, place: str, partner: Partner, location: Location, mark: str) -> dict:
    """A colleague with two roles, one who asks for a role, one invited."""
    admin = actor_for(world.people["grace" if partner == world.cast.contoso else "gerda"])
    colleague = UserFactory(email=f"c-{place}@{partner.mail_domain}", name=f"Colleague {place}")
    grant = MembershipFactory(user=colleague, partner=partner, location=location, role=Role.INCENTIVES_USER)
    asker = UserFactory(email=f"a-{place}@{partner.mail_domain}", name=f"Asker {place}")
    return {
        "user_id": colleague.pk,
        "membership_id": grant.pk,
        "request_id": requests.ask(actor_for(asker), Role.INCENTIVES_USER, f"{mark} reason", utc_now()).pk,
        "invitation_id": invitations.invite(
            admin, f"i-{place}@{partner.mail_domain}", Role.INCENTIVES_USER, location, utc_now()
        ).pk,
        "nomination_id": 0,
    }


def _nothing(world: World) -> None:
    text = {"slug", "code", "ref", "draft", "token"}
    known = world.parameters[PLACES[0]]
    world.parameters[NOBODYS] = {name: "nosuchthing" if name in text else 987654321 for name in known} | {
        "action": "cancel",
        "step": "customer",
        "page": 1,
        "listed": "rejection",
    }
