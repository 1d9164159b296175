/* SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * The plug-in that brings the Python interpreter: a shared object of its own, loaded only where a
 * format script exists, so that a site without scripts needs no Python.
 */
#pragma once

#include "formats/format_list.h"
#include "formats/format_plugin.h"

/* The engine for format_list.h. The first script that is loaded loads the plug-in, from the folder
 * of the core library or from $INTELMQCBMAIL_PLUGIN_DIR (build trees), and starts the interpreter;
 * so in the main thread. Loading a script is MG_ERROR_SETUP with a hint where the plug-in is not
 * installed or the interpreter does not start, with the traceback where the script fails. */
extern const MgFormatEngine mg_python_plugin_engine;

/* At the end of the program, all formats freed and all workers gone: ends the interpreter, which
 * writes out what scripts have printed. Does nothing where it never started. */
void mg_python_plugin_stop(void);

/* Whether foreign code may have run in this process, from any thread. */
gboolean mg_python_plugin_is_opened(void);
