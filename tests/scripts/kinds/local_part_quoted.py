# SPDX-License-Identifier: AGPL-3.0-or-later
"""Quoted local parts."""

MAILS = [{"to": '"a b"@local_part_quoted.example', "envelope": ['"a b"@local_part_quoted.example', '"c, d@e\\\\f"@local_part_quoted.example']}]


def create_notifications(context):
    context.directive.recipient_address = '"a b"@local_part_quoted.example'
    mails = context.mail_format_as_csv()
    mails[0].envelope_tos = ['"a b"@local_part_quoted.example', '"c, d@e\\\\f"@local_part_quoted.example']
    return mails
