# SPDX-License-Identifier: AGPL-3.0-or-later
"""A Notification without mail: does nothing, marks nothing."""

from intelmqmail.notification import Notification

MAILS = []
MARKED = []
BY_SEND = True


def create_notifications(context):
    return [Notification(context.directive)]
