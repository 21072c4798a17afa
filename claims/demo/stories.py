"""Which claims the demo world holds: one story per line of the catalogue's list, then a crowd for the lists."""

import random
from collections.abc import Callable
from datetime import datetime
from functools import cache

from django.db import transaction

from claims import payments
from claims.demo.directory import TENANTS, UNCLAIMED, domain_of
from claims.demo.walk import Walk, actor, known_customer
from claims.intake import reasons_against
from claims.lifecycle import Refused
from claims.models import Claim, EarningState, SurveyKind
from eligibility.models import Verdict
from engagements.availability import Availability, availability
from engagements.models import Engagement
from mci_portal.accounts.actors import actor_for
from mci_portal.accounts.models import Location, User

ANA, BEN, OMAR, ROLF = "ana@contoso.example", "ben@contoso.example", "omar@fabrikam.example", "rolf@relecloud.example"
RITA, RAVI = "rita@microsoft.example", "ravi@microsoft.example"
REDMOND, TORONTO, SINGAPORE, AMSTERDAM, BERLIN = "6612001", "6612002", "6612003", "6612004", "6612014"

ENDPOINT = "endpoint-management-workshop"
FRONTLINE = "enable-frontline-workshop"
COLLABORATION = "collaborative-apps-workshop"
VIVA, VIVA_INSIGHTS = "microsoft-viva-workshop", "microsoft-viva-insights-workshop"
MEETINGS, PHONES, SYNTEX = (
    "hybrid-meetings-and-rooms-workshop",
    "modernize-communications-workshop",
    "microsoft-syntex-workshop",
)
SIEM, MULTI_CLOUD = "sales-defend-against-threats-with-siem-plus-xdr", "sales-secure-multi-cloud-environments"
SENSITIVE, IDENTITIES = "sales-protect-and-govern-sensitive-data", "usage-secure-identities-and-access"

Steps = Callable[[Walk], object]

# (member, location, customer, engagement, steps)
STORIES: tuple[tuple[str, str, str, str, Steps], ...] = (
    # Before consent
    (ANA, REDMOND, "tailspintoys", ENDPOINT, lambda w: w.add(3)),
    (BEN, REDMOND, "zava", ENDPOINT, lambda w: w.add(28)),
    (BEN, REDMOND, "fridaycontoso", ENDPOINT, lambda w: w.add(12).ask(10)),
    (ANA, TORONTO, "lamnahealthcare", ENDPOINT, lambda w: w.add(20).ask(18).ask(4)),
    (ANA, REDMOND, "margiestravel", COLLABORATION, lambda w: w.add(6).ask(6).bounce(5)),
    # With consent, being worked on
    (BEN, REDMOND, "northwindtraders", ENDPOINT, lambda w: w.add(4).ask(3).accept(0.02)),
    (
        BEN,
        REDMOND,
        "humongousinsurance",
        ENDPOINT,
        lambda w: w.add(95).ask(92).accept(85).upload(20).survey(15, SurveyKind.PARTNER),
    ),
    (ANA, TORONTO, "blueyonderairlines", FRONTLINE, lambda w: w.add(50).ask(49).accept(45).hand_in(6)),
    # Ended before the first submit
    (ANA, REDMOND, "adventureworks", MEETINGS, lambda w: w.add(30).ask(29).decline(27)),
    (ANA, REDMOND, "vanarsdel", SYNTEX, lambda w: w.add(47).ask(40).expire()),
    (BEN, REDMOND, "southridgevideo", SYNTEX, lambda w: w.add(64).expire()),
    (ANA, REDMOND, "nodpublishers", PHONES, lambda w: w.add(33).cancel(31)),
    (ANA, REDMOND, "fincherarchitects", PHONES, lambda w: w.add(25).ask(24).cancel(20)),
    (ANA, TORONTO, "thephonecompany", PHONES, lambda w: w.add(60).ask(59).accept(55).cancel(30)),
    (ANA, REDMOND, "southridgevideo", MEETINGS, lambda w: w.add(20).ask(19).accept(15).withdraw(6)),
    (ANA, REDMOND, "consolidatedmessenger", VIVA, lambda w: w.add(130).ask(128).accept(120).upload(100).expire()),
    # With Microsoft
    (BEN, REDMOND, "wideworldimporters", ENDPOINT, lambda w: w.add(40).ask(39).accept(35).hand_in(2).submit(0.05)),
    (
        ANA,
        TORONTO,
        "woodgrovebank",
        COLLABORATION,
        lambda w: w.add(70).ask(69).accept(60).hand_in(12)
        .comment(11, "The workshop ran on two afternoons.").submit(8),
    ),
    (
        ANA,
        REDMOND,
        "northwindtraders",
        FRONTLINE,
        lambda w: w.add(60).ask(59).accept(55).hand_in(10).submit(6).start_review(3),
    ),
    (
        ANA,
        REDMOND,
        "humongousinsurance",
        FRONTLINE,
        lambda w: w.add(62).ask(60).accept(58).hand_in(14).submit(9).start_review(2),
    ),
    # Partner action required: the first time, the third round, two days left
    (
        BEN,
        REDMOND,
        "tailspintoys",
        FRONTLINE,
        lambda w: w.add(66).ask(65).accept(60).hand_in(20).submit(15).start_review(9).request_action(5),
    ),
    (
        ANA,
        REDMOND,
        "lamnahealthcare",
        VIVA,
        lambda w: w.add(80).ask(79).accept(75).hand_in(40).submit(38).start_review(35).request_action(33)
        .answer_issues(30).submit(29).start_review(25).request_action(22).answer_issues(20).submit(19)
        .start_review(12).request_action(10),
    ),
    (
        ANA,
        TORONTO,
        "blueyonderairlines",
        VIVA,
        lambda w: w.add(125).ask(124).accept(118).hand_in(35).submit(32).start_review(20).request_action(8),
    ),
    (
        ANA,
        REDMOND,
        "adventureworks",
        VIVA_INSIGHTS,
        lambda w: w.add(170).ask(168).accept(160).hand_in(80).submit(75).start_review(70).request_action(60).expire(),
    ),
    # Decided
    (
        ANA,
        REDMOND,
        "zava",
        COLLABORATION,
        lambda w: w.add(70).ask(69).accept(66).hand_in(30).submit(25).start_review(12).approve(2),
    ),
    (
        BEN,
        REDMOND,
        "wideworldimporters",
        FRONTLINE,
        lambda w: w.add(120).ask(118).accept(110).hand_in(70).submit(60).start_review(45).approve(35),
    ),
    (
        ANA,
        TORONTO,
        "woodgrovebank",
        FRONTLINE,
        lambda w: w.add(200).ask(199).accept(190).hand_in(150).submit(140).start_review(130).approve(120),
    ),
    (
        BEN,
        REDMOND,
        "fridaycontoso",
        VIVA,
        lambda w: w.add(75).ask(74).accept(70).hand_in(30).submit(20).start_review(12).reject(5),
    ),
    (
        ANA,
        TORONTO,
        "consolidatedmessenger",
        FRONTLINE,
        lambda w: w.add(100).ask(99).accept(95).hand_in(50).submit(45).start_review(40).reject(29),
    ),
    (
        ANA,
        REDMOND,
        "thephonecompany",
        COLLABORATION,
        lambda w: w.add(90).ask(89).accept(85).hand_in(40).submit(35).start_review(30).reject(20).dispute(6),
    ),
    (
        ANA,
        REDMOND,
        "vanarsdel",
        COLLABORATION,
        lambda w: w.add(90).ask(89).accept(85).hand_in(40).submit(35).start_review(30).reject(20).dispute(15)
        .justify(12).submit(10),
    ),
    (
        ANA,
        REDMOND,
        "nodpublishers",
        VIVA,
        lambda w: w.add(110).ask(109).accept(105).hand_in(60).submit(55).start_review(50).reject(40).expire(),
    ),
    (
        ANA,
        REDMOND,
        "fincherarchitects",
        VIVA,
        lambda w: w.add(112).ask(111).accept(106).hand_in(62).submit(56).start_review(52).reject(42).dispute(20)
        .expire(),
    ),
    (
        ANA,
        REDMOND,
        "southridgevideo",
        VIVA_INSIGHTS,
        lambda w: w.add(120).ask(119).accept(115).hand_in(70).submit(65).start_review(60).reject(50).dispute(45)
        .justify(40).submit(38).start_review(30).reject(25),
    ),
    # Of others: Northwind is taken for one engagement, Fourth Coffee has reached its limit
    (OMAR, AMSTERDAM, "northwindtraders", SIEM, lambda w: w.add(30).ask(29).accept(26)),
    (OMAR, AMSTERDAM, "wideworldimporters", MULTI_CLOUD, lambda w: w.add(15).ask(14)),
    (OMAR, AMSTERDAM, "vanarsdel", SENSITIVE, lambda w: w.add(50).ask(49).accept(45).hand_in(10).submit(4)),
    (OMAR, AMSTERDAM, "fourthcoffee", SENSITIVE, lambda w: w.add(14).ask(13).accept(10)),
    (ROLF, BERLIN, "fourthcoffee", IDENTITIES, lambda w: w.add(13).ask(12).accept(9)),
    (ROLF, BERLIN, "fourthcoffee", MULTI_CLOUD, lambda w: w.add(12).ask(11)),
)  # fmt: skip

PAID = {("wideworldimporters", FRONTLINE): EarningState.UPCOMING, ("woodgrovebank", FRONTLINE): EarningState.SENT}

# What Contoso began with them is over: whoever tries the portal finds "Claim customer" at their names.
RESTING = {"adventureworks", "southridgevideo", "nodpublishers", "fincherarchitects"}

# The ways of the crowd: how a claim ends up, with the days before today its steps happened at.
CROWD: tuple[Steps, ...] = (
    lambda w: w.add(9),
    lambda w: w.add(19).ask(17),
    lambda w: w.add(40).ask(38).accept(30),
    lambda w: w.add(55).ask(50).accept(44).upload(20),
    lambda w: w.add(70).ask(66).accept(60).hand_in(15).submit(11),
    lambda w: w.add(90).ask(86).accept(80).hand_in(40).submit(30).start_review(20).approve(10),
    lambda w: w.add(150).ask(146).accept(140).hand_in(90).submit(80).start_review(60).approve(50),
    lambda w: w.add(75).ask(70).expire(),
    lambda w: w.add(200).ask(190).accept(180).hand_in(120).submit(110).start_review(90).approve(80),
    lambda w: w.add(26).ask(25).decline(20),
)


def make_stories(today: datetime) -> int:
    """Walk every story; returns how many claims there are."""
    # C-08: no shipped engagement offers it, so that the demo shows it an operator has switched it on for one.
    Engagement.objects.filter(slug=MEETINGS).update(withdrawal=True)
    for member, place, customer, engagement, steps in STORIES:
        walk = walk_of(today, member, place, customer, engagement)
        steps(walk)
        if state := PAID.get((customer, engagement)):
            _pay(walk.claim, state, today)
    return len(STORIES)


def _pay(claim: Claim, state: EarningState, now: datetime) -> None:
    """Olga carries the payment as far as ``state``."""
    way = (EarningState.UPCOMING, EarningState.IN_PROGRESS, EarningState.SENT)
    olga = actor_for(User.objects.get(email="olga@microsoft.example"))
    for step in way[: way.index(state) + 1]:
        payments.advance(claim.earning, step, olga, now, "" if step == EarningState.UPCOMING else "PAY-2026-1042")


def make_crowd(today: datetime, size: int) -> int:
    """About ``size`` further claims of every partner that can earn, wherever nothing stands against them.

    Some customers stay free for whoever tries the portal, and no story's customer is taken by another partner.
    """
    luck = random.Random(5512001)  # noqa: S311 - the same crowd every time
    engagements = [e for e in Engagement.objects.all() if availability(e, today.date()) == Availability.ACTIVE]
    members = {
        ANA: (REDMOND, TORONTO, SINGAPORE),
        OMAR: (AMSTERDAM,),
        ROLF: (BERLIN,),
        "amir@adatum.example": ("6612007",),
    }
    told = {(customer, engagement) for _member, _place, customer, engagement, _steps in STORIES}
    pairs = [
        (member, place, tenant[1], engagement)
        for member, places in members.items()
        for place in places
        for tenant in TENANTS
        for engagement in engagements
        if engagement.pk in _earning(place)
        and tenant[1] not in UNCLAIMED | RESTING
        and (tenant[1], engagement.slug) not in told
    ]
    luck.shuffle(pairs)
    made = 0
    busy: dict[str, int] = {}  # customer -> the most claims of his that an engagement allows and that he has by now
    for position, (member, place, customer, engagement) in enumerate(pairs):
        if made == size:
            break
        if engagement.active_per_customer <= busy.get(customer, 0):
            continue
        walk = walk_of(today, member, place, customer, engagement.slug)
        reasons = reasons_against(walk.engagement, walk.by.partner, walk.location, walk.customer, today)
        if "LIMCUST" in {reason.code for reason in reasons}:
            busy[customer] = engagement.active_per_customer
        if reasons:
            continue
        try:
            with transaction.atomic():
                CROWD[position % len(CROWD)](walk)
        except Refused:
            continue  # a limit was reached on a day in between, or this type's days are too few: it never happened
        made += 1
    return made


@cache
def _earning(place: str) -> set[int]:
    return set(Verdict.objects.filter(location__code=place, eligible=True).values_list("engagement_id", flat=True))


def forget() -> None:
    """What was remembered of a world that is gone."""
    for remembered in (_earning, known_customer, actor):
        remembered.cache_clear()


def walk_of(today: datetime, member: str, place: str, customer: str, engagement: str) -> Walk:
    return Walk(
        today=today,
        by=actor(member),
        location=Location.objects.select_related("partner").get(code=place),
        customer=known_customer(domain_of(customer), today),
        engagement=Engagement.objects.select_related("type").get(slug=engagement),
        reviewer=actor(RITA),
        second_reviewer=actor(RAVI),
        contact={"zava": "Zoe Ziegler", "northwindtraders": "Nora North", "tailspintoys": "Tim Tailor"}.get(
            customer, ""
        ),
    )
