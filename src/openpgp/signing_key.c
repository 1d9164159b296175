/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "openpgp/signing_key.h"

#include "base/clock.h"
#include "base/error.h"

#include <string.h>

/* Columns of gpg --with-colons (its documentation, DETAILS). */
enum {
    COLUMN_TYPE = 0,
    COLUMN_VALIDITY = 1,
    COLUMN_EXPIRY = 6,
    COLUMN_FINGERPRINT = 9,
    COLUMN_USES = 11,
};

typedef struct {
    gchar *fingerprint;
    gchar *keygrip; /* (nullable) gpg-agent's name of it */
    gchar validity; /* 'r' revoked, 'e' expired, 'i' invalid, others are of no interest */
    gboolean can_sign;
    gint64 expires; /* microseconds; MG_CLOCK_NONE: never */
} Part;

struct MgSigningKey {
    GPtrArray *parts; /* of Part: the primary key, then its subkeys */
    gboolean disabled;
    gboolean ambiguous;
    gchar *name;
    gboolean bound; /* to the one key in `name` */
};

static void part_free(Part *part)
{
    g_free(part->fingerprint);
    g_free(part->keygrip);
    g_free(part);
}

void mg_signing_key_free(MgSigningKey *key)
{
    if (key == NULL)
        return;
    g_ptr_array_unref(key->parts);
    g_free(key->name);
    g_free(key);
}

const gchar *mg_signing_key_name(const MgSigningKey *key)
{
    return key->name;
}

/* Fingerprints are copied from where they stand in groups of four. */
static gchar *pattern_of(const gchar *wanted, gboolean *bound)
{
    g_autofree gchar *pattern = g_strstrip(g_strdup(wanted));
    g_auto(GStrv) groups = NULL;
    g_autofree gchar *compact = NULL;
    gsize length = strlen(pattern);

    *bound = length > 0 && pattern[length - 1] == '!';
    if (*bound)
        pattern[length - 1] = '\0';
    groups = g_strsplit_set(pattern, " \t", -1);
    compact = g_strjoinv("", groups);
    if (strspn(compact, "0123456789abcdefABCDEFxX") == strlen(compact))
        return g_steal_pointer(&compact);
    return g_steal_pointer(&pattern);
}

static gboolean is_named(const Part *part, const gchar *pattern)
{
    const gchar *hex = g_ascii_strncasecmp(pattern, "0x", 2) == 0 ? pattern + 2 : pattern;
    gsize length = strlen(hex);
    gsize whole = strlen(part->fingerprint);

    return length >= 8 && length <= whole &&
           g_ascii_strcasecmp(part->fingerprint + whole - length, hex) == 0;
}

/* Seconds since 1970, or `20301231T000000` in later versions of gpg; empty: never. */
static gint64 parse_expiry(const gchar *text)
{
    g_autofree gchar *with_zone = NULL;
    g_autoptr(GDateTime) time = NULL;

    if (*text == '\0')
        return MG_CLOCK_NONE;
    if (strchr(text, 'T') == NULL)
        return g_ascii_strtoll(text, NULL, 10) * G_USEC_PER_SEC;
    with_zone = g_strconcat(text, "Z", NULL);
    time = g_date_time_new_from_iso8601(with_zone, NULL);
    return time != NULL ? g_date_time_to_unix(time) * G_USEC_PER_SEC : MG_CLOCK_NONE;
}

/* `fpr` and `grp` follow the line of the part that they name. */
static void take_name(Part *part, const gchar *type, const gchar *name)
{
    if (g_str_equal(type, "fpr") && *part->fingerprint == '\0') {
        g_free(part->fingerprint);
        part->fingerprint = g_strdup(name);
    }
    if (g_str_equal(type, "grp") && part->keygrip == NULL)
        part->keygrip = g_strdup(name);
}

/* One line of the listing: `pub` begins a key, `sub` a part of it. */
static void take_line(MgSigningKey *key, const gchar *line)
{
    g_auto(GStrv) columns = g_strsplit(line, ":", COLUMN_USES + 2);
    guint n = g_strv_length(columns);
    Part *last = key->parts->len > 0 ? key->parts->pdata[key->parts->len - 1] : NULL;
    gboolean primary;

    if (n > COLUMN_FINGERPRINT && last != NULL)
        take_name(last, columns[COLUMN_TYPE], columns[COLUMN_FINGERPRINT]);
    if (n <= COLUMN_USES)
        return;
    primary = g_str_equal(columns[COLUMN_TYPE], "pub");
    if (!primary && !g_str_equal(columns[COLUMN_TYPE], "sub"))
        return;
    key->ambiguous = key->ambiguous || (primary && last != NULL);
    last = g_new0(Part, 1);
    last->fingerprint = g_strdup("");
    last->validity = *columns[COLUMN_VALIDITY];
    last->can_sign = strchr(columns[COLUMN_USES], 's') != NULL;
    last->expires = parse_expiry(columns[COLUMN_EXPIRY]);
    key->disabled = key->disabled || (primary && strchr(columns[COLUMN_USES], 'D') != NULL);
    g_ptr_array_add(key->parts, last);
}

static gboolean look_up(MgSigningKey *key, MgGpg *gpg, const gchar *pattern, GError **error)
{
    const gchar *arguments[] = {
        "--with-colons", "--with-keygrip", "--list-keys", "--", pattern, NULL};
    g_autoptr(MgGpgResult) result = mg_gpg_run(gpg, arguments, NULL, error);
    g_autofree gchar *quoted = mg_error_quote(pattern);
    g_autofree gchar *quoted_home = mg_error_quote(mg_gpg_shown_home(gpg));
    g_auto(GStrv) lines = NULL;

    if (result == NULL)
        return FALSE;
    lines = g_strsplit(g_bytes_get_data(result->output, NULL), "\n", -1);
    for (gchar **line = lines; *line != NULL; line++)
        take_line(key, *line);
    if (key->parts->len == 0 && mg_gpg_fails_by_options(gpg, arguments, NULL)) {
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP,
                    "gpg.conf cannot be used: gpg says %s\nHINT: mend gpg.conf in gnupg home %s",
                    result->words, quoted_home);
        return FALSE;
    }
    if (key->parts->len == 0) {
        g_set_error(
            error, MG_ERROR, MG_ERROR_SETUP,
            "no key %s in gnupg home %s, gpg says %s\nHINT: compare openpgp.signing_key and "
            "openpgp.gnupg_home with gpg --homedir %s --list-secret-keys",
            quoted, quoted_home, result->words, quoted_home);
        return FALSE;
    }
    if (key->ambiguous) {
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP,
                    "signing key %s fits several keys in gnupg home %s\nHINT: set "
                    "openpgp.signing_key to the fingerprint",
                    quoted, quoted_home);
        return FALSE;
    }
    return TRUE;
}

/* What keeps `wanted` (NULL: each part) from signing; NULL where nothing does. */
static const gchar *obstacle(const MgSigningKey *key, const Part *wanted)
{
    const Part *primary = key->parts->pdata[0];
    gchar found = '\0';

    if (primary->validity == 'r')
        return "is revoked\nHINT: set openpgp.signing_key to a key that is not";
    if (primary->validity == 'e')
        return "has expired\nHINT: give it a new date with gpg --quick-set-expire, and publish it";
    if (key->disabled)
        return "is disabled\nHINT: enable it with gpg --edit-key";
    for (guint i = 0; i < key->parts->len; i++) {
        const Part *part = key->parts->pdata[i];

        if ((wanted != NULL && part != wanted) || !part->can_sign)
            continue;
        if (strchr("rei", part->validity) == NULL || part->validity == '\0')
            return NULL;
        found = found == 'e' ? found : part->validity;
    }
    switch (found) {
    case '\0':
        return "is not for signing\nHINT: add a signing subkey with "
               "gpg --quick-add-key FINGERPRINT ed25519 sign";
    case 'e':
        return "has no valid signing key, its signing subkey has expired\nHINT: give it a new date "
               "with gpg --quick-set-expire, or add one with gpg --quick-add-key";
    case 'r':
        return "has no valid signing key, its signing subkey is revoked\nHINT: add one with gpg "
               "--quick-add-key FINGERPRINT ed25519 sign";
    default:
        return "is invalid for gpg\nHINT: see gpg --check-signatures";
    }
}

static const Part *named_part(const MgSigningKey *key, const gchar *pattern)
{
    for (guint i = 0; i < key->parts->len; i++)
        if (is_named(key->parts->pdata[i], pattern))
            return key->parts->pdata[i];
    return key->parts->pdata[0];
}

MgSigningKey *mg_signing_key_find(MgGpg *gpg, const gchar *wanted, GError **error)
{
    g_autoptr(MgSigningKey) key = g_new0(MgSigningKey, 1);
    g_autofree gchar *pattern = pattern_of(wanted, &key->bound);
    const Part *named;
    const gchar *reason;

    key->parts = g_ptr_array_new_with_free_func((GDestroyNotify)part_free);
    if (*pattern == '\0') {
        g_set_error(error, MG_ERROR, MG_ERROR_SETUP,
                    "openpgp.signing_key is empty\nHINT: set it to a fingerprint that gpg "
                    "--list-secret-keys shows");
        return NULL;
    }
    if (!look_up(key, gpg, pattern, error))
        return NULL;
    named = named_part(key, pattern);
    key->bound = key->bound || named != key->parts->pdata[0];
    reason = obstacle(key, key->bound ? named : NULL);
    if (reason != NULL) {
        g_autofree gchar *quoted = mg_error_quote(wanted);

        g_set_error(error, MG_ERROR, MG_ERROR_SETUP, "signing key %s %s", quoted, reason);
        return NULL;
    }
    key->name = g_strconcat(named->fingerprint, key->bound ? "!" : "", NULL);
    return g_steal_pointer(&key);
}

const gchar *mg_signing_key_keygrip(const MgSigningKey *key, const gchar *fingerprint)
{
    for (guint i = 0; i < key->parts->len; i++) {
        const Part *part = key->parts->pdata[i];

        if (g_str_equal(part->fingerprint, fingerprint))
            return part->keygrip;
    }
    return NULL;
}

gint64 mg_signing_key_expires(const MgSigningKey *key, const gchar *fingerprint)
{
    gint64 first = ((const Part *)key->parts->pdata[0])->expires;

    for (guint i = 1; i < key->parts->len; i++) {
        const Part *part = key->parts->pdata[i];

        if (!g_str_equal(part->fingerprint, fingerprint) || part->expires == MG_CLOCK_NONE)
            continue;
        first = first == MG_CLOCK_NONE ? part->expires : MIN(first, part->expires);
    }
    return first;
}

gboolean mg_signing_key_admits(const MgSigningKey *key, const gchar *fingerprint)
{
    return !key->bound || (g_str_has_prefix(key->name, fingerprint) &&
                           g_str_equal(key->name + strlen(fingerprint), "!"));
}
