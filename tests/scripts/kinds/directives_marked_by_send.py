# SPDX-License-Identifier: AGPL-3.0-or-later
"""An own send() that marks some of the directives."""

from intelmqmail.notification import EmailNotification

MAILS = [{}]
MARKED = [0, 2]
BY_SEND = True


class Own(EmailNotification):
    def send(self, send_context):
        send_context.smtp.send_message(self.email)
        first, _, third = self.directive.directive_ids
        send_context.mark_as_sent([first], self.ticket, None)
        send_context.mark_as_sent([third], self.ticket, None)


def create_notifications(context):
    mail = context.mail_format_as_csv()[0]
    return [Own(mail.directive, mail.email, mail.ticket)]
