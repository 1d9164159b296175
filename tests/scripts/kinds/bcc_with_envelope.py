# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bcc where the envelope is given: out of the mail, and no recipient."""

MAILS = [{"headers": {"Bcc": None, "Resent-Bcc": None}, "envelope": ["one"], "not_wire": ["bcc:", "hidden"]}]


def create_notifications(context):
    mails = context.mail_format_as_csv(envelope_tos=["one@bcc_with_envelope.example"])
    mails[0].email["Bcc"] = "hidden@bcc_with_envelope.example"
    mails[0].email["Resent-Bcc"] = "hidden@bcc_with_envelope.example"
    return mails
