"""Reliability section 6 as it is written down: one line per row of its table, one cell per role.

The objects are those of Redmond, so IU2 is Tom, who works in Toronto; Rita has taken the claim and Ravi has not; Dora's
account is closed. ``test_access_matrix`` walks every address; here stands what the table promises, in its own words:

    yes   let in (a right role with a wrong state answers 409, and is let in as well)
    none  the page opens, and nothing of Redmond is on it
    own   as for nobody's object, while that of his own company opens
    out   to the sign-in
"""

import pytest

from claims.statuses import Status as S
from tests.security.browser import Visitor, fingerprint
from tests.security.expectations import LET_IN, NO_RIGHT, SIGN_IN, UNKNOWN
from tests.security.routes import ROUTES
from tests.security.test_access_matrix import kind_of
from tests.security.world import MARKS

pytestmark = pytest.mark.django_db

WHO = {
    "AN": "anonymous",
    "IU": "ben",
    "IU2": "tom",
    "IA": "ana",
    "XA": "omar",
    "RV": "rita",
    "RV2": "ravi",
    "PA": "olga",
    "DIS": "dora",
}
HERE, MARK = "redmond", MARKS["redmond"]
ANSWERS = {"yes": LET_IN, "none": LET_IN, "403": NO_RIGHT, "404": UNKNOWN, "own": UNKNOWN, "out": SIGN_IN}

TABLE = {
    #                                         AN  IU  IU2 IA  XA  RV  RV2 PA  DIS
    "engagement catalogue: read":            ("out yes yes yes own yes yes yes out", "GET engagements:summary"),
    "rules, rates, deadlines: change":       ("out 403 403 403 403 403 403 yes out",
                                              "POST operator_catalogue:engagement", "POST operator_catalogue:rates",
                                              "POST operator_catalogue:type", "POST operator_catalogue:catalogue",
                                              "POST operator_catalogue:markets", "POST operator_catalogue:cap"),
    "eligibility lists: read":               ("out yes yes yes own yes yes yes out",
                                              "GET engagements:eligibility ?partner=5512001"),
    "eligibility lists: change":             ("out 403 403 403 403 403 403 yes out",
                                              "POST operator_catalogue:invitations"),
    "customer: read":                        ("out yes none yes own yes yes yes out",
                                              "GET customers:list ?partner=5512001"),
    "customer: add":                         ("out yes yes yes own 403 403 403 out", "GET customers:add"),
    "customer: claim":                       ("out yes 404 yes own 403 403 403 out",
                                              "GET customers:claim", "POST customers:claim"),
    "claim: list":                           ("out yes none yes none yes yes yes out", "GET claims:list ?q=NUMBER"),
    "claim: read":                           ("out yes 403 yes own yes yes yes out", "GET claims:detail"),
    "claim: edit, ask consent, hand in":     ("out yes 403 yes own 403 403 403 out",
                                              "POST claims:contacts", "POST claims:consent", "POST claims:upload",
                                              "POST claims:submit", "POST claims:do cancel consent_received",
                                              "POST claims:do dispute rejected"),
    "claim: take":                           ("out 403 403 403 own yes yes 403 out",
                                              "POST claims:do start_review under_review"),
    "claim: ask for action, approve, reject": ("out 403 403 403 own yes 403 403 out",
                                              "POST review:request_action", "POST review:approve",
                                              "POST review:reject"),
    "claim: give to a reviewer":             ("out 403 403 403 own 403 403 yes out",
                                              "GET review:assign", "POST review:assign"),
    "claim: take from a reviewer":           ("out 403 403 403 own yes 403 yes out",
                                              "POST claims:do release under_review"),
    "comment: read":                         ("out yes 403 yes own yes yes yes out", "GET claims:detail"),
    "comment: write, partner":               ("out yes 403 yes own 403 403 403 out", "POST claims:comment"),
    "comment: write, reviewer":              ("out 403 403 403 own yes 403 403 out", "POST review:comment"),
    "internal note: read":                   ("out 403 403 403 own yes yes yes out", "GET review:claim"),
    "internal note: write":                  ("out 403 403 403 own yes 403 403 out", "POST review:comment internal"),
    "document: download":                    ("out yes 403 yes own yes 403 yes out", "GET claims:download"),
    "document: delete before submit":        ("out yes 403 yes own 403 403 403 out", "POST claims:remove"),
    "history: read":                         ("out yes 403 yes own yes yes yes out", "GET claims:history"),
    # R-009 lets an Incentives user see what his locations earn, where section 6 would not.
    "payouts: read":                         ("out yes 404 yes own 403 403 yes out", "GET earnings:detail"),
    "payouts: change":                       ("out 403 403 403 own 403 403 yes out",
                                              "POST earnings:move", "POST earnings:adjust"),
    "claims: export":                        ("out yes none yes none yes yes yes out",
                                              "GET claims:export_csv ?q=NUMBER"),
    # R-010 gives roles into the hands of Global and Account admins; at Microsoft an operator names the first of them.
    "roles of the own company: manage":      ("out 403 403 403 403 403 403 403 out", "GET accounts:members"),
    "answer on the customer's behalf":       ("out 403 403 403 own 403 403 yes out",
                                              "GET review:record", "POST review:record", "POST review:release",
                                              "POST review:refuse_acceptance"),
    "roles at Microsoft: grant, confirm":    ("out 403 403 403 403 403 403 yes out",
                                              "POST operator:person", "POST operator:nomination",
                                              "POST operator:confirm_invitation"),
    "mail log: read":                        ("out 403 403 yes own 403 403 yes out", "GET outbox:mail_log_entry"),
    "system mail: send again":               ("out 403 403 403 own 403 403 yes out", "POST outbox:retry"),
    "consent and survey page: the link":     ("yes yes yes yes yes yes yes yes yes",
                                              "GET public:consent", "GET public:survey"),
}  # fmt: skip
# On these the word "yes" promises that what is Redmond's can be seen there.
SHOWN = {"customer: read", "claim: list", "claim: read", "claims: export", "internal note: read", "history: read"}


@pytest.fixture(scope="module")
def visitors(world, django_db_blocker) -> dict[str, Visitor]:
    with django_db_blocker.unblock():
        return {role: Visitor(world.people.get(name)) for role, name in WHO.items()}


@pytest.mark.parametrize("row", TABLE)
def test_row(world, visitors, row):
    cells, *probes = TABLE[row]
    wrong, before = [], fingerprint()
    for role, cell in zip(WHO, cells.split(), strict=True):
        for probe in probes:
            answer = _send(world, visitors[role], probe, HERE, keep=cell not in ("yes", "none"))
            if kind_of(answer) != ANSWERS[cell]:
                wrong.append(f"{role} {probe}: {kind_of(answer)} instead of {cell} ({ANSWERS[cell]})")
            shown = MARK.encode() in answer.body
            if (shown and cell != "yes") or (not shown and cell == "yes" and row in SHOWN and probe.startswith("GET")):
                wrong.append(f"{role} {probe}: {'shows' if shown else 'does not show'} what is Redmond's")
            if cell == "own":
                wrong += [f"{role} {probe}: {fault}" for fault in _own(world, visitors[role], probe)]
    assert not wrong, "\n".join(wrong)
    assert fingerprint() == before


def _own(world, visitor: Visitor, probe: str):
    """What is nobody's answers in the same way; what is of the own company does not."""
    nobodys = kind_of(_send(world, visitor, probe, "nowhere", keep=True))
    if nobodys != UNKNOWN:
        yield f"{nobodys} for what does not exist"
    own = kind_of(_send(world, visitor, probe.replace("5512001", "5512002"), "amsterdam"))
    if own == UNKNOWN:
        yield "404 for what is his own"


def _send(world, visitor: Visitor, probe: str, place: str, keep: bool = False):
    """``METHOD route``, then perhaps a query, or an action with the status of its claim, or "internal"."""
    method, name, *more = probe.split()
    route = next(route for route in ROUTES if route.name == name)
    values, body, query = world.values(name, place), world.body(name, place), ""
    if more and more[0].startswith("?"):
        query = more[0].replace("NUMBER", str(world.parameters[place]["number"]))
    elif more == ["internal"]:
        body = body | {"internal": "1"}
    elif more:
        values |= {"action": more[0]}
        if place in world.claims:
            values["number"] = world.claims[place][S(more[1])].number
    return visitor.send(method, route.url(values) + query, body if method == "POST" else None, keep=keep)


def test_internal_note_is_on_no_page_of_the_partner(world, visitors):
    for role in ("IU", "IA"):
        for name in ("GET claims:detail", "GET claims:history"):
            assert b"internal note" not in _send(world, visitors[role], name, HERE).body
