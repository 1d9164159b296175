# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a script hands back. Scripts find these names in intelmqmail.notification."""

from intelmqmail.db import mark_as_sent


class _Postponed:
    """What a script returns for "mine, but later": true, but without notifications."""

    def __bool__(self):
        return True

    def __len__(self):
        return 0

    def __iter__(self):
        return iter(())

    def __repr__(self):
        return "Postponed"


Postponed = _Postponed()


def _is_for_later(code):
    return code // 100 == 4 or code == 552  # RFC 5321: too many recipients, where the server is an old one


def _deliver(smtp, mail):
    """Who does not have it then, address → (code, reply). Whoever is to come back later is asked for once more, without
    the others, as long as one is taken: a server may take only some at once."""
    import smtplib

    refused = smtp.sendmail(mail.envelope_from, mail.envelope_tos, mail.wire) or {}
    later = [address for address, (code, _) in refused.items() if _is_for_later(code)]
    while later:
        try:
            again = smtp.sendmail(mail.envelope_from, later, mail.wire)
        except smtplib.SMTPRecipientsRefused as error:
            return refused | error.recipients
        except (smtplib.SMTPException, OSError):
            return refused
        refused = {address: answer for address, answer in refused.items() if address not in later} | again
        later = [address for address, (code, _) in again.items() if _is_for_later(code)]
    return refused


class SendContext:
    """What a notification's send() may use.

    cur: a cursor, its rows dicts; smtp: an object with send_message() and sendmail() like smtplib's.
    """

    def __init__(self, cur=None, smtp=None):
        self.cur = cur
        self.smtp = smtp
        self._left_out = {}  # by the server, while it took the mail for others: address → (code, reply)

    def mark_as_sent(self, directive_ids, ticket, sent_at):
        """Records the directives, a list of ids, as sent under the ticket, at an aware datetime."""
        mark_as_sent(self.cur, directive_ids, ticket, sent_at)

    def _send_email(self, notification):
        from intelmqmail import _message

        mail = notification._as_mail()
        # Bytes, not the message: smtplib would write it again, and a signature not survive that.
        self._left_out |= _deliver(self.smtp, mail)
        if notification.mark_as_sent:
            self.mark_as_sent(notification.directive.directive_ids, notification.ticket,
                              _message.date_of(notification.email))


class Notification:
    """Base class: something to be done for a directive, which is not by mail where send() says so."""

    mark_as_sent = True

    def __init__(self, directive, ticket=None, mark_as_sent=True):
        self.directive = directive
        self.ticket = ticket
        self.mark_as_sent = mark_as_sent

    def send(self, send_context):
        """Does nothing, and marks nothing as sent."""


class EmailNotification(Notification):
    """One mail.

    email: an EmailMessage, perhaps of the script's own. Its headers may be changed, parts added.
    envelope_tos: a list of addresses that get the mail in place of those in To, Cc and Bcc.
    mark_as_sent: whether directive.directive_ids are recorded as sent with this mail.
    """

    def __init__(self, directive, email, ticket, envelope_tos=None, mark_as_sent=True):
        super().__init__(directive, ticket, mark_as_sent)
        self.envelope_tos = envelope_tos
        self._draft = self._composer = self._email = None
        self.email = email

    @classmethod
    def _from_draft(cls, directive, draft, composer, envelope_tos, mark_as_sent):
        self = cls(directive, None, draft.ticket, envelope_tos, mark_as_sent)
        self._draft = draft
        self._composer = composer
        if envelope_tos is not None:
            self._content()  # raises what is wrong with it, while the next script can be asked
        return self

    @property
    def email(self):
        if self._email is None and self._draft is not None:
            from intelmqmail import _message

            # MIME and signature wait until somebody looks.
            self._email = _message.parse(self._composer.compose(self._draft))
        return self._email

    @email.setter
    def email(self, message):
        self._email = message
        self._draft = None

    def _content(self):
        """For the C core: the Draft where nobody has looked at the mail and the core shall compose it, else the
        Mail. ValueError and NotificationError where the mail cannot be sent."""
        tos = self.envelope_tos
        if tos is not None:
            tos = [tos] if isinstance(tos, str) else [str(address) for address in tos]
            if not tos:
                raise ValueError("envelope_tos is empty: the mail has no recipient")
        ticket = None if self.ticket is None else str(self.ticket)
        if self._email is None and self._draft is not None:
            return self._draft.copy(ticket, tos)
        from intelmqmail import _message

        return _message.as_mail(self._email, ticket, tos)

    def _for_core(self):
        """_content(), composed here where the core would do it otherwise than the script wants it."""
        content = self._content()
        if self._email is None and not self._composer.is_cores:
            return self._composer.compose(content)
        return content

    def _as_mail(self):
        content = self._content()
        return self._composer.compose(content) if self._email is None else content

    def send(self, send_context):
        """Sends the mail and, where mark_as_sent says so, records the directives as sent."""
        send_context._send_email(self)
