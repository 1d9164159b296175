/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "keyholder/key_file.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define DEEPEST 16

static const char *const no_key = "it is no private key that this program can read";
static const char *const is_protected = "it is protected by a passphrase";

typedef enum { OPEN, CLOSE, ATOM, END, BROKEN } Token;

typedef struct {
    unsigned char *at;
    unsigned char *end;
} Reader;

static int hex_value(int character)
{
    if (character >= '0' && character <= '9')
        return character - '0';
    if (character >= 'A' && character <= 'F')
        return character - 'A' + 10;
    if (character >= 'a' && character <= 'f')
        return character - 'a' + 10;
    return -1;
}

/* 5:bytes */
static Token read_counted(Reader *reader, MgKeyNumber *atom)
{
    size_t length = 0;

    for (; reader->at < reader->end && isdigit(*reader->at); reader->at++) {
        length = length * 10 + (size_t)(*reader->at - '0');
        if (length > (size_t)(reader->end - reader->at))
            return BROKEN;
    }
    if (reader->at == reader->end || *reader->at++ != ':' ||
        length > (size_t)(reader->end - reader->at))
        return BROKEN;
    *atom = (MgKeyNumber){reader->at, length};
    reader->at += length;
    return ATOM;
}

/* #0A1B#, with blanks and line ends anywhere; decoded over itself. */
static Token read_hex(Reader *reader, MgKeyNumber *atom)
{
    unsigned char *out = ++reader->at;
    size_t digits = 0;

    atom->bytes = out;
    for (; reader->at < reader->end && *reader->at != '#'; reader->at++) {
        int value = hex_value(*reader->at);

        if (value < 0 && !isspace(*reader->at))
            return BROKEN;
        if (value < 0)
            continue;
        if (digits++ % 2 == 0)
            *out = (unsigned char)(value << 4);
        else
            *out++ |= (unsigned char)value;
    }
    if (reader->at == reader->end || digits % 2 != 0)
        return BROKEN;
    reader->at++;
    atom->length = digits / 2;
    return ATOM;
}

/* "text"; such texts are comments and dates, which nobody asks for, so escapes are only skipped. */
static Token read_quoted(Reader *reader, MgKeyNumber *atom)
{
    atom->bytes = ++reader->at;
    while (reader->at < reader->end && *reader->at != '"')
        reader->at += *reader->at == '\\' && reader->at + 1 < reader->end ? 2 : 1;
    if (reader->at >= reader->end)
        return BROKEN;
    atom->length = (size_t)(reader->at++ - atom->bytes);
    return ATOM;
}

static Token read_word(Reader *reader, MgKeyNumber *atom)
{
    atom->bytes = reader->at;
    while (reader->at < reader->end &&
           (isalnum(*reader->at) || (*reader->at != '\0' && strchr("-./_:*+=", *reader->at))))
        reader->at++;
    atom->length = (size_t)(reader->at - atom->bytes);
    return atom->length > 0 ? ATOM : BROKEN;
}

static Token next(Reader *reader, MgKeyNumber *atom)
{
    while (reader->at < reader->end && isspace(*reader->at))
        reader->at++;
    if (reader->at == reader->end)
        return END;
    switch (*reader->at) {
    case '(':
        reader->at++;
        return OPEN;
    case ')':
        reader->at++;
        return CLOSE;
    case '#':
        return read_hex(reader, atom);
    case '"':
        return read_quoted(reader, atom);
    default:
        return isdigit(*reader->at) ? read_counted(reader, atom) : read_word(reader, atom);
    }
}

static int is_word(const MgKeyNumber *atom, const char *word)
{
    return atom->length == strlen(word) && memcmp(atom->bytes, word, atom->length) == 0;
}

/* To the end of the list that is open. */
static int skip_rest(Reader *reader)
{
    MgKeyNumber ignored;
    int depth = 1;

    while (depth > 0 && depth < DEEPEST)
        switch (next(reader, &ignored)) {
        case OPEN:
            depth++;
            break;
        case CLOSE:
            depth--;
            break;
        case ATOM:
            break;
        default:
            return 0;
        }
    return depth == 0;
}

typedef struct {
    MgKeyNumber n, e, d, p, q, u, curve, flags;
} Parameters;

static void keep(Parameters *parameters, const MgKeyNumber *name, const MgKeyNumber *value)
{
    const struct {
        const char *name;
        MgKeyNumber *place;
    } known[] = {
        {"n", &parameters->n},         {"e", &parameters->e},         {"d", &parameters->d},
        {"p", &parameters->p},         {"q", &parameters->q},         {"u", &parameters->u},
        {"curve", &parameters->curve}, {"flags", &parameters->flags},
    };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (is_word(name, known[i].name))
            *known[i].place = *value;
}

/* (name value …) after (name value …), to the end of the list of the algorithm. */
static int read_parameters(Reader *reader, Parameters *parameters)
{
    MgKeyNumber name, value;

    for (;;)
        switch (next(reader, &name)) {
        case CLOSE:
            return 1;
        case OPEN:
            if (next(reader, &name) != ATOM || next(reader, &value) != ATOM || !skip_rest(reader))
                return 0;
            keep(parameters, &name, &value);
            break;
        default:
            return 0;
        }
}

static const char *fill(MgKeyFile *key, const MgKeyNumber *algorithm, const Parameters *parameters)
{
    *key = (MgKeyFile){MG_KEY_RSA,    parameters->n, parameters->e, parameters->p,
                       parameters->q, parameters->u, parameters->d};
    if (is_word(algorithm, "rsa"))
        return key->n.length == 0 || key->e.length == 0 || key->d.length == 0 ||
                       key->p.length == 0 || key->q.length == 0 || key->u.length == 0
                   ? no_key
                   : NULL;
    key->algorithm = MG_KEY_ED25519;
    if (!is_word(algorithm, "ecc") || !is_word(&parameters->curve, "Ed25519") ||
        !is_word(&parameters->flags, "eddsa"))
        return "it is neither an RSA nor an Ed25519 key";
    return key->d.length == 0 ? no_key : NULL;
}

/* As it was imported: an agent rewrites such a file when it first uses the key, if it may. */

/* (_ value _ value …) after "skey": the algorithm's numbers in OpenPGP's order; "e" stands before
 * an encrypted one. */
static const char *read_numbers(Reader *reader, const MgKeyNumber *algorithm,
                                Parameters *parameters)
{
    MgKeyNumber other;
    MgKeyNumber *const of_rsa[] = {&parameters->n, &parameters->e, &parameters->d,
                                   &parameters->p, &parameters->q, &parameters->u};
    MgKeyNumber *const of_ecc[] = {&other, &parameters->d};
    int is_rsa = is_word(algorithm, "rsa");
    size_t n_wanted = is_rsa ? sizeof of_rsa / sizeof *of_rsa : sizeof of_ecc / sizeof *of_ecc;
    MgKeyNumber flag;

    for (size_t i = 0; i < n_wanted; i++) {
        if (next(reader, &flag) != ATOM)
            return no_key;
        if (!is_word(&flag, "_"))
            return is_protected;
        if (next(reader, is_rsa ? of_rsa[i] : of_ecc[i]) != ATOM)
            return no_key;
    }
    return next(reader, &flag) == CLOSE ? NULL : no_key;
}

/* (name …) of (openpgp-private-key …), after the name. */
static const char *read_part(Reader *reader, const MgKeyNumber *name, const MgKeyNumber *algorithm,
                             Parameters *parameters, int *is_open)
{
    MgKeyNumber kind;

    if (is_word(name, "skey"))
        return read_numbers(reader, algorithm, parameters);
    if (is_word(name, "protection")) {
        if (next(reader, &kind) != ATOM)
            return no_key;
        if (!is_word(&kind, "none"))
            return is_protected;
        *is_open = 1;
    }
    return skip_rest(reader) ? NULL : no_key;
}

static const char *read_imported(Reader *reader, const MgKeyNumber *algorithm,
                                 Parameters *parameters)
{
    MgKeyNumber name;
    int is_open = 0;

    if (next(reader, &name) != OPEN || next(reader, &name) != ATOM ||
        !is_word(&name, "openpgp-private-key"))
        return no_key;
    for (;;) {
        const char *why;
        Token token = next(reader, &name);

        if (token == CLOSE)
            return is_open ? NULL : is_protected;
        if (token != OPEN || next(reader, &name) != ATOM)
            return no_key;
        why = read_part(reader, &name, algorithm, parameters, &is_open);
        if (why != NULL)
            return why;
    }
}

/* (protected-private-key (algorithm (name value) … (protected mode …))), after its first word. */
static const char *read_protected(Reader *reader, MgKeyFile *key)
{
    Parameters parameters = {0};
    MgKeyNumber algorithm, name, value;
    const char *why;

    if (next(reader, &algorithm) != OPEN || next(reader, &algorithm) != ATOM)
        return no_key;
    for (;;) {
        if (next(reader, &name) != OPEN || next(reader, &name) != ATOM ||
            next(reader, &value) != ATOM)
            return no_key;
        if (is_word(&name, "protected"))
            break;
        if (!skip_rest(reader))
            return no_key;
        keep(&parameters, &name, &value);
    }
    if (!is_word(&value, "openpgp-native"))
        return is_protected;
    why = read_imported(reader, &algorithm, &parameters);
    return why != NULL ? why : fill(key, &algorithm, &parameters);
}

static const char *read_expression(Reader *reader, MgKeyFile *key)
{
    Parameters parameters = {0};
    MgKeyNumber kind, algorithm;

    if (next(reader, &kind) != OPEN || next(reader, &kind) != ATOM)
        return no_key;
    if (is_word(&kind, "protected-private-key"))
        return read_protected(reader, key);
    if (is_word(&kind, "shadowed-private-key"))
        return "it is on a card";
    if (!is_word(&kind, "private-key") || next(reader, &algorithm) != OPEN ||
        next(reader, &algorithm) != ATOM || !read_parameters(reader, &parameters))
        return no_key;
    return fill(key, &algorithm, &parameters);
}

static unsigned char *line_end(unsigned char *at, unsigned char *end)
{
    unsigned char *found = memchr(at, '\n', (size_t)(end - at));

    return found != NULL ? found + 1 : end;
}

/* The value of "Key:", which goes on in the lines after it that begin with a blank. */
static int find_value(Reader *reader)
{
    static const char name[] = "Key:";
    const size_t length = sizeof name - 1;
    unsigned char *end;

    while (reader->at < reader->end && ((size_t)(reader->end - reader->at) < length ||
                                        strncasecmp((const char *)reader->at, name, length) != 0))
        reader->at = line_end(reader->at, reader->end);
    if (reader->at == reader->end)
        return 0;
    end = line_end(reader->at, reader->end);
    while (end < reader->end && (*end == ' ' || *end == '\t'))
        end = line_end(end, reader->end);
    reader->at += length;
    reader->end = end;
    return 1;
}

const char *mg_key_file_read(unsigned char *text, size_t length, MgKeyFile *key)
{
    Reader reader = {text, text + length};

    if (length == 0 || (*text != '(' && !find_value(&reader)))
        return no_key;
    return read_expression(&reader, key);
}
