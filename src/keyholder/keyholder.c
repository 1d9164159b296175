/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * intelmqcbmail-keyholder KEYGRIP – holds one private key and signs digests with it. A program of
 * its own, so that what parses events and mails never has the key in its memory.
 *
 * Descriptor 0 is a socket to the program that started it, descriptor 1 the file of the key. It
 * greets and answers as gpg-agent does (Assuan), but knows three commands only: SIGKEY, SETHASH,
 * PKSIGN. It ends when the other end of the socket is closed.
 */
#include "keyholder/arithmetic.h"
#include "keyholder/confinement.h"

#include <openssl/crypto.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SOCKET 0
#define KEY 1
#define LARGEST_FILE (64 * 1024)

/* The longest line of the Assuan protocol, and its end. */
#define LONGEST_LINE 1002

/* Codes of libgpg-error, as gpg-agent would answer. */
#define NO_KEY "ERR 67108881 no such key here\n"
#define NO_HASH "ERR 67108869 no such digest\n"
#define FAILED "ERR 67108865 signing failed\n"
#define UNKNOWN "ERR 67109139 unknown command\n"

typedef struct {
    const char *keygrip;
    MgArithmetic *arithmetic;
    int is_chosen;
    int digest; /* 0: none was set */
    unsigned char bytes[MG_ARITHMETIC_LARGEST_DIGEST];
} Holder;

typedef struct {
    char text[4 * MG_ARITHMETIC_LARGEST_VALUE];
    size_t length;
} Answer;

static int write_all(const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t n = write(SOCKET, bytes, length);

        if (n <= 0)
            return 0;
        bytes += n;
        length -= (size_t)n;
    }
    return 1;
}

static void flush_answer(Answer *answer)
{
    if (!write_all(answer->text, answer->length))
        _exit(0);
    answer->length = 0;
}

static void add(Answer *answer, const char *bytes, size_t length)
{
    if (length > sizeof answer->text - answer->length)
        flush_answer(answer);
    memcpy(answer->text + answer->length, bytes, length);
    answer->length += length;
}

static void say(Answer *answer, const char *text)
{
    add(answer, text, strlen(text));
}

/* Data lines, in which "%" and line ends stand as %25, %0D and %0A. */
static void say_data(Answer *answer, const unsigned char *bytes, size_t length)
{
    size_t in_line = 0;

    for (size_t i = 0; i < length; i++) {
        char escaped[4] = {(char)bytes[i], '\0'};
        size_t size = 1;

        if (bytes[i] == '%' || bytes[i] == '\r' || bytes[i] == '\n')
            size = (size_t)snprintf(escaped, sizeof escaped, "%%%02X", bytes[i]);
        if (in_line == 0)
            say(answer, "D ");
        add(answer, escaped, size);
        in_line += size;
        if (in_line > LONGEST_LINE - 8) {
            say(answer, "\n");
            in_line = 0;
        }
    }
    if (in_line > 0)
        say(answer, "\n");
}

static size_t append(unsigned char *out, size_t at, const char *head, const unsigned char *bytes,
                     size_t length)
{
    at += (size_t)sprintf((char *)out + at, "%s%zu:", head, length);
    memcpy(out + at, bytes, length);
    return at + length;
}

/* The canonical S-expression that gpg-agent gives. */
static void pksign(Holder *holder, Answer *answer)
{
    unsigned char value[MG_ARITHMETIC_LARGEST_VALUE];
    unsigned char out[MG_ARITHMETIC_LARGEST_VALUE + 128];
    size_t length = 0;
    size_t at;

    if (holder->is_chosen && holder->digest != 0)
        length = mg_arithmetic_sign(holder->arithmetic, holder->digest, holder->bytes, value);
    if (length == 0) {
        say(answer, FAILED);
        return;
    }
    if (mg_arithmetic_algorithm(holder->arithmetic) == MG_KEY_RSA) {
        at = append(out, 0, "(7:sig-val(3:rsa(1:s", value, length);
    } else {
        at = append(out, 0, "(7:sig-val(5:eddsa(1:r", value, length / 2);
        at = append(out, at, ")(1:s", value + length / 2, length / 2);
    }
    memcpy(out + at, ")))", 3);
    say_data(answer, out, at + 3);
    say(answer, "OK\n");
}

static int hex_value(char character)
{
    static const char digits[] = "0123456789ABCDEF";
    const char *found = character != '\0' ? strchr(digits, character) : NULL;

    return found != NULL ? (int)(found - digits) : -1;
}

/* "10 0A1B…" */
static int set_hash(Holder *holder, const char *arguments)
{
    char *at;
    int digest = (int)strtol(arguments, &at, 10);
    size_t size = mg_arithmetic_digest_size(digest);

    holder->digest = 0;
    if (size == 0 || *at++ != ' ' || strlen(at) != 2 * size)
        return 0;
    for (size_t i = 0; i < size; i++) {
        int high = hex_value(at[2 * i]);
        int low = hex_value(at[2 * i + 1]);

        if (high < 0 || low < 0)
            return 0;
        holder->bytes[i] = (unsigned char)(high << 4 | low);
    }
    holder->digest = digest;
    return 1;
}

static void obey(Holder *holder, const char *line, Answer *answer)
{
    if (strncmp(line, "SIGKEY ", 7) == 0) {
        holder->is_chosen = strcmp(line + 7, holder->keygrip) == 0;
        say(answer, holder->is_chosen ? "OK\n" : NO_KEY);
    } else if (strncmp(line, "SETHASH ", 8) == 0) {
        say(answer, set_hash(holder, line + 8) ? "OK\n" : NO_HASH);
    } else if (strcmp(line, "PKSIGN") == 0) {
        pksign(holder, answer);
    } else {
        say(answer, UNKNOWN);
    }
}

/* Lines that came together are answered together. */
static void serve(Holder *holder)
{
    char text[4 * LONGEST_LINE];
    size_t length = 0;
    Answer answer = {.length = 0};

    for (;;) {
        ssize_t n = read(SOCKET, text + length, sizeof text - 1 - length);
        char *line = text;
        char *end;

        if (n <= 0)
            return;
        length += (size_t)n;
        for (; (end = memchr(line, '\n', length - (size_t)(line - text))) != NULL; line = end + 1) {
            *end = '\0';
            obey(holder, line, &answer);
        }
        flush_answer(&answer);
        length -= (size_t)(line - text);
        memmove(text, line, length);
        if (length == sizeof text - 1)
            return;
    }
}

static const char *read_file(unsigned char *text, size_t *length)
{
    ssize_t n;

    *length = 0;
    while ((n = read(KEY, text + *length, LARGEST_FILE - *length)) > 0)
        *length += (size_t)n;
    close(KEY);
    return n == 0 && *length < LARGEST_FILE ? NULL : "its file cannot be read, or is too large";
}

static const char *take_key(Holder *holder)
{
    unsigned char *text = malloc(LARGEST_FILE);
    const char *why = text != NULL ? NULL : "no memory";
    size_t length = 0;
    MgKeyFile key;

    if (why == NULL)
        why = read_file(text, &length);
    if (why == NULL)
        why = mg_key_file_read(text, length, &key);
    if (why == NULL) {
        holder->arithmetic = mg_arithmetic_new(&key);
        why = holder->arithmetic != NULL
                  ? NULL
                  : "its numbers are no key, or no memory can be locked for it";
    }
    if (text != NULL)
        OPENSSL_cleanse(text, LARGEST_FILE);
    free(text);
    return why;
}

/* What OpenSSL prepares at first use needs calls that are forbidden later. */
static const char *warm_up(Holder *holder)
{
    static const int digests[] = {MG_DIGEST_SHA256, MG_DIGEST_SHA384, MG_DIGEST_SHA512};
    unsigned char value[MG_ARITHMETIC_LARGEST_VALUE];

    for (size_t i = 0; i < sizeof digests / sizeof *digests; i++)
        if (mg_arithmetic_sign(holder->arithmetic, digests[i], holder->bytes, value) == 0)
            return "it cannot sign";
    return NULL;
}

/* A service manager that stops all of us lets what is in hand be finished; a terminal likewise. */
static void ignore_signals(void)
{
    static const int signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE};

    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        signal(signals[i], SIG_IGN);
}

int main(int argc, char *argv[])
{
    Holder holder = {.keygrip = argc == 2 ? argv[1] : ""};
    const char *why;
    char greeting[128];

    ignore_signals();
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
    why = argc == 2 ? mg_confinement_begin() : "it is started by intelmqcbmail alone";
    if (why == NULL)
        why = take_key(&holder);
    if (why == NULL)
        why = warm_up(&holder);
    if (why == NULL)
        why = mg_confinement_close(SOCKET);
    snprintf(greeting, sizeof greeting, why == NULL ? "OK\n" : "ERR 67108865 %s\n", why);
    if (!write_all(greeting, strlen(greeting)) || why != NULL)
        return 1;
    serve(&holder);
    return 0;
}
