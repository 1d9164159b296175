/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "smtp/portion.h"

#include <string.h>

static gchar *tos[] = {(gchar *)"a", (gchar *)"b", (gchar *)"c", NULL};

static const struct {
    const gchar *name;
    const gchar *replies[3]; /* to each RCPT TO */
    const gchar *to_data;
    const gchar *taken;
    const gchar *turned_away;
    gboolean for_number; /* DATA was refused since there were too many */
} cases[] = {
    {"all taken", {"250 ok", "251 ok", "252 ok"}, "354 go", "a b c", "", FALSE},
    {"limit of one", {"250 ok", "452 4.5.3 many", "452 4.5.3 many"}, "354 go", "a", "b c", FALSE},
    {"limit of two", {"250 ok", "250 ok", "452 many"}, "354 go", "a b", "c", FALSE},
    {"other domains", {"250 ok", "451 4.3.0 domains", "250 ok"}, "354 go", "a c", "b", FALSE},
    {"first one greylisted", {"450 later", "250 ok", "450 later"}, "354 go", "b", "c", FALSE},
    {"for good", {"250 ok", "550 5.1.1 no", "553 no"}, "354 go", "a", "", FALSE},
    {"limit as in RFC 821", {"250 ok", "552 many", "550 5.5.3 many"}, "354 go", "a", "b c", FALSE},
    {"nonsense", {"250 ok", "354 go", "250 ok"}, "354 go", "a c", "b", FALSE},
    {"all refused", {"452 many", "552 many", "450 no"}, "554 5.5.1 nobody", "", "", FALSE},
    {"nothing of so many", {"250 ok", "552 many", "552 many"}, "554 many", "a", "b c", TRUE},
    {"nothing of it", {"250 ok", "550 no", "250 ok"}, "554 no", "a c", "", FALSE},
    {"ended", {"250 ok", "452 many", "452 many"}, "421 bye", "a", "b c", FALSE},
};

static void hear(MgDialogue *dialogue, const gchar *command, const gchar *reply)
{
    g_autofree gchar *line = g_strconcat(reply, "\r\n", NULL);

    mg_dialogue_command(dialogue, command, strlen(command));
    mg_dialogue_answer(dialogue, line, strlen(line));
}

static void assert_joined(gchar **found, const gchar *expected)
{
    g_auto(GStrv) texts = found;
    g_autofree gchar *joined = found != NULL ? g_strjoinv(" ", found) : NULL;

    g_assert_cmpstr(joined, ==, expected[0] != '\0' ? expected : NULL);
}

static void test_table(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(MgDialogue) dialogue = mg_dialogue_new();

        g_test_message("%s", cases[i].name);
        mg_dialogue_begin(dialogue, 100);
        hear(dialogue, "MAIL FROM:<x>\r\n", "250 ok");
        for (gsize to = 0; to < 3; to++)
            hear(dialogue, "RCPT TO:<y>\r\n", cases[i].replies[to]);
        hear(dialogue, "DATA\r\n", cases[i].to_data);
        assert_joined(mg_portion_taken(dialogue, tos), cases[i].taken);
        assert_joined(mg_portion_turned_away(dialogue, tos), cases[i].turned_away);
        g_assert_cmpint(mg_portion_is_refused_for_number(dialogue), ==, cases[i].for_number);
    }
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/portion/table", test_table);
    return g_test_run();
}
