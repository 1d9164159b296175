/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "cli/json_list.h"

#include "base/json_writer.h"

#include <stdio.h>

void mg_json_list_print(const GPtrArray *list, MgJsonListAppend append)
{
    g_autoptr(GString) out = g_string_new(NULL);

    mg_json_writer_open(out, NULL, '[');
    for (guint i = 0; i < list->len; i++)
        append(out, g_ptr_array_index(list, i));
    mg_json_writer_close(out, ']');
    puts(out->str);
}
