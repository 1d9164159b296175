/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "keyholder/arithmetic.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

#define SEED_SIZE 32

struct MgArithmetic {
    MgKeyAlgorithm algorithm;
    EVP_PKEY *key;
};

static BIGNUM *number(const MgKeyNumber *bytes)
{
    return BN_bin2bn(bytes->bytes, (int)bytes->length, NULL);
}

/* d mod (prime - 1) */
static BIGNUM *exponent(const BIGNUM *d, const BIGNUM *prime, BN_CTX *context)
{
    BIGNUM *less = BN_dup(prime);
    BIGNUM *result = BN_new();

    if (less == NULL || result == NULL || !BN_sub_word(less, 1))
        return NULL;
    BN_set_flags(less, BN_FLG_CONSTTIME);
    return BN_mod(result, d, less, context) ? result : NULL;
}

static EVP_PKEY *from_parameters(OSSL_PARAM_BLD *builder)
{
    OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(builder);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    EVP_PKEY *key = NULL;

    if (parameters == NULL || context == NULL || EVP_PKEY_fromdata_init(context) <= 0 ||
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, parameters) <= 0)
        return NULL;
    return key;
}

/* GnuPG's u is the inverse of p modulo q, OpenSSL's coefficient that of the second factor modulo
 * the first: so q is given as the first. */
static EVP_PKEY *make_rsa(const MgKeyFile *file)
{
    BN_CTX *context = BN_CTX_new();
    BIGNUM *d = number(&file->d);
    BIGNUM *p = number(&file->p);
    BIGNUM *q = number(&file->q);
    const struct {
        const char *name;
        BIGNUM *value;
    } parts[] = {
        {OSSL_PKEY_PARAM_RSA_N, number(&file->n)},
        {OSSL_PKEY_PARAM_RSA_E, number(&file->e)},
        {OSSL_PKEY_PARAM_RSA_D, d},
        {OSSL_PKEY_PARAM_RSA_FACTOR1, q},
        {OSSL_PKEY_PARAM_RSA_FACTOR2, p},
        {OSSL_PKEY_PARAM_RSA_EXPONENT1, d != NULL && q != NULL ? exponent(d, q, context) : NULL},
        {OSSL_PKEY_PARAM_RSA_EXPONENT2, d != NULL && p != NULL ? exponent(d, p, context) : NULL},
        {OSSL_PKEY_PARAM_RSA_COEFFICIENT1, number(&file->u)},
    };
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();

    if (builder == NULL)
        return NULL;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i].value == NULL ||
            !OSSL_PARAM_BLD_push_BN(builder, parts[i].name, parts[i].value))
            return NULL;
    return from_parameters(builder);
}

/* A number may have lost its leading zeros, or have got one. */
static EVP_PKEY *make_ed25519(const MgKeyFile *file)
{
    unsigned char seed[SEED_SIZE] = {0};
    const unsigned char *bytes = file->d.bytes;
    size_t length = file->d.length;

    for (; length > SEED_SIZE && *bytes == 0; length--)
        bytes++;
    if (length > SEED_SIZE)
        return NULL;
    memcpy(seed + SEED_SIZE - length, bytes, length);
    return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, sizeof seed);
}

MgArithmetic *mg_arithmetic_new(const MgKeyFile *key)
{
    MgArithmetic *arithmetic = calloc(1, sizeof *arithmetic);

    if (arithmetic == NULL)
        return NULL;
    arithmetic->algorithm = key->algorithm;
    arithmetic->key = key->algorithm == MG_KEY_RSA ? make_rsa(key) : make_ed25519(key);
    if (arithmetic->key == NULL || EVP_PKEY_get_size(arithmetic->key) > MG_ARITHMETIC_LARGEST_VALUE)
        return NULL;
    return arithmetic;
}

static const EVP_MD *method_of(int digest)
{
    switch (digest) {
    case MG_DIGEST_SHA256:
        return EVP_sha256();
    case MG_DIGEST_SHA384:
        return EVP_sha384();
    case MG_DIGEST_SHA512:
        return EVP_sha512();
    default:
        return NULL;
    }
}

size_t mg_arithmetic_digest_size(int digest)
{
    const EVP_MD *method = method_of(digest);

    return method != NULL ? (size_t)EVP_MD_get_size(method) : 0;
}

static size_t sign_rsa(EVP_PKEY *key, int digest, const unsigned char *bytes, unsigned char *value)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
    size_t length = MG_ARITHMETIC_LARGEST_VALUE;

    if (context == NULL || EVP_PKEY_sign_init(context) <= 0 ||
        EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) <= 0 ||
        EVP_PKEY_CTX_set_signature_md(context, method_of(digest)) <= 0 ||
        EVP_PKEY_sign(context, value, &length, bytes, mg_arithmetic_digest_size(digest)) <= 0)
        length = 0;
    EVP_PKEY_CTX_free(context);
    return length;
}

static size_t sign_ed25519(EVP_PKEY *key, int digest, const unsigned char *bytes,
                           unsigned char *value)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    size_t length = MG_ARITHMETIC_LARGEST_VALUE;

    if (context == NULL || EVP_DigestSignInit(context, NULL, NULL, NULL, key) <= 0 ||
        EVP_DigestSign(context, value, &length, bytes, mg_arithmetic_digest_size(digest)) <= 0)
        length = 0;
    EVP_MD_CTX_free(context);
    return length;
}

size_t mg_arithmetic_sign(MgArithmetic *arithmetic, int digest, const unsigned char *bytes,
                          unsigned char *value)
{
    if (method_of(digest) == NULL)
        return 0;
    return arithmetic->algorithm == MG_KEY_RSA
               ? sign_rsa(arithmetic->key, digest, bytes, value)
               : sign_ed25519(arithmetic->key, digest, bytes, value);
}

MgKeyAlgorithm mg_arithmetic_algorithm(const MgArithmetic *arithmetic)
{
    return arithmetic->algorithm;
}
