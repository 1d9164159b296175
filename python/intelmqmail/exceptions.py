# SPDX-License-Identifier: AGPL-3.0-or-later
"""What goes wrong with a notification. Scripts find these classes in intelmqmail.notification."""

from intelmqmail import _core

NotificationError = _core.NotificationError


class InvalidDirective(NotificationError):
    """A directive that cannot be worked on."""

    __module__ = "intelmqmail.notification"


class InvalidTemplate(InvalidDirective):
    """The directive names a template that does not exist or must not be read."""

    __module__ = "intelmqmail.notification"

    def __init__(self, template_name):
        super().__init__(f"invalid template name {template_name!r}")
        self.template_name = template_name
