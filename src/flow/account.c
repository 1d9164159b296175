/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "flow/account.h"

struct MgAccount {
    const MgAccountHandlers *handlers;
    gpointer user_data;
    GMutex lock;
};

#define TELL(account, handler, ...)                                                                \
    do {                                                                                           \
        if ((account) != NULL && (account)->handlers->handler != NULL) {                           \
            g_mutex_lock(&(account)->lock);                                                        \
            (account)->handlers->handler(__VA_ARGS__, (account)->user_data);                       \
            g_mutex_unlock(&(account)->lock);                                                      \
        }                                                                                          \
    } while (FALSE)

MgAccount *mg_account_new(const MgAccountHandlers *handlers, gpointer user_data)
{
    MgAccount *account = g_new0(MgAccount, 1);

    account->handlers = handlers;
    account->user_data = user_data;
    g_mutex_init(&account->lock);
    return account;
}

void mg_account_free(MgAccount *account)
{
    if (account == NULL)
        return;
    g_mutex_clear(&account->lock);
    g_free(account);
}

void mg_account_tell_mail(MgAccount *account, const MgAccountMail *told)
{
    TELL(account, mail, told);
}

void mg_account_tell_by_script(MgAccount *account, const MgGroup *group, const gchar *format_name,
                               const gchar *ticket)
{
    TELL(account, by_script, group, format_name, ticket);
}

void mg_account_tell_postponed(MgAccount *account, const MgGroup *group, const MgDecision *decision)
{
    TELL(account, postponed, group, decision);
}

void mg_account_tell_failed(MgAccount *account, const MgGroup *group, const GError *failure)
{
    TELL(account, failed, group, failure);
}

void mg_account_tell_copy_failed(MgAccount *account, const MgGroup *group, const MgMail *mail,
                                 const GError *failure)
{
    TELL(account, copy_failed, group, mail, failure);
}

void mg_account_tell_skipped(MgAccount *account, const MgGroup *group, MgLeft how,
                             const gchar *because)
{
    TELL(account, skipped, group, how, because);
}
