/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Bytes in base64, as mails have them (RFC 2045 6.8). Pure functions, for any thread.
 */
#pragma once

#include <glib.h>

/* Appends the `size` bytes in lines of 76 characters, each ended by CRLF; of no bytes nothing. */
void mg_base64_append(GString *out, gconstpointer bytes, gsize size);
