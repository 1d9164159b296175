/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Reads a file of private-keys-v1.d: an S-expression, canonical where the file begins with "(",
 * else the value of "Key:" among lines of names and values (GnuPG's doc/keyformat.txt has both).
 */
#pragma once

#include <stddef.h>

typedef struct {
    const unsigned char *bytes; /* big endian, may begin with zeros */
    size_t length;
} MgKeyNumber;

typedef enum {
    MG_KEY_RSA,
    MG_KEY_ED25519,
} MgKeyAlgorithm;

/* Points into the text that was read. */
typedef struct {
    MgKeyAlgorithm algorithm;
    MgKeyNumber n, e, p, q, u; /* of MG_KEY_RSA alone */
    MgKeyNumber d;
} MgKeyFile;

/* Decodes `text` in place and fills `key` from it. Returns NULL, or why the key cannot be used: it
 * is protected, on a card, of another kind, or no key at all. */
const char *mg_key_file_read(unsigned char *text, size_t length, MgKeyFile *key);
