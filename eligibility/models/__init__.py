"""Who may earn: enrolled locations, their payee profiles, what they hold, and the daily verdict."""

from eligibility.models.credential import Credential
from eligibility.models.enrolment import Enrolment, EnrolmentStatus
from eligibility.models.payee import PayeeProfile, PayeeStatus
from eligibility.models.verdict import Verdict

__all__ = ["Credential", "Enrolment", "EnrolmentStatus", "PayeeProfile", "PayeeStatus", "Verdict"]
