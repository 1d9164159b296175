/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/check_files.h"

#include "base/error.h"
#include "cli/plain_text.h"
#include "config/configuration.h"

#include <sys/stat.h>
#include <unistd.h>

#define DEEPEST 8 /* directories within each other; templates may stand in some */

/* Files of one kind in one place: the first is named, the others counted. */
typedef struct {
    guint n_files;
    gchar *first;
} Some;

typedef struct {
    MgFindings *findings;
    uid_t trusted; /* who owns the configuration decides everything anyway */
    Some writable;
    Some strange;
    gboolean found;
} Look;

static void add_to(Some *some, const gchar *path)
{
    if (some->n_files++ == 0)
        some->first = g_strdup(path);
}

static gboolean is_trusted(const Look *look, uid_t owner)
{
    return owner == 0 || owner == geteuid() || owner == look->trusted;
}

/* What a link leads to counts; its permissions say nothing. A directory that anybody may write to
 * is harmless for what stands in it only where it is sticky, which no such directory should be
 * either. */
static void look_at(Look *look, const gchar *path, guint depth)
{
    g_autoptr(GDir) directory = NULL;
    const gchar *name;
    struct stat status;

    if (stat(path, &status) != 0)
        return;
    if ((status.st_mode & S_IWOTH) != 0)
        add_to(&look->writable, path);
    if (!is_trusted(look, status.st_uid))
        add_to(&look->strange, path);
    if (!S_ISDIR(status.st_mode) || depth == 0)
        return;
    directory = g_dir_open(path, 0, NULL);
    while (directory != NULL && (name = g_dir_read_name(directory)) != NULL) {
        g_autofree gchar *inner = g_build_filename(path, name, NULL);
        look_at(look, inner, depth - 1);
    }
}

static void report(Look *look, Some *some, const gchar *what, const gchar *advice)
{
    g_autofree gchar *quoted = mg_error_quote(some->first);
    g_autofree gchar *shell = some->first != NULL ? g_shell_quote(some->first) : NULL;

    if (some->n_files == 1)
        mg_findings_add(look->findings, MG_FINDING_WARNING, "%s %s\nHINT: %s %s", what, quoted,
                        advice, shell);
    if (some->n_files > 1)
        mg_findings_add(look->findings, MG_FINDING_WARNING, "%s %s and %u more\nHINT: %s %s …",
                        what, quoted, some->n_files - 1, advice, shell);
    look->found = look->found || some->n_files > 0;
    g_clear_pointer(&some->first, g_free);
    some->n_files = 0;
}

static void check_place(Look *look, const gchar *path)
{
    if (path == NULL)
        return;
    look_at(look, path, DEEPEST);
    report(look, &look->writable, "every user of this machine can change", "chmod o-w");
    report(look, &look->strange, "neither root nor the user of this program owns",
           "have it owned by root or that user: chown root");
}

static gboolean holds_password(const gchar *path)
{
    g_autofree gchar *json = mg_configuration_read(path, NULL, NULL);

    return json != NULL && g_regex_match_simple("\"password\"\\s*:\\s*\"[^\"]", json, 0, 0);
}

static void check_password(Look *look, const gchar *path)
{
    g_autofree gchar *quoted = mg_error_quote(path);
    g_autofree gchar *shell = path != NULL ? g_shell_quote(path) : NULL;
    struct stat status;

    if (path == NULL || stat(path, &status) != 0 || (status.st_mode & S_IROTH) == 0 ||
        !holds_password(path))
        return;
    look->found = TRUE;
    mg_findings_add(look->findings, MG_FINDING_WARNING,
                    "every user of this machine can read the password in %s\nHINT: chmod o-rwx "
                    "%s, where owner or group is that of the user that runs this program",
                    quoted, shell);
}

static uid_t owner_of(const gchar *path)
{
    struct stat status;

    return path != NULL && stat(path, &status) == 0 ? status.st_uid : geteuid();
}

void mg_check_files(MgFindings *findings, const MgCommonOptions *options,
                    const MgSettings *settings)
{
    g_autofree gchar *user_file = mg_configuration_user_file();
    Look look = {.findings = findings, .trusted = owner_of(options->config_file)};
    const gchar *const places[] = {options->config_file, user_file, settings->template_dir,
                                   settings->script_directory};

    mg_findings_set_subject(findings, "files");
    check_password(&look, options->config_file);
    check_password(&look, user_file);
    for (gsize i = 0; i < G_N_ELEMENTS(places); i++)
        check_place(&look, places[i]);
    if (!look.found)
        mg_findings_add(findings, MG_FINDING_OK,
                        "other users cannot read passwords nor change formats or templates");
}
