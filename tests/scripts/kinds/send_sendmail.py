# SPDX-License-Identifier: AGPL-3.0-or-later
"""An own send() with bytes and an envelope, as smtplib's sendmail() takes them."""

from intelmqmail.notification import EmailNotification

MAILS = [{"envelope": ["one", "two"], "sender": "bounces@cert.example"}]
BY_SEND = True


class Own(EmailNotification):
    def send(self, send_context):
        send_context.smtp.sendmail("bounces@cert.example", ["one@send_sendmail.example", "two@send_sendmail.example"],
                                   self.data)
        send_context.mark_as_sent(self.directive.directive_ids, self.ticket, None)


def create_notifications(context):
    mail = context.mail_format_as_csv()[0]
    own = Own(mail.directive, mail.email, mail.ticket)
    own.data = mail._content().wire
    return [own]
