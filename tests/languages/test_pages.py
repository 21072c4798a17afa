"""The main pages in Dutch and Swedish: a reader meets no English left over from a template or from Python."""

import re

import pytest
from django.utils.html import strip_tags

from claims.models import Claim
from claims.statuses import Status as S
from mci_portal.accounts.models import User
from tests.factories import claim_in
from tests.pages.mailed import consent_link, send_survey

pytestmark = pytest.mark.django_db

# Words that English sentences can hardly do without and that no name of ours holds. None is a word of the others.
ENGLISH = re.compile(
    r"\b(?:the|this|your|you|has|have|which|because|there|nothing|until|choose|who|whom)\b", re.IGNORECASE
)
PAGES = [
    ("ana", "/incentives/engagements/"),
    ("ana", "/incentives/claims/"),
    ("ana", "/incentives/claims/{number}/"),
    ("ana", "/incentives/claims/{number}/history/"),
    ("ana", "/incentives/engagements/{slug}/"),
    ("ana", "/incentives/engagements/{slug}/eligibility/"),
    ("ana", "/incentives/engagements/{slug}/customers/"),
    ("ana", "/incentives/earnings/"),
    ("ana", "/action-center/"),
    ("ana", "/account/"),
    ("rita", "/review/"),
    ("rita", "/review/{number}/"),
    ("olga", "/operator/"),
    ("olga", "/operator/catalogue/"),
    ("", "/sign-in/"),
]


def words_of(answer) -> str:
    page = re.sub(r"<(script|style|head)\b.*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    labels = " ".join(re.findall(r'(?:aria-label|title|placeholder|data-l)="([^"]*)"', page))
    return f"{strip_tags(page)} {labels}"


@pytest.mark.parametrize("language", ["nl", "sv"])
@pytest.mark.parametrize(("who", "address"), PAGES)
def test_page_holds_no_english_sentence(client, request, language, who, address):
    claim = claim_in(S.SUBMITTED, name="Proef")
    if who:
        user = request.getfixturevalue(who)
        User.objects.filter(pk=user.pk).update(language=language)
        client.force_login(user)
    url = address.format(number=claim.number, slug=claim.engagement.slug)
    answer = client.get(url, headers={"accept-language": language})
    assert (answer.status_code, answer["Content-Language"]) == (200, language)
    assert sorted(set(ENGLISH.findall(words_of(answer)))) == []


@pytest.mark.parametrize("language", ["nl", "sv"])
def test_customers_pages_hold_no_english_sentence(client, language):
    asked, agreed = claim_in(S.AWAITING_CONSENT), claim_in(S.CONSENT_RECEIVED)
    Claim.objects.filter(pk=agreed.pk).update(customer_language=language)
    agreed.refresh_from_db()
    for address in (f"{consent_link(asked)}?language={language}", send_survey(agreed)):
        answer = client.get(address)
        assert (answer.status_code, answer["Content-Language"]) == (200, language)
        assert sorted(set(ENGLISH.findall(words_of(answer)))) == []
