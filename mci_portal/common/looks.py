"""Which tone and icon stands for what: claim status, message level, node of the status line. For the ``ui`` tags."""

from django.utils.translation import gettext as _

# status code -> (tone, icon)
STATUS_LOOKS = {
    "draft": ("neutral", "Edit"),
    "customer_claimed": ("info", "Clock"),
    "awaiting_consent": ("info", "Mail"),
    "consent_received": ("info", "Edit"),
    "consent_declined": ("danger", "StatusErrorFull"),
    "consent_rejected": ("danger", "StatusErrorFull"),
    "consent_expired": ("neutral", "Clock"),
    "canceled": ("neutral", "Cancel"),
    "not_submitted_expired": ("neutral", "Clock"),
    "submitted": ("info", "Send"),
    "under_review": ("info", "View"),
    "action_required": ("warning", "Warning"),
    "post_submission_expired": ("neutral", "Clock"),
    "approved": ("success", "Completed"),
    "rejected": ("danger", "StatusErrorFull"),
    "disputed": ("info", "Comment"),
    "disputed_expired": ("neutral", "Clock"),
    "rejected_final": ("danger", "Lock"),
}

TONE_ICONS = {
    "neutral": "Info",
    "info": "Info",
    "success": "Completed",
    "warning": "Warning",
    "danger": "StatusErrorFull",
}

# level tags of django.contrib.messages -> tone
MESSAGE_TONES = {"debug": "info", "info": "info", "success": "success", "warning": "warning", "error": "danger"}

NODE_ICONS = {
    "done": "CheckMark",
    "current": "ClockHands",
    "todo": "Blank",
    "warning": "Warning",
    "failed": "Cancel",
    "ended": "Clock",
}


def node_state(state: str) -> str:
    """The state of a node in words, for those who do not see its colour."""
    return {
        "done": _("completed"),
        "current": _("current"),
        "todo": _("not started"),
        "warning": _("action required"),
        "failed": _("ended"),
        "ended": _("ended"),
    }[state]
