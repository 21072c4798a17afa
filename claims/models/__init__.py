"""The claim and everything that hangs on it."""

from claims.models.adjustment import Adjustment, AdjustmentReason
from claims.models.association import Association, OptOutLink
from claims.models.cap import CapUse
from claims.models.claim import Claim, Kind
from claims.models.comment import Comment
from claims.models.consent import ConsentRequest
from claims.models.contact_exception import ContactException
from claims.models.desk import ReviewCheck, ReviewDraft, ReviewerSettings, ReviewMark, SavedReply
from claims.models.document import Document, Scan
from claims.models.draft import Draft
from claims.models.earning import Earning, EarningEvent, EarningState
from claims.models.event import ClaimEvent
from claims.models.exchange import Conversion, ExchangeRate
from claims.models.export import Export, ExportState
from claims.models.issue import Issue, IssueKind, RejectionReason
from claims.models.listed import ListKey, Tally
from claims.models.recorded import RecordedAnswer
from claims.models.saved_view import SavedView
from claims.models.survey import Survey, SurveyKind, SurveyLink

__all__ = [
    "Adjustment",
    "AdjustmentReason",
    "Association",
    "CapUse",
    "Claim",
    "ClaimEvent",
    "Comment",
    "ConsentRequest",
    "ContactException",
    "Conversion",
    "Document",
    "Draft",
    "Earning",
    "EarningEvent",
    "EarningState",
    "ExchangeRate",
    "Export",
    "ExportState",
    "Issue",
    "IssueKind",
    "Kind",
    "ListKey",
    "OptOutLink",
    "RecordedAnswer",
    "RejectionReason",
    "ReviewCheck",
    "ReviewDraft",
    "ReviewMark",
    "ReviewerSettings",
    "SavedReply",
    "SavedView",
    "Scan",
    "Survey",
    "SurveyKind",
    "SurveyLink",
    "Tally",
]
