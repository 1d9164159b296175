# SPDX-License-Identifier: AGPL-3.0-or-later
"""Templates: texts with $names in them."""

import os
import string

from intelmqmail import _core


class IntelMQStringTemplate(string.Template):
    """Python's string.Template with dots allowed in names, since event fields have them."""

    idpattern = r"(?a:[_a-z][_a-z0-9.]*)"

    def substitute(self, mapping=None, /, **names):
        """The text with the names of a mapping, and those given by keyword, replaced by their str().
        KeyError for an unknown name, ValueError for a `$` that starts none. A mapping's own
        __missing__ decides what stands for a name that it does not have."""
        if mapping is None or type(mapping) is dict:
            return _core.expand(self.template, {**(mapping or {}), **names})
        return super().substitute(mapping, **names)


class Template:
    """A mail's subject and body, each an object with substitute(mapping)."""

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
        if type(self).substitute is not Template.substitute or "substitute" in self.__dict__:
            return None
        if all(type(part) is IntelMQStringTemplate for part in parts):
            return tuple(part.template for part in parts)
        return None


def template_from_text(text):
    """A Template from a file's text: the first line that is not empty is the subject."""
    return Template.from_strings(*_core.split_template(text))


def full_template_filename(template_dir, template_name):
    """The file's path, whether there is such a file or not. ValueError where the name leads out of the
    directory."""
    directory = os.path.realpath(template_dir)
    filename = os.path.realpath(os.path.join(directory, template_name))
    if os.path.commonpath([directory, filename]) != directory or filename == directory:
        raise ValueError(f"template {template_name!r} lies outside {directory}")
    return filename


def read_template(template_dir, template_name):
    """The Template of that name. ValueError where the name leads out of the directory; what opening and
    decoding raise: FileNotFoundError and other OSErrors, UnicodeDecodeError."""
    with open(full_template_filename(template_dir, template_name), encoding="utf-8") as file:
        template = template_from_text(file.read().strip())
    template.body.template = template.body.template.strip() + "\n"
    return template
