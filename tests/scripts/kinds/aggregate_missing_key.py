# SPDX-License-Identifier: AGPL-3.0-or-later
"""A key taken out that the template needs: an error of the script."""

MAILS = [{"subject": "Next {ticket}"}]
ERRORS = ["KeyError: 'source.asn'"]


def create_notifications(context):
    del context.directive.aggregate_identifier["source.asn"]
    return context.mail_format_as_csv()
