# SPDX-License-Identifier: AGPL-3.0-or-later
"""Mails that are held back for a while."""

from datetime import timedelta

from intelmqmail.notification import Postponed


def create_notifications(context):
    if context.directive.notification_format != "patient":
        return None
    if not context.notification_interval_exceeded():
        context.logger.info("interval not exceeded")
        return Postponed
    if context.age_of_newest_directive() < timedelta(minutes=15):
        return Postponed
    age = context.age_of_observation()
    if age is not None and age < timedelta(hours=2):
        return Postponed
    return context.mail_format_as_csv()
