"""What the tests of the reviewer's pages ask for and read."""

import re

from claims.models import Claim
from engagements.models import EvidenceRequirement


def address(claim: Claim, part: str = "") -> str:
    return f"/review/{claim.number}/{part}"


def text(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def numbers(answer) -> list[int]:
    return [int(found) for found in re.findall(r'<a id="c(\d+)"', answer.content.decode())]


def first_requirement(claim: Claim) -> EvidenceRequirement:
    return EvidenceRequirement.objects.filter(engagement_id=claim.engagement_id).order_by("position")[0]
