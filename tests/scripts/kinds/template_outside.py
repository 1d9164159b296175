# SPDX-License-Identifier: AGPL-3.0-or-later
"""A name that leads out of the directory."""

from intelmqmail.templates import full_template_filename, read_template

MAILS = [{"subject": "Other {ticket}", "text": "Other text\n"}]


def create_notifications(context):
    for function in (read_template, full_template_filename):
        try:
            function(context.config["template_dir"], "../../etc/passwd")
        except ValueError:
            continue
        return None
    return context.mail_format_as_csv(template_name="other")
