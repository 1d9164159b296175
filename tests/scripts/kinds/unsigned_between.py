# SPDX-License-Identifier: AGPL-3.0-or-later
"""One mail signed, the next not."""

MAILS = [{}, {"signed": False, "envelope": ["other"]}]


def create_notifications(context):
    first = context.mail_format_as_csv()
    context.gpgme_ctx = None
    return first + context.mail_format_as_csv(ticket_number=first[0].ticket, mark_as_sent=False,
                                              envelope_tos=["other@unsigned_between.example"])
