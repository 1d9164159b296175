/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "config/consistency.h"

#include "config/path_check.h"

#define SMTP_PORT 25
#define SMTPS_PORT 465

const MgNode *mg_consistency_find(const MgNode *root, const gchar *path)
{
    g_auto(GStrv) names = g_strsplit(path, ".", -1);
    const MgNode *value = root;

    for (guint i = 0; names[i] != NULL; i++) {
        if (value == NULL || value->kind != MG_NODE_MAP)
            return NULL;
        value = mg_node_lookup(value, names[i]);
    }
    return value == NULL || value->kind == MG_NODE_NOTHING ? NULL : value;
}

static void resolve_smtp_defaults(const MgNode *root, MgSmtpSettings *smtp)
{
    if (mg_consistency_find(root, "smtp.tls") == NULL)
        smtp->tls = mg_settings_is_loopback(smtp->host) ? MG_TLS_NEVER : MG_TLS_OPPORTUNISTIC;
    if (smtp->port == 0)
        smtp->port = smtp->tls == MG_TLS_IMPLICIT ? SMTPS_PORT : SMTP_PORT;
}

static void check_login(const MgNode *root, const MgSmtpSettings *smtp, MgProblems *problems)
{
    const MgNode *username = mg_consistency_find(root, "smtp.username");
    const MgNode *password = mg_consistency_find(root, "smtp.password");
    const gchar *password_path = password != NULL ? "smtp.password" : "smtp.password_file";

    if (password == NULL)
        password = mg_consistency_find(root, "smtp.password_file");
    if (username != NULL && password == NULL)
        mg_problems_error(problems, username, "smtp.username",
                          "found without 'smtp.password' or 'smtp.password_file'");
    if (username == NULL && password != NULL)
        mg_problems_error(problems, password, password_path, "found without 'smtp.username'");
    if (username != NULL && smtp->tls == MG_TLS_NEVER && !mg_settings_is_loopback(smtp->host))
        mg_problems_error(problems, username, "smtp.username",
                          "a login is never sent without TLS to another machine, but 'smtp.tls' is "
                          "\"never\"");
}

/* A key or a home that signing needs; `always_sign` false leaves all of this alone. */
static void check_signing(const MgNode *root, const MgOpenpgpSettings *openpgp,
                          MgProblems *problems)
{
    const MgNode *home = mg_consistency_find(root, "openpgp.gnupg_home");
    const gchar *complaint = NULL;

    if (!openpgp->always_sign)
        return;
    if (openpgp->signing_key == NULL) {
        const MgNode *value = mg_node_lookup(mg_node_lookup(root, "openpgp"), "signing_key");
        if (value != NULL && (value->kind == MG_NODE_NOTHING ||
                              (mg_node_is_c_string(value) && *value->text == '\0')))
            mg_problems_unfit(problems, value, mg_known_keys_find("openpgp.signing_key"),
                              "'openpgp.always_sign' is true");
    }
    if (openpgp->gnupg_home == NULL)
        return;
    complaint = mg_path_check_directory(openpgp->gnupg_home);
    if (complaint != NULL)
        mg_problems_unfit(problems, home, mg_known_keys_find("openpgp.gnupg_home"), complaint);
}

static void check_log(const MgNode *root, const MgLogSettings *log, MgProblems *problems)
{
    const MgNode *target = mg_consistency_find(root, "log.target");

    if (target != NULL && log->target == MG_LOG_TARGET_FILE &&
        mg_consistency_find(root, "log.file") == NULL)
        mg_problems_error(problems, target, "log.target", "found \"file\" without 'log.file'");
}

void mg_consistency_check(const MgNode *root, MgSettings *settings, MgProblems *problems)
{
    if (settings->smtp.host != NULL) {
        resolve_smtp_defaults(root, &settings->smtp);
        check_login(root, &settings->smtp, problems);
    }
    check_signing(root, &settings->openpgp, problems);
    check_log(root, &settings->log, problems);
}
