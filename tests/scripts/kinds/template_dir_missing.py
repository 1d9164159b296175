# SPDX-License-Identifier: AGPL-3.0-or-later
"""A template directory that is not there: an error of the script."""

MAILS = [{"subject": "Next {ticket}"}]
ERRORS = ["no_such_directory"]


def create_notifications(context):
    context.config["template_dir"] = "/no_such_directory"
    return context.mail_format_as_csv()
