"""Everything that can be done to a claim: the codes, and the words on the buttons."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Action(TextChoices):
    ADD_CUSTOMER = "add_customer", _("Add customer")
    CLAIM_CUSTOMER = "claim_customer", _("Claim customer")
    ASSOCIATE = "associate", _("Add customer for use or consume")
    SEND_CONSENT = "send_consent", _("Send customer consent email")
    RESEND_CONSENT = "resend_consent", _("Re-send email for customer consent")
    EDIT_CONTACTS = "edit_contacts", _("Edit")
    PROPOSE_CONTACT = "propose_contact", _("Wrong person")
    NOTE_BOUNCE = "note_bounce", _("Mail came back")
    ACCEPT = "accept", _("Accept")
    HOLD_ACCEPTANCE = "hold_acceptance", _("Acceptance held")
    REFUSE_ACCEPTANCE = "refuse_acceptance", _("Refuse the acceptance")
    DECLINE = "decline", _("Decline")
    WITHDRAW = "withdraw", _("Withdraw consent")
    OPT_OUT = "opt_out", _("Opt out")
    CANCEL = "cancel", _("Cancel claim")
    UPLOAD = "upload", _("Upload proof of execution")
    REMOVE_DOCUMENT = "remove_document", _("Remove")
    SEND_CUSTOMER_SURVEY = "send_customer_survey", _("Send Customer Survey")
    SEND_PARTNER_SURVEY = "send_partner_survey", _("Send Partner Survey")
    COMPLETE_CUSTOMER_SURVEY = "complete_customer_survey", _("Complete customer survey")
    COMPLETE_PARTNER_SURVEY = "complete_partner_survey", _("Go to survey")
    COMMENT = "comment", _("Comment")
    WRITE_NOTE = "write_note", _("Internal note")
    ANSWER_ISSUE = "answer_issue", _("Answer")
    SUBMIT = "submit", _("Submit claim")
    START_REVIEW = "start_review", _("Start review")
    RELEASE = "release", _("Release")
    ASSIGN = "assign", _("Assign to a reviewer")
    REQUEST_ACTION = "request_action", _("Request action")
    COUNTERSIGN = "countersign", _("Confirm the amount")
    APPROVE = "approve", _("Approve")
    REJECT = "reject", _("Reject")
    DISPUTE = "dispute", _("Dispute")
    EDIT_ASSOCIATION = "edit_association", _("Edit location and products")
    ASK_TO_REJECT = "ask_to_reject", _("Ask to reject")
    CONFIRM_REJECTION = "confirm_rejection", _("Reject as the partner asked")
    DISASSOCIATE = "disassociate", _("Disassociate customer")
    END_ASSOCIATION = "end_association", _("Arbitration lost")
    HAND_OVER = "hand_over", _("Owner changed")
    SET_STAND_IN = "set_stand_in", _("Stand-in changed")
    EXPIRE = "expire", _("Expired")


# Needs nothing but a click: one address serves them all (POST .../do/<action>/).
BARE = frozenset(
    {
        Action.CANCEL,
        Action.SEND_CUSTOMER_SURVEY,
        Action.SEND_PARTNER_SURVEY,
        Action.START_REVIEW,
        Action.RELEASE,
        Action.COUNTERSIGN,
        Action.DISPUTE,
    }
)
# Their lines in the history are for Microsoft's side only.
INTERNAL = frozenset({Action.WRITE_NOTE, Action.COUNTERSIGN})
