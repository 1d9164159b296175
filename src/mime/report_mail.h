/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The structures of mails that carry a report for machines. What each function gives goes where
 * mg_compose_content()'s would: it is the content of a mail with its own MIME headers, to sign or
 * to send. The same parts give the same bytes. Pure functions, for any thread.
 */
#pragma once

#include <glib.h>

/* XARF v4: a multipart/report of the text for people, a message/feedback-report and the report,
 * `xarf.json`. `user_agent` names the program. MG_ERROR_GROUP for what is not UTF-8. */
GBytes *mg_report_mail_xarf(const gchar *text, const gchar *user_agent, const gchar *json,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* X-ARF 0.2, "PLAIN": a multipart/mixed of the text for people, the report, `report.txt`, and,
 * where `evidence` is not NULL, what it holds, of the media type `evidence_type`. MG_ERROR_GROUP
 * for what is not UTF-8 and for what is no media type, or one of parts that hold parts. */
GBytes *mg_report_mail_plain(const gchar *text, const gchar *report, GBytes *evidence,
                             const gchar *evidence_type, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* X-ARF 0.2, "SECURE": a whole mail as a part, `xarf.eml`, which is to be signed. */
GBytes *mg_report_mail_wrapped(GBytes *wire);
