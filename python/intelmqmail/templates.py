# SPDX-License-Identifier: AGPL-3.0-or-later
"""Templates: texts with $names in them."""

import os
import string

from intelmqmail import _core


class IntelMQStringTemplate(string.Template):
    """Python's string.Template with dots allowed in names, since event fields have them."""

    idpattern = r"(?a:[_a-z][_a-z0-9.]*)"

    def substitute(self, mapping=None, /, **names):
        """Raises KeyError for an unknown name, ValueError for a `$` that starts none."""
        return _core.expand(self.template, {**(mapping or {}), **names})


class Template:
    """A mail's subject and body."""

    def __init__(self, subject, body):
        self.subject = subject
        self.body = body

    @classmethod
    def from_strings(cls, subject, body):
        return cls(IntelMQStringTemplate(subject), IntelMQStringTemplate(body))

    def substitute(self, mapping):
        """(subject, body) with the names replaced. KeyError, ValueError as above."""
        return self.subject.substitute(mapping), self.body.substitute(mapping)

    def _texts(self):
        """Subject and body as text, where the C core may expand them; else None."""
        parts = (self.subject, self.body)
        if type(self).substitute is not Template.substitute:
            return None
        if all(type(part) is IntelMQStringTemplate for part in parts):
            return tuple(part.template for part in parts)
        return None


def template_from_text(text):
    """A Template from a file's text: the first line that is not empty is the subject."""
    return Template.from_strings(*_core.split_template(text))


def full_template_filename(template_dir, template_name):
    """The file's path; None where the name leaves the directory."""
    directory = os.path.realpath(template_dir)
    filename = os.path.realpath(os.path.join(directory, template_name))
    if os.path.commonpath([directory, filename]) != directory or filename == directory:
        return None
    return filename


def read_template(template_dir, template_name):
    """The Template of that name. InvalidTemplate where there is none or the name leaves the
    directory."""
    from intelmqmail.notification import InvalidTemplate

    try:
        return Template.from_strings(*_core.read_template(os.fspath(template_dir), template_name))
    except _core.NotificationError as error:
        raise InvalidTemplate(template_name) from error
