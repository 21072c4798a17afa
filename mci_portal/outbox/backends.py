"""Without EMAIL_URL mail stays in the portal: the row is the mail, and the demo's mailbox shows it."""

from django.core.mail.backends.base import BaseEmailBackend


class KeptInPortalBackend(BaseEmailBackend):
    def send_messages(self, email_messages) -> int:
        return len(email_messages)
