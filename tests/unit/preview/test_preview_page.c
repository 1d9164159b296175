/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "preview/preview_page.h"

#include "sample.h"

#include <glib/gstdio.h>

static guint count(const gchar *text, const gchar *piece)
{
    guint found = 0;

    for (; (text = strstr(text, piece)) != NULL; text += strlen(piece))
        found++;
    return found;
}

static gchar *write_page(void)
{
    g_autoptr(MgPreview) preview = sample_preview();
    g_autofree gchar *directory = g_dir_make_tmp("page-XXXXXX", NULL);
    g_autofree gchar *path = g_build_filename(directory, "page.html", NULL);
    gchar *page = NULL;

    g_assert_true(mg_preview_page_write(preview, path, NULL));
    g_assert_true(g_file_get_contents(path, &page, NULL, NULL));
    g_unlink(path);
    g_assert_cmpint(g_rmdir(directory), ==, 0);
    return page;
}

/* Whatever the data holds: the list, one mail and our script are all the scripts there are, and no comment
 * opens, which with a tag after it would hide the end of its element. */
static void test_data_stays_data(void)
{
    g_autofree gchar *page = write_page();

    g_assert_cmpuint(count(page, "<script"), ==, 3);
    g_assert_cmpuint(count(page, "</script"), ==, 3);
    g_assert_cmpuint(count(page, "<script type=\"application/json\""), ==, 2);
    g_assert_cmpuint(count(page, "<!--"), ==, 0);
    g_assert_cmpuint(count(page, "\xe2\x80\xa8"), ==, 0);
    g_assert_cmpuint(count(page, "\\u003c"), >=, 10);
}

/* The hashes that the policy names are those of what stands in the page. */
static void assert_hashed(const gchar *page, const gchar *open, const gchar *close)
{
    const gchar *from = strstr(page, open) + strlen(open);
    g_autofree gchar *content = g_strndup(from, (gsize)(strstr(from, close) - from));
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    guint8 digest[32];
    gsize size = sizeof digest;
    g_autofree gchar *base64 = NULL;

    g_checksum_update(checksum, (const guchar *)content, -1);
    g_checksum_get_digest(checksum, digest, &size);
    base64 = g_base64_encode(digest, size);
    g_assert_cmpuint(count(page, base64), ==, 1);
}

static void test_policy(void)
{
    g_autofree gchar *page = write_page();

    g_assert_cmpuint(count(page, "content=\"default-src 'none'; style-src 'sha256-"), ==, 1);
    g_assert_cmpuint(count(page, "unsafe"), ==, 0);
    assert_hashed(page, "<style>", "</style>");
    assert_hashed(page, "<script>", "</script>");
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/preview_page/data stays data", test_data_stays_data);
    g_test_add_func("/preview_page/policy", test_policy);
    return g_test_run();
}
