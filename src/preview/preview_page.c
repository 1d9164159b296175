/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "preview/preview_page.h"

#include "base/fresh_file.h"
#include "preview/page_assets.h"
#include "preview/preview_json.h"

#include <string.h>

#define MODE 0600 /* mails tell of strangers */

/* What the page may do: nothing but use its own style and run its own script, each named by its
 * hash, and make no markup out of text even then. */
#define POLICY                                                                                     \
    "default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'; "   \
    "require-trusted-types-for 'script'; trusted-types 'none'"

static void write_text(MgFreshFile *file, const gchar *text)
{
    mg_fresh_file_write(file, text, strlen(text));
}

static gchar *hash_source(const gchar *text)
{
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    guint8 digest[32];
    gsize size = sizeof digest;
    g_autofree gchar *base64 = NULL;

    g_checksum_update(checksum, (const guchar *)text, -1);
    g_checksum_get_digest(checksum, digest, &size);
    base64 = g_base64_encode(digest, size);
    return g_strdup_printf("sha256-%s", base64);
}

/* There is no `<` in the JSON: nothing in the data can end its element, nor, with a comment and a
 * tag, keep ours from ending it. */
static void write_data(MgFreshFile *file, const gchar *id, const GString *json)
{
    g_autofree gchar *head = g_strdup_printf("<script type=\"application/json\" id=\"%s\">", id);

    g_assert(memchr(json->str, '<', json->len) == NULL);
    write_text(file, head);
    mg_fresh_file_write(file, json->str, json->len);
    write_text(file, "</script>\n");
}

static void write_list(MgFreshFile *file, const MgPreview *preview)
{
    g_autoptr(GString) json = g_string_new(NULL);

    mg_preview_json_append(json, preview);
    write_data(file, "data", json);
}

/* Each mail is data of its own, which the script reads when the mail is looked at. */
static void write_mails(MgFreshFile *file, const MgPreview *preview)
{
    for (guint i = 0; i < preview->mails->len; i++) {
        const MgPreviewEntry *entry = g_ptr_array_index(preview->mails, i);
        g_autofree gchar *id = g_strdup_printf("data-%u", i + 1);
        g_autoptr(GString) json = NULL;

        if (entry->wire == NULL)
            continue;
        json = g_string_new(NULL);
        mg_preview_json_append_reading(json, entry);
        write_data(file, id, json);
    }
}

static void write_head(MgFreshFile *file)
{
    g_autofree gchar *style = hash_source(page_css);
    g_autofree gchar *script = hash_source(page_js);
    g_autofree gchar *policy = g_strdup_printf(POLICY, style, script);

    write_text(file, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                     "<meta http-equiv=\"Content-Security-Policy\" content=\"");
    write_text(file, policy);
    write_text(file, "\">\n<meta name=\"referrer\" content=\"no-referrer\">\n"
                     "<meta name=\"robots\" content=\"noindex\">\n"
                     "<meta name=\"color-scheme\" content=\"light dark\">\n"
                     "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                     "<title>Preview: what the next run would send</title>\n<style>");
    write_text(file, page_css);
    write_text(file, "</style>\n</head>\n");
}

gboolean mg_preview_page_write(const MgPreview *preview, const gchar *path, GError **error)
{
    MgFreshFile *file = mg_fresh_file_open(path, NULL, MODE, error);

    if (file == NULL)
        return FALSE;
    write_head(file);
    write_text(file, page_html);
    write_list(file, preview);
    write_mails(file, preview);
    write_text(file, "<script>");
    write_text(file, page_js);
    write_text(file, "</script>\n</body>\n</html>\n");
    return mg_fresh_file_finish(file, error);
}
