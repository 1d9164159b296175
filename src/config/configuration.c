/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "config/configuration.h"

#include "base/error.h"
#include "config/consistency.h"
#include "config/known_keys.h"
#include "config/problems.h"
#include "config/sources.h"
#include "config/text_file.h"
#include "config/value_check.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#define SHORT_NAME 3 /* "log": too many words are one slip away from it */

gchar *mg_configuration_user_file(void)
{
    const gchar *home = g_getenv("HOME");

    if (home == NULL || *home == '\0') { /* as in a service; g_get_home_dir() would trust "" */
        const struct passwd *account = getpwuid(getuid());
        home = account == NULL ? NULL : account->pw_dir;
    }
    if (home == NULL || *home == '\0')
        return NULL;
    return g_build_filename(home, ".intelmq", "intelmq-mailgen.conf", NULL);
}

/* The first mistake in a text does not hide those in others. */
static MgSources *merge_texts(const MgConfigurationText *texts, gsize n_texts, GError **error)
{
    g_autoptr(MgProblems) problems = mg_problems_new();
    g_autoptr(MgSources) sources = mg_sources_new();

    g_assert(n_texts > 0);
    for (gsize i = 0; i < n_texts; i++)
        mg_sources_add(sources, texts[i].name, texts[i].text, texts[i].length, problems);
    return mg_problems_report(problems, error) ? g_steal_pointer(&sources) : NULL;
}

/* The object in which `path` would stand, where there is one. */
static const MgNode *find_parent(const MgNode *root, const gchar *path)
{
    const gchar *dot = strrchr(path, '.');
    g_autofree gchar *parent_path = NULL;
    const MgNode *parent = NULL;

    if (dot == NULL)
        return root;
    parent_path = g_strndup(path, (gsize)(dot - path));
    parent = mg_consistency_find(root, parent_path);
    return parent != NULL && parent->kind == MG_NODE_MAP ? parent : NULL;
}

static void report_missing(const MgNode *root, const MgNode *parent, const MgKnownKey *key,
                           const gchar *sources, MgProblems *problems)
{
    g_autofree gchar *place = parent == root ? g_strdup(sources) : mg_node_place(parent);
    g_autofree gchar *wanted = mg_known_keys_wanted(key);

    g_ptr_array_add(problems->errors,
                    g_strdup_printf("%s: key '%s': missing, wanted %s", place, key->path, wanted));
}

static void check_key(const MgNode *root, const MgKnownKey *key, const gchar *sources,
                      MgSettings *settings, MgProblems *problems)
{
    const MgNode *parent = find_parent(root, key->path);
    const gchar *dot = strrchr(key->path, '.');
    const MgNode *value =
        parent == NULL ? NULL : mg_node_lookup(parent, dot == NULL ? key->path : dot + 1);
    gboolean is_required = (key->flags & MG_KEY_IS_REQUIRED) != 0;

    mg_value_check_fall_back(key, settings);
    if (value == NULL) { /* of a missing object only the object itself is reported */
        if (is_required && parent != NULL)
            report_missing(root, parent, key, sources, problems);
        return;
    }
    if (value->kind != MG_NODE_NOTHING)
        mg_value_check(value, key, settings, problems);
    else if (is_required && (key->flags & MG_KEY_MAY_BE_NULL) == 0)
        mg_problems_unfit(problems, value, key, NULL);
}

static void report_unknown(const MgNode *value, const gchar *path, guint flags,
                           MgProblems *problems)
{
    const MgKnownKey *guess = mg_known_keys_guess(path);
    g_autofree gchar *hint =
        guess == NULL ? g_strdup("") : g_strdup_printf("; did you mean '%s'?", guess->path);

    if ((flags & MG_KEY_IS_STRICT) != 0)
        mg_problems_error(problems, value, path, "not known here%s", hint);
    else
        mg_problems_warning(problems, value, path, "not known here, ignored%s", hint);
}

/* `prefix` is "" for the top level, else such as "smtp.". */
static void check_unknown(const MgNode *object, const gchar *prefix, guint flags,
                          MgProblems *problems)
{
    for (guint i = 0; i < mg_node_count(object); i++) {
        const MgNode *key = mg_node_key(object, i);
        g_autofree gchar *path = g_strconcat(prefix, key->text, NULL);

        /* A name that holds a NUL is not the name that C sees. */
        if (mg_known_keys_find(path) == NULL || !mg_node_is_c_string(key))
            report_unknown(mg_node_value(object, i), path, flags, problems);
    }
}

static void check_name_at_top(const MgNode *root, guint index, MgProblems *problems)
{
    const gchar *name = mg_node_key(root, index)->text;
    const MgNode *value = mg_node_value(root, index);
    const MgKnownKey *guess = NULL;

    if (strchr(name, '.') != NULL) {
        if (mg_known_keys_find(name) != NULL)
            mg_problems_error(problems, value, name,
                              "found at the top, wanted in the object before its last point");
        return;
    }
    guess = mg_known_keys_find(name) == NULL ? mg_known_keys_guess(name) : NULL;
    if (guess != NULL && strlen(guess->path) > SHORT_NAME &&
        mg_node_lookup(root, guess->path) == NULL)
        report_unknown(value, name, guess->flags, problems);
}

/* At the top other programs and scripts have keys of their own. Only what looks like a slip in
 * writing a key that is not there otherwise is worth a word: "saftey" must not disarm a brake. */
static void check_unknown_at_top(const MgNode *root, MgProblems *problems)
{
    for (guint i = 0; i < mg_node_count(root); i++)
        check_name_at_top(root, i, problems);
}

static void check_all(const MgNode *root, const gchar *sources, MgSettings *settings,
                      MgProblems *problems)
{
    gsize n_keys = 0;
    const MgKnownKey *keys = mg_known_keys(&n_keys);

    for (gsize i = 0; i < n_keys; i++)
        check_key(root, &keys[i], sources, settings, problems);
    for (gsize i = 0; i < n_keys; i++) {
        const MgNode *object =
            keys[i].kind == MG_KEY_OBJECT ? mg_consistency_find(root, keys[i].path) : NULL;
        g_autofree gchar *prefix = g_strconcat(keys[i].path, ".", NULL);

        if (object != NULL && object->kind == MG_NODE_MAP)
            check_unknown(object, prefix, keys[i].flags, problems);
    }
    check_unknown_at_top(root, problems);
    mg_consistency_check(root, settings, problems);
}

MgSettings *mg_configuration_load_texts(const MgConfigurationText *texts, gsize n_texts,
                                        GError **error)
{
    g_autoptr(MgSources) sources = merge_texts(texts, n_texts, error);
    g_autoptr(MgSettings) settings = NULL;
    g_autoptr(MgProblems) problems = NULL;
    g_autofree gchar *names = NULL;

    if (sources == NULL)
        return NULL;
    settings = mg_settings_new();
    problems = mg_problems_new();
    names = n_texts == 1 ? g_strdup(texts[0].name)
                         : g_strdup_printf("%s, %s", texts[0].name, texts[n_texts - 1].name);
    check_all(mg_sources_root(sources), names, settings, problems);
    if (!mg_problems_report(problems, error))
        return NULL;
    settings->merged_json = mg_sources_print(mg_sources_root(sources));
    g_strfreev(settings->warnings);
    g_ptr_array_add(problems->warnings, NULL);
    settings->warnings = g_strdupv((gchar **)problems->warnings->pdata);
    return g_steal_pointer(&settings);
}

static void clear_text(gpointer data)
{
    MgConfigurationText *text = data;

    if (text->text != NULL) { /* passwords */
        explicit_bzero((gchar *)text->text, text->length);
        g_free((gchar *)text->text);
    }
}

/* A file that does not exist is legal; one that cannot be read is not passed over. */
static void read_file(const gchar *filename, GArray *texts, MgProblems *problems)
{
    MgConfigurationText text = {filename, NULL, 0};
    gint number = 0;

    if (filename == NULL)
        return;
    text.text = mg_text_file_read(filename, &text.length, &number);
    if (text.text != NULL)
        g_array_append_val(texts, text);
    else if (number != ENOENT && number != ENOTDIR)
        g_ptr_array_add(
            problems->errors,
            g_strdup_printf("%s: cannot be read: %s", filename,
                            number == EFBIG ? "it is larger than 16 MiB" : g_strerror(number)));
}

/* NULL with error where no file can be read. (element-type MgConfigurationText) */
static GArray *read_files(const gchar *system_file, const gchar *user_file, GError **error)
{
    g_autoptr(GArray) texts = g_array_new(FALSE, FALSE, sizeof(MgConfigurationText));
    g_autoptr(MgProblems) problems = mg_problems_new();

    g_array_set_clear_func(texts, clear_text);
    read_file(system_file, texts, problems);
    read_file(user_file, texts, problems);
    if (!mg_problems_report(problems, error))
        return NULL;
    if (texts->len > 0)
        return g_steal_pointer(&texts);
    g_set_error(error, MG_ERROR, MG_ERROR_SETUP,
                "no configuration file: there is neither %s nor %s",
                system_file == NULL ? "a system file" : system_file,
                user_file == NULL ? "a file of the user" : user_file);
    return NULL;
}

MgSettings *mg_configuration_load(const gchar *system_file, const gchar *user_file, GError **error)
{
    g_autoptr(GArray) texts = read_files(system_file, user_file, error);

    if (texts == NULL)
        return NULL;
    return mg_configuration_load_texts((const MgConfigurationText *)(gpointer)texts->data,
                                       texts->len, error);
}

gchar *mg_configuration_read(const gchar *system_file, const gchar *user_file, GError **error)
{
    g_autoptr(GArray) texts = read_files(system_file, user_file, error);
    g_autoptr(MgSources) sources = NULL;

    if (texts == NULL)
        return NULL;
    sources = merge_texts((const MgConfigurationText *)(gpointer)texts->data, texts->len, error);
    return sources == NULL ? NULL : mg_sources_print(mg_sources_root(sources));
}
