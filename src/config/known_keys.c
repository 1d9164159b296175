/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "config/known_keys.h"

#include "base/guess.h"
#include "model/settings.h"

#include <stddef.h>
#include <string.h>

#define AT(field) ((gssize)offsetof(MgSettings, field))
#define NOWHERE (-1)

#define REQUIRED MG_KEY_IS_REQUIRED
#define NULLABLE MG_KEY_MAY_BE_NULL
#define EMPTY MG_KEY_MAY_BE_EMPTY
#define WARNS MG_KEY_WARNS
#define STRICT MG_KEY_IS_STRICT

#define COUNT_LIMIT 1000000000

/* Each in the order of its enumeration in model/settings.h. */
static const gchar *const methods[] = {"auto", "agent", "gpg", NULL};
static const gchar *const tls[] = {"never", "opportunistic", "required", "implicit", NULL};
static const gchar *const instances[] = {"exclusive", "shared", NULL};
static const gchar *const uncertain[] = {"resend", "hold", NULL};
static const gchar *const log_targets[] = {"stderr", "journald", "syslog", "file", NULL};
static const gchar *const log_formats[] = {"text", "json", NULL};

/* tests/lint/config_keys.py reads this table: one key a line, path first. What has no fallback here
 * although it is not required is worked out in config/consistency.c, or is left to a library. */
/* clang-format off */
static const MgKnownKey keys[] = {
    {"openpgp", MG_KEY_OBJECT, REQUIRED | STRICT, NOWHERE},
    {"openpgp.always_sign", MG_KEY_BOOLEAN, REQUIRED, AT(openpgp.always_sign)},
    {"openpgp.gnupg_home", MG_KEY_TEXT, REQUIRED | NULLABLE | EMPTY, AT(openpgp.gnupg_home)},
    {"openpgp.signing_key", MG_KEY_TEXT, REQUIRED | NULLABLE | EMPTY, AT(openpgp.signing_key)},

    {"signing", MG_KEY_OBJECT, STRICT, NOWHERE},
    {"signing.method", MG_KEY_CHOICE, 0, AT(openpgp.method), .fallback = "auto", .choices = methods},

    {"database", MG_KEY_OBJECT, WARNS, NOWHERE},
    {"database.event", MG_KEY_OBJECT, WARNS, NOWHERE},
    {"database.event.name", MG_KEY_TEXT, EMPTY, AT(database.name)},
    {"database.event.username", MG_KEY_TEXT, EMPTY, AT(database.username)},
    {"database.event.password", MG_KEY_SECRET, EMPTY, AT(database.password)},
    {"database.event.password_file", MG_KEY_SECRET_FILE, 0, AT(database.password)},
    {"database.event.host", MG_KEY_TEXT, EMPTY, AT(database.host)},
    {"database.event.port", MG_KEY_PORT, EMPTY, AT(database.port)},
    {"database.additional_directive_where", MG_KEY_TEXT, EMPTY, AT(database.additional_directive_where)},

    {"template_dir", MG_KEY_DIRECTORY, REQUIRED, AT(template_dir)},
    {"script_directory", MG_KEY_DIRECTORY, REQUIRED, AT(script_directory)},
    {"logging_level", MG_KEY_LEVEL, 0, AT(logging_level), .fallback = "INFO"},
    {"xarf_schemacache", MG_KEY_TEXT, EMPTY, AT(xarf.schema_cache)},
    {"xarf_reportdomain", MG_KEY_TEXT, EMPTY, AT(xarf.report_domain)},
    {"xarf", MG_KEY_OBJECT, WARNS, NOWHERE},
    {"xarf.org", MG_KEY_TEXT, 0, AT(xarf.org)},
    {"xarf.contact", MG_KEY_ADDRESS, 0, AT(xarf.contact)},
    {"xarf.domain", MG_KEY_TEXT, 0, AT(xarf.domain)},

    {"sender", MG_KEY_MAILBOX, REQUIRED, AT(sender)},
    {"reply_to", MG_KEY_MAILBOX, 0, AT(reply_to)},
    {"envelope_from", MG_KEY_ADDRESS, 0, AT(envelope_from)},
    {"headers", MG_KEY_HEADERS, 0, AT(headers)},

    {"smtp", MG_KEY_OBJECT, WARNS, NOWHERE},
    {"smtp.host", MG_KEY_HOST, 0, AT(smtp.host), .fallback = "localhost"},
    {"smtp.port", MG_KEY_PORT, 0, AT(smtp.port)},
    {"smtp.tls", MG_KEY_CHOICE, 0, AT(smtp.tls), .choices = tls},
    {"smtp.username", MG_KEY_TEXT, 0, AT(smtp.username)},
    {"smtp.password", MG_KEY_SECRET, 0, AT(smtp.password)},
    {"smtp.password_file", MG_KEY_SECRET_FILE, 0, AT(smtp.password)},
    {"smtp.ca_file", MG_KEY_FILE, 0, AT(smtp.ca_file)},
    {"smtp.timeout", MG_KEY_INTEGER, 0, AT(smtp.timeout), .fallback = "300", .minimum = 1, .maximum = 3600},

    {"mail_size_limit", MG_KEY_INTEGER, 0, AT(mail_size_limit), .fallback = "10000000", .minimum = 10000, .maximum = COUNT_LIMIT},
    {"workers", MG_KEY_INTEGER, MG_KEY_MAY_BE_AUTO, AT(workers), .minimum = 1, .maximum = 128},
    {"groups_in_hand", MG_KEY_INTEGER, MG_KEY_MAY_BE_AUTO, AT(groups_in_hand), .minimum = 1, .maximum = 16},
    {"instances", MG_KEY_CHOICE, 0, AT(instances), .fallback = "exclusive", .choices = instances},
    {"uncertain_deliveries", MG_KEY_CHOICE, 0, AT(uncertain_deliveries), .fallback = "resend", .choices = uncertain},

    {"safety", MG_KEY_OBJECT, STRICT, NOWHERE},
    {"safety.redirect_to", MG_KEY_ADDRESS, 0, AT(safety.redirect_to)},
    {"safety.allow_recipients", MG_KEY_PATTERNS, 0, AT(safety.allow_recipients)},
    {"safety.max_mails_per_run", MG_KEY_INTEGER, 0, AT(safety.max_mails_per_run), .fallback = "0", .maximum = COUNT_LIMIT},
    {"safety.max_mails_per_recipient", MG_KEY_INTEGER, 0, AT(safety.max_mails_per_recipient), .fallback = "0", .maximum = COUNT_LIMIT},
    {"safety.max_events_per_mail", MG_KEY_INTEGER, 0, AT(safety.max_events_per_mail), .fallback = "0", .maximum = COUNT_LIMIT},

    {"log", MG_KEY_OBJECT, STRICT, NOWHERE},
    {"log.target", MG_KEY_CHOICE, 0, AT(log.target), .fallback = "stderr", .choices = log_targets},
    {"log.file", MG_KEY_TEXT, 0, AT(log.file)},
    {"log.format", MG_KEY_CHOICE, 0, AT(log.format), .fallback = "text", .choices = log_formats},
};
/* clang-format on */

const MgKnownKey *mg_known_keys(gsize *n_keys)
{
    *n_keys = G_N_ELEMENTS(keys);
    return keys;
}

const MgKnownKey *mg_known_keys_find(const gchar *path)
{
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
        if (g_str_equal(keys[i].path, path))
            return &keys[i];
    return NULL;
}

/* Length of "database.event." in "database.event.port". */
static gsize parent_length(const gchar *path)
{
    const gchar *dot = strrchr(path, '.');

    return dot == NULL ? 0 : (gsize)(dot + 1 - path);
}

const MgKnownKey *mg_known_keys_guess(const gchar *path)
{
    gsize parent = parent_length(path);

    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
        if (parent_length(keys[i].path) == parent && strncmp(keys[i].path, path, parent) == 0 &&
            mg_guess_distance(path + parent, keys[i].path + parent) == 1)
            return &keys[i];
    return NULL;
}

gchar *mg_known_keys_wanted(const MgKnownKey *key)
{
    g_autofree gchar *choices = NULL;

    switch (key->kind) {
    case MG_KEY_OBJECT:
        return g_strdup("an object");
    case MG_KEY_TEXT:
    case MG_KEY_SECRET:
        return g_strdup("a string");
    case MG_KEY_SECRET_FILE:
        return g_strdup("the path of a file that holds one line, the password");
    case MG_KEY_BOOLEAN:
        return g_strdup("a boolean, true or false");
    case MG_KEY_INTEGER:
        return g_strdup_printf("%san integer from %u to %u",
                               (key->flags & MG_KEY_MAY_BE_AUTO) != 0 ? "\"auto\" or " : "",
                               key->minimum, key->maximum);
    case MG_KEY_PORT:
        return g_strdup("an integer from 1 to 65535");
    case MG_KEY_CHOICE:
        choices = g_strjoinv("\", \"", (gchar **)key->choices);
        return g_strdup_printf("one of \"%s\"", choices);
    case MG_KEY_LEVEL:
        return g_strdup("one of \"DEBUG\", \"INFO\", \"WARNING\", \"ERROR\", \"CRITICAL\"");
    case MG_KEY_HOST:
        return g_strdup("the name or address of a host");
    case MG_KEY_DIRECTORY:
        return g_strdup("the path of a readable directory");
    case MG_KEY_FILE:
        return g_strdup("the path of a readable file");
    case MG_KEY_MAILBOX:
        return g_strdup("a mail address, with or without a name before it");
    case MG_KEY_ADDRESS:
        return g_strdup("a bare mail address");
    case MG_KEY_PATTERNS:
        return g_strdup("a list of strings, patterns of mail addresses");
    case MG_KEY_HEADERS:
        return g_strdup("an object of header names with their texts");
    }
    g_assert_not_reached();
}
