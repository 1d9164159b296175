# SPDX-License-Identifier: AGPL-3.0-or-later
"""What goes wrong with a statement. Scripts find these classes in intelmqmail.db."""

import sys


class Error(Exception):
    """A statement failed; pgcode is its SQLSTATE. Where psycopg2 has been imported, its classes are
    raised instead, so that scripts may catch what they always caught."""

    __module__ = "intelmqmail.db"

    pgcode = None
    pgerror = None


class DatabaseError(Error):
    __module__ = "intelmqmail.db"


class ProgrammingError(DatabaseError):
    __module__ = "intelmqmail.db"


class OperationalError(DatabaseError):
    __module__ = "intelmqmail.db"


class NotSupportedError(DatabaseError):
    __module__ = "intelmqmail.db"


def error_class(name):
    """The class of that name: psycopg2's where the script has imported it."""
    module = sys.modules.get("psycopg2")
    return getattr(module, name, None) or globals().get(name, DatabaseError)
