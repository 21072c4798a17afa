"""Who gets what at every address (reliability section 6): route x method x actor x owner x style, all generated.

The routes come from the URL configuration, the expectations from ``expectations``, the objects from ``world``. A
refusal must write nothing and show nothing; what is somebody else's must look exactly like what does not exist.
"""

import pytest

from tests.security.browser import Visitor, fingerprint, without_tokens
from tests.security.expectations import ACTORS, LET_IN, NO_RIGHT, OWNED, SIGN_IN, UNKNOWN, expected, unseen
from tests.security.routes import ROUTES, Route
from tests.security.world import MARKS, NOBODYS, PLACES

pytestmark = pytest.mark.django_db

ALL_PLACES = (*PLACES, NOBODYS)
# These say the same at every object, so two owners are enough.
RARE_METHODS = ("HEAD", "OPTIONS", "PUT", "PATCH", "DELETE")
FINE = {200, 204, 302, 409, 410, 422}


def places_of(route: Route) -> tuple[str, ...]:
    return ALL_PLACES if OWNED & set(route.parameters) else PLACES[:1]


def kind_of(answer) -> str:
    """Which of the four answers it is, or the bare status."""
    status = answer.status_code
    if status == 302 and answer.url.startswith("/sign-in/?next=/"):
        return SIGN_IN
    if status == 401 and answer.headers.get("HX-Redirect") == "/sign-in/":
        return SIGN_IN
    return LET_IN if status in FINE else {403: NO_RIGHT, 404: UNKNOWN}.get(status, str(status))


@pytest.fixture(scope="module")
def visitors(world, django_db_blocker) -> dict[str, Visitor]:
    with django_db_blocker.unblock():
        return {name: Visitor(world.people.get(name)) for name in ACTORS}


@pytest.fixture(scope="module")
def taken(world, visitors, django_db_blocker) -> dict[str, set[str]]:
    """The methods that each address takes, asked as the first person who is let in there."""
    found = {}
    with django_db_blocker.unblock():
        for route in ROUTES:
            actor, place = next(
                (
                    (name, place)
                    for name in ACTORS
                    for place in places_of(route)
                    if expected(route, name, place) == LET_IN
                ),
                ("anonymous", PLACES[0]),
            )
            url = route.url(world.values(route.name, place))
            found[route.name] = {
                method
                for method in ("GET", "POST", *RARE_METHODS)
                if visitors[actor].send(method, url, world.body(route.name, place)).status_code != 405
            }
    return found


def test_every_address_declares_its_rule():
    """R-271: a view without ``@access`` does not get into the portal."""
    assert [route.name for route in ROUTES if route.rule is None] == []


def test_every_parameter_says_whose_it_is():
    """A new kind of object in an address has to be put into the matrix before it passes."""
    neutral = {"action", "step", "page", "listed"}
    assert {name for route in ROUTES for name in route.parameters} - OWNED - neutral == set()


def test_addresses_are_all_found():
    assert len(ROUTES) >= 70
    assert len({route.name for route in ROUTES}) == len(ROUTES)


@pytest.mark.parametrize("actor", ACTORS)
def test_matrix(world, visitors, taken, actor):
    """G1: the right answer, nothing written and nothing shown for a refusal."""
    before, wrong, asked = fingerprint(), [], 0
    for route in ROUTES:
        for method, place, hx in _cells(route, actor, taken[route.name]):
            due = expected(route, actor, place, method)
            url = route.url(world.values(route.name, place))
            body = world.body(route.name, place) if method == "POST" else None
            answer = visitors[actor].send(method, url, body, hx=hx, keep=due != LET_IN)
            asked += 1
            for fault in _faults(route, method, actor, due, answer, taken[route.name], visitors[actor].wrote):
                wrong.append(f"{method} {url} ({route}) as {actor} at {place}{' hx' if hx else ''}: {fault}")
    assert not wrong, "\n".join(wrong)
    assert asked >= 4 * len(ROUTES)
    assert fingerprint() == before


def _cells(route: Route, actor: str, takes: set[str]):
    """Method, place and style. Who does not get past the door meets it at every object, so two of them are enough.

    The style changes how a refusal is told, not who is refused. The rarer methods take turns over the actors.
    """
    owners = places_of(route)
    if all(expected(route, actor, place) in (SIGN_IN, NO_RIGHT) for place in owners):
        owners = (owners[0], owners[-1])[: len(owners)]
    for method in ("GET", "POST"):
        if method in takes:
            yield from ((method, place, False) for place in owners)
            yield method, owners[-1], True
        else:
            yield method, owners[0], False
    turn = ROUTES.index(route) + ACTORS.index(actor)
    yield from ((RARE_METHODS[(turn + step) % len(RARE_METHODS)], owners[0], False) for step in (0, 1))


def _faults(route: Route, method: str, actor: str, due: str, answer, takes: set[str], wrote: list[str]):
    got = kind_of(answer)
    if answer.status_code >= 500:
        yield f"status {answer.status_code}"
    elif method not in takes:
        if got not in ("405", due):
            yield f"{got} though the address does not take it"
    elif method == "OPTIONS" and route.rule == "token":
        pass  # answered for any link alike: with the methods, and nothing else
    elif got != due:
        yield f"{got} instead of {due}"
    if got != LET_IN and wrote:
        yield f"refused, but wrote {sorted(set(wrote))}"
    if str(route.rule) not in ("token", "demo"):
        if shown := [place for place in unseen(actor) if MARKS[place].encode() in answer.body]:
            yield f"shows what belongs to {shown}"


@pytest.mark.parametrize("actor", ["ana", "ben", "omar", "grace"])
def test_foreign_object_looks_like_none(world, visitors, actor):
    """Reliability 6: byte for byte the same answer, so that nobody learns what exists."""
    wrong = []
    for route in (route for route in ROUTES if OWNED & set(route.parameters) and route.rule not in ("token", "demo")):
        for place in PLACES:
            if expected(route, actor, place) != UNKNOWN:
                continue
            for method in ("GET", "POST"):
                for hx in (False, True):
                    theirs, none = (
                        visitors[actor].send(method, route.url(world.values(route.name, where)), hx=hx)
                        for where in (place, NOBODYS)
                    )
                    same = theirs.status_code == none.status_code and without_tokens(theirs.body) == without_tokens(
                        none.body
                    )
                    if not same or dict(theirs.headers) != dict(none.headers):
                        wrong.append(f"{method} {route} at {place}{' hx' if hx else ''}")
    assert not wrong, "\n".join(wrong)
