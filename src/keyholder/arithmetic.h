/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * A private key in OpenSSL's hands, and what gpg-agent would make with it.
 */
#pragma once

#include "keyholder/key_file.h"

/* RFC 4880, 9.4. */
enum { MG_DIGEST_SHA256 = 8, MG_DIGEST_SHA384 = 9, MG_DIGEST_SHA512 = 10 };

#define MG_ARITHMETIC_LARGEST_DIGEST 64
#define MG_ARITHMETIC_LARGEST_VALUE 2048 /* bytes: RSA of 16384 bits */

typedef struct MgArithmetic MgArithmetic;

/* NULL where the numbers are no key, or OpenSSL lacks memory. There is no way to free it: it lives
 * as long as the process. */
MgArithmetic *mg_arithmetic_new(const MgKeyFile *key);

/* How many bytes the digest has; 0 for one that is not supported. */
size_t mg_arithmetic_digest_size(int digest);

/* Signs a digest: RSA with PKCS #1 1.5, or EdDSA over its bytes, R and S one after the other.
 * Returns how many bytes of `value` (MG_ARITHMETIC_LARGEST_VALUE) were written; 0 on failure. */
size_t mg_arithmetic_sign(MgArithmetic *arithmetic, int digest, const unsigned char *bytes,
                          unsigned char *value);

/* Which says how the bytes of a signature are to be read. */
MgKeyAlgorithm mg_arithmetic_algorithm(const MgArithmetic *arithmetic);
