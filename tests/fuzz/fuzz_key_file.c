/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A file of private-keys-v1.d. What is read must lie in the text that it was read from.
 */
#include "keyholder/key_file.h"

#include <glib.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_at(const MgKeyNumber *number, const unsigned char *text, size_t size)
{
    if (number->length == 0)
        return;
    g_assert_true(number->bytes >= text && number->bytes + number->length <= text + size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree unsigned char *text = g_malloc(MAX(size, 1));
    MgKeyFile key;

    memcpy(text, data, size);

    if (mg_key_file_read(text, size, &key) != NULL)
        return 0;
    g_assert_cmpuint(key.d.length, >, 0);
    look_at(&key.d, text, size);
    look_at(&key.n, text, size);
    look_at(&key.e, text, size);
    look_at(&key.p, text, size);
    look_at(&key.q, text, size);
    look_at(&key.u, text, size);
    return 0;
}
