"""What each actor must get at each address, said again in the words of the requirements (reliability section 6).

Deliberately no call into ``mci_portal.accounts.access`` or the queries: two statements of one rule check each other.
"""

from tests.security.routes import Route
from tests.security.world import NOBODYS

SIGN_IN, NO_RIGHT, UNKNOWN, LET_IN = "sign-in", "403", "404", "let in"

ANONYMOUS = ("anonymous", "dora")  # Dora's account was closed while she was signed in
PARTNERS_PEOPLE = {"ana": "contoso", "ben": "contoso", "omar": "fabrikam", "grace": "contoso", "nora": "contoso"}
MICROSOFT = ("rita", "ravi", "olga", "fay", "arthur")
READERS = ("fay", "arthur")  # the finance viewer and the auditor send nothing but to their own account
OWN_ACCOUNT = {"signed_in", "public", "token", "demo"}
ACTORS = (*ANONYMOUS, *PARTNERS_PEOPLE, *MICROSOFT)

ADMITTED = {
    "signed_in": {*PARTNERS_PEOPLE, *MICROSOFT},
    "incentives": {"ana", "ben", "omar", "rita", "ravi", "olga", "arthur"},
    "earnings": {"ana", "ben", "omar", *MICROSOFT},
    "partner": {"ana", "ben", "omar"},
    "account_admin": {"grace"},
    "reviewer": {"rita", "ravi"},
    "microsoft": {"rita", "ravi", "olga", "arthur"},
    "operator": {"olga"},
    "mail_log": {"ana", "omar", "olga", "arthur"},
}
# Who may look at an operator's page besides: all of the console but for the forms that only make something new.
AUDITED = {
    "contact_exceptions": ("arthur",),
    "earnings:move": (),
    "engagements:access_requests": ("arthur",),
    "engagements:decide_access": ("arthur",),
    "insights:operator": READERS,
    "insights:operator_csv": READERS,
    "operator:events": ("arthur",),
    "operator:home": ("arthur",),
    "operator:partners": ("arthur",),
    "operator:people": ("arthur",),
    "operator:person": ("arthur",),
    "operator:role_changes": ("arthur",),
    "operator:users": ("arthur",),
    "operator_catalogue:audit": ("arthur",),
    "operator_catalogue:calendar": ("arthur",),
    "operator_catalogue:cap": READERS,
    "operator_catalogue:caps": READERS,
    "operator_catalogue:catalogue": ("arthur",),
    "operator_catalogue:engagement": ("arthur",),
    "operator_catalogue:engagements": ("arthur",),
    "operator_catalogue:export": ("arthur",),
    "operator_catalogue:fixed": ("arthur",),
    "operator_catalogue:invitations": ("arthur",),
    "operator_catalogue:markets": ("arthur",),
    "operator_catalogue:preview": ("arthur",),
    "operator_catalogue:reason": ("arthur",),
    "operator_catalogue:type": ("arthur",),
    "superseded:templates": ("arthur",),
}
WORKS_AT = {"ana": {"redmond", "toronto"}, "ben": {"redmond"}, "omar": {"amsterdam"}}
COMPANY_OF = {"redmond": "contoso", "toronto": "contoso", "amsterdam": "fabrikam"}
OWNER_AT = {"redmond": "ben", "toronto": "ana", "amsterdam": "omar"}

# Whose the object is that a parameter names: a location's, a company's, a person's.
LOCATIONS = {"number", "code", "location_id", "issue_id", "requirement_id", "document_id", "recorded_id"}
COMPANYS = {"slug", "template_id", "user_id", "membership_id", "request_id", "invitation_id"}
PERSONS = {"draft", "export_ref", "view_id"}
OWNED = LOCATIONS | COMPANYS | PERSONS | {"ref", "token", "message_id", "nomination_id", "upload_id", "reply_id"}

# What lies outside the own locations is not there at all, also in the own company.
QUERIES_DECIDE = {"earnings:detail"}
# Of reviewers only who took the claim.
FILES = {
    "claims:download",
    "review:document",
    "review:document_page",
    "review:recorded",
}  # auditors read lists, not what is in them
TAKERS = set(FILES)
TAKERS |= {"review:approve", "review:reject", "review:request_action", "review:comment"}
TAKERS |= {"review:draft", "review:insert"}  # what is being written for them
PARTNERS_ACTIONS = {"claims:do"}  # the address is open to Microsoft's people, this action is not


# What no general rule says: (route, method or "", actors) and what they get instead.
SPECIAL = {
    ("accounts:home", ""): ({"nora"}, NO_RIGHT),  # who has no role at all is told whom to ask
    ("accounts:ask_role", ""): ({*MICROSOFT}, UNKNOWN),  # no company to ask
    ("accounts:workspace", "POST"): ({"omar", "nora", *MICROSOFT}, UNKNOWN),  # the body names Contoso
    ("eligibility:payee", "POST"): ({"ben"}, NO_RIGHT),  # only an Incentives admin
    ("claims:dispute", ""): ({"ben"}, NO_RIGHT),  # of associations the same
    ("claims:disassociate", ""): ({"ben"}, NO_RIGHT),
    ("earnings:list", ""): ({"rita", "ravi"}, NO_RIGHT),  # money is between the partner and the program
    ("review:end_association", ""): ({"rita", "ravi", "arthur"}, NO_RIGHT),  # leads and operators
    ("review:assign", ""): ({"rita", "ravi", "arthur"}, NO_RIGHT),
    ("review:record", ""): ({"rita", "ravi", "arthur"}, NO_RIGHT),  # on the customer's behalf the same
    ("review:release", ""): ({"rita", "ravi"}, NO_RIGHT),
    ("review:refuse_acceptance", ""): ({"rita", "ravi", "arthur"}, NO_RIGHT),
    ("review:reply", ""): ({"ravi"}, UNKNOWN),  # Rita's own
}


def expected(route: Route, actor: str, place: str, method: str = "GET") -> str:
    """What ``actor`` gets for the object of ``place`` at ``route``, where the address takes the method."""
    general = _by_rule(route, actor, place, method)
    for when in ("", method):
        actors, instead = SPECIAL.get((route.name, when), ((), ""))
        if actor in actors and general == LET_IN:
            return instead
    return general


def _by_rule(route: Route, actor: str, place: str, method: str) -> str:
    rule = str(route.rule)
    if rule == "demo":
        return UNKNOWN
    if rule in ("public", "token"):
        return UNKNOWN if "token" in route.parameters and place == NOBODYS else LET_IN
    if actor in ANONYMOUS:
        return SIGN_IN
    reads = method in ("GET", "HEAD", "OPTIONS")
    if actor not in ADMITTED[rule] and not (reads and actor in AUDITED.get(route.name, ())):
        return UNKNOWN if {"number", "message_id"} & set(route.parameters) and _is_anothers(actor, place) else NO_RIGHT
    if actor in READERS and not reads and rule not in OWN_ACCOUNT:
        return NO_RIGHT
    if not OWNED & set(route.parameters):
        return LET_IN
    if place == NOBODYS:
        return NO_RIGHT if route.name in QUERIES_DECIDE and actor in ("rita", "ravi") else UNKNOWN
    return _of_microsoft(route, actor) if actor in MICROSOFT else _of_partner(route, actor, place)


def _is_anothers(actor: str, place: str) -> bool:
    """A claim of another company is not there at all, also behind a door that would not open for the own one."""
    company = PARTNERS_PEOPLE.get(actor)
    return company is not None and actor != "nora" and COMPANY_OF.get(place) != company


def _of_microsoft(route: Route, actor: str) -> str:
    if PERSONS & set(route.parameters):
        return UNKNOWN
    if route.name in FILES and actor == "arthur":
        return NO_RIGHT
    if route.name in QUERIES_DECIDE and actor in ("rita", "ravi"):
        return NO_RIGHT
    if route.name in TAKERS and actor == "ravi":
        return NO_RIGHT
    return NO_RIGHT if route.name in PARTNERS_ACTIONS else LET_IN


def _of_partner(route: Route, actor: str, place: str) -> str:
    parameters = set(route.parameters)
    if COMPANY_OF[place] != PARTNERS_PEOPLE[actor]:
        return UNKNOWN
    if parameters & PERSONS:
        return LET_IN if OWNER_AT[place] == actor else UNKNOWN
    if "ref" in parameters or route.name in QUERIES_DECIDE:
        return LET_IN if place in WORKS_AT[actor] else UNKNOWN
    if parameters & LOCATIONS:
        return LET_IN if place in WORKS_AT[actor] else NO_RIGHT
    return LET_IN


def unseen(actor: str) -> set[str]:
    """The markers of which none may show to ``actor``, at any address that needs an account."""
    if actor in MICROSOFT:
        return set()
    company = {PARTNERS_PEOPLE[actor]} if actor in PARTNERS_PEOPLE and actor != "nora" else set()
    return {*COMPANY_OF, *COMPANY_OF.values()} - WORKS_AT.get(actor, set()) - company
