#!/bin/bash
# SPDX-License-Identifier: AGPL-3.0-or-later
#
# Runs as root in a booted Debian with PostgreSQL and our packages: sets a site up, lets systemd run the
# service, and prints what came of it as lines "RESULT name=value". What it needs lies in /trial.
cd /trial || exit 1
set -x
site=/etc/intelmq/mailgen
database=intelmq-events

result() { echo "RESULT $1=$2"; }
as_postgres() { su postgres -c "$(printf '%q ' "$@")"; }
query() { as_postgres psql -qAt -c "$1" "$database"; }
arrived() { find /trial/Maildir/new -type f 2>/dev/null | wc -l; }
service_status() { systemctl show --property=ExecMainStatus --value intelmqcbmail.service; }
log() { journalctl --unit=intelmqcbmail.service --output=cat --no-pager; }

# $1: notification_format, $2: how many groups
seed()
{
    query "INSERT INTO events (\"source.asn\", \"source.ip\", \"time.source\", extra)
           SELECT 64496, '192.0.2.1', now(), jsonb_build_object('certbund', jsonb_build_object(
               'source_directives', jsonb_build_array(jsonb_build_object('medium', 'email',
                   'recipient_address', 'r' || i || '@isp.example', 'template_name', 't',
                   'notification_format', '$1', 'event_data_format', 'e'))))
             FROM generate_series(1, $2) AS i"
}

set_up_database()
{
    as_postgres createdb "$database"
    as_postgres psql -q -f /trial/events.sql "$database"
    as_postgres psql -q -f /usr/share/intelmqcbmail/sql/notifications.sql "$database"
    query "CREATE ROLE intelmq_mailgen LOGIN PASSWORD 'secret'"
    query "GRANT eventdb_send_notifications TO intelmq_mailgen"
}

set_up_site()
{
    useradd --system --home-dir /var/lib/intelmq --create-home intelmq
    mkdir -p $site/gnupghome $site/templates $site/formats
    cat >$site/formats/10-script.py <<'END'
from intelmqmail.tableformat import build_table_format
from intelmqmail.templates import Template

TABLE = build_table_format("table", [("source.asn", "asn"), ("source.ip", "ip")])
TEMPLATE = Template.from_strings("script $ticket_number", "${events_as_csv}")


def create_notifications(context):
    if context.directive.notification_format == "script":
        return context.mail_format_as_csv(format_spec=TABLE, template=TEMPLATE)
    return None
END
    cat >$site/formats/50-data.yaml <<'END'
formats:
  - match: {notification_format: data}
    columns: [source.asn, source.ip]
    subject: "data ${ticket_number}"
    body: "${events_as_csv}"
END
    cat >/etc/intelmq/intelmq-mailgen.conf <<END
{"openpgp": {"gnupg_home": "$site/gnupghome", "always_sign": true,
             "signing_key": "331ED364DB26C52ABE7D0F4FC00208D622CC7778"},
 "database": {"event": {"name": "$database", "username": "intelmq_mailgen", "password": "secret",
                        "host": "localhost"}},
 "template_dir": "$site/templates", "script_directory": "$site/formats",
 "sender": "noreply@cert.example", "smtp": {"host": "localhost", "port": $(cat /trial/port)}}
END
    chown -R intelmq $site
    chmod 700 $site/gnupghome
    chmod 755 /trial
    su intelmq -c "gpg --homedir $site/gnupghome --batch --import /trial/insecure-test-key.asc"
    su intelmq -c "gpgconf --homedir $site/gnupghome --kill all"
}

result timer "$(systemctl is-enabled intelmqcbmail.timer)"
systemd-analyze verify --man=no intelmqcbmail.service intelmqcbmail.timer 2>&1
result verify $?
systemd-analyze security --threshold=20 --no-pager intelmqcbmail.service | tail -n 1
result security "${PIPESTATUS[0]}"

python3 /trial/mail_sink.py --maildir /trial/Maildir --port-file /trial/port &
sink=$!
until [ -s /trial/port ]; do sleep 0.1; done
set_up_database
set_up_site

seed data 3
seed script 3
systemctl start intelmqcbmail.service
result first_status "$(service_status)"
result first_arrived "$(arrived)"
result first_scripts "$(grep -l '^Subject: script ' /trial/Maildir/new/* | wc -l)"
result first_signed "$(grep -l '^-----BEGIN PGP SIGNATURE-----' /trial/Maildir/new/* | wc -l)"
# Told only where a slower way than the key holder was taken.
result first_slower "$(journalctl -u intelmqcbmail.service | grep -c 'signatures are made by')"

# Stopped in the middle: what is in hand is finished and recorded.
seed data 2000
systemctl start --no-block intelmqcbmail.service
until [ "$(arrived)" -gt 50 ]; do sleep 0.1; done
systemctl stop intelmqcbmail.service
result stopped_status "$(service_status)"
result stopped_early "$(query 'SELECT count(*) > 0 FROM directives WHERE sent_id IS NULL')"
result stopped_unrecorded "$(($(arrived) - $(query 'SELECT count(*) FROM sent')))"
result stopped_intents "$(query 'SELECT count(*) FROM delivery_intents')"
result left_processes "$(grep -slE 'gpg-agent|intelmqcbmail' /proc/[0-9]*/comm | wc -l)"
result left_directories "$(find /run/intelmqcbmail /tmp /var/tmp -type d -name 'intelmqcbmail-*' 2>/dev/null | tr '\n' ' ')"

# One group that nobody answers for: the unit says so, and the others are sent.
query "DELETE FROM directives WHERE sent_id IS NULL"
before=$(arrived)
seed nobodys 1
seed data 2
systemctl start intelmqcbmail.service
result failed_status "$(service_status)"
result failed_arrived "$(($(arrived) - before))"
result failed_unit "$(systemctl is-failed intelmqcbmail.service)"

echo '{"openpgp": 1}' >/etc/intelmq/intelmq-mailgen.conf
systemctl start intelmqcbmail.service
result setup_status "$(service_status)"

kill $sink
set +x
log
