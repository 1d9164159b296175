# fish completion for intelmqcbmail
# SPDX-License-Identifier: AGPL-3.0-or-later
#
# Knows no option and no command: both come from --help, so that they are those of the program that
# is installed. The name of an option's value there (FILE, DIR) says what can be completed.

function __intelmqcbmail_commands --argument-names program
    $program --help 2>/dev/null | sed -nE '/^Commands:/,/^$/s/^  ([[:alpha:]][[:alnum:]-]*)[[:space:]]+(.*)/\1\t\2/p'
end

# One option a line, as --name or --name=VALUE, and -x likewise.
function __intelmqcbmail_options
    $argv --help 2>/dev/null | sed -nE '
        s/^  (-[[:alnum:]]), (--[[:alnum:]-]+)(=[^[:space:]]+)?([[:space:]].*)?$/\1\3\n\2\3/p
        s/^  (--[[:alnum:]-]+)(=[^[:space:]]+)?([[:space:]].*)?$/\1\2/p'
end

# The configuration that the command line names.
function __intelmqcbmail_configuration
    set -l tokens (commandline -opc)
    set -l file /etc/intelmq/intelmq-mailgen.conf
    for i in (seq (count $tokens))
        if contains -- $tokens[$i] -c --config; and test $i -lt (count $tokens)
            set file $tokens[(math $i + 1)]
            break
        else if string match -q -- '--config=*' $tokens[$i]
            set file (string replace -- '--config=' '' $tokens[$i])
            break
        end
    end
    string replace -r '^~/' "$HOME/" -- $file
end

function __intelmqcbmail_templates
    set -l directory (sed -nE 's/.*"template_dir"[[:space:]]*:[[:space:]]*"([^"]*)".*/\1/p' (__intelmqcbmail_configuration) 2>/dev/null)
    test -d "$directory"; and find "$directory" -type f -printf '%P\n' 2>/dev/null
end

function __intelmqcbmail_ids --argument-names program command
    set -l listing uncertain
    test "$command" = uncertain; or set listing status --refused
    timeout 3 $program $listing --json -c (__intelmqcbmail_configuration) 2>/dev/null | grep -oE '"id": ?[0-9]+' | grep -oE '[0-9]+'
end

function __intelmqcbmail_complete
    set -l tokens (commandline -opc)
    set -l current (commandline -ct)
    set -l program $tokens[1]
    set -l commands (__intelmqcbmail_commands $program)
    set -l names (string replace -r '\t.*' '' -- $commands)
    set -l command
    for token in $tokens[2..-1]
        if contains -- $token $names
            set command $token
            break
        end
    end
    set -l options (__intelmqcbmail_options $program $command)
    set -l option $tokens[-1]
    set -l before
    if string match -q -- '--*=*' $current
        set option (string replace -r '=.*' '' -- $current)
        set before "$option="
        set current (string replace -r '^[^=]*=' '' -- $current)
    end
    set -l value (string match -r -- '^'(string escape --style=regex -- $option)'=(.*)$' $options)[2]
    switch "$value"
        case '*FILE*'
            printf "$before%s\n" (__fish_complete_path $current)
        case '*DIR*'
            printf "$before%s\n" (__fish_complete_directories $current '')
        case '*TEMPLATE*'
            for name in (__intelmqcbmail_templates)
                printf '%s%s\n' "$before" $name
            end
        case '?*'
        case '*'
            if string match -q -- '-*' $current
                string match -- '--*' (string replace -r '=.*' '' -- $options)
            else if test -z "$command" -o "$command" = help
                printf '%s\n' $commands
            else if test "$command" = init
                __fish_complete_directories $current ''
            else if contains -- $command uncertain set-aside bring-back
                __intelmqcbmail_ids $program $command
            end
    end
end

complete -c intelmqcbmail -f -a '(__intelmqcbmail_complete)'
