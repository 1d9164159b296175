# SPDX-License-Identifier: AGPL-3.0-or-later
"""A class of the script's own whose send() calls that of the program."""

from intelmqmail.notification import EmailNotification

MAILS = [{}]
BY_SEND = True


class Own(EmailNotification):
    def send(self, send_context):
        send_context.cur.execute("SELECT 1 AS one")
        assert send_context.cur.fetchone() == {"one": 1}
        super().send(send_context)


def create_notifications(context):
    mail = context.mail_format_as_csv()[0]
    return [Own(mail.directive, mail.email, mail.ticket)]
