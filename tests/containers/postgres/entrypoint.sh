# As root: makes the databases' folder if there is none, then runs `postgres …` as its user.
set -eu
PATH=$(echo /usr/lib/postgresql/*/bin):$PATH
export PGDATA=/var/lib/postgresql/18/docker
as_owner="setpriv --reuid=postgres --regid=postgres --init-groups"
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    mkdir -p "$PGDATA"
    chown -R postgres:postgres /var/lib/postgresql
    $as_owner initdb --auth=scram-sha-256 --pwfile="$POSTGRES_PASSWORD_FILE" --encoding=UTF8 >/dev/null
    echo "host all all all scram-sha-256" >> "$PGDATA/pg_hba.conf"
fi
mkdir -p /var/run/postgresql
chown postgres:postgres /var/run/postgresql
exec $as_owner "$@" -c listen_addresses='*'
