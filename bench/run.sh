#!/bin/sh
# usage: run.sh PORT [MODE] [SCALE]     MODE: sync (2 processes) or threads (1 process, 4 threads); PORT "load" only loads.
# Serves the product on the shared benchmark data; environment and database are made on first use under BENCH_TMP.
set -e
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
work=${BENCH_TMP:-$(dirname "$(mktemp -u)")/settlement-bench}
port=$1 mode=${2:-sync} scale=${3:-1}
mkdir -p "$work/product"
venv=${BENCH_VENV:-$work/venv-product}
if [ ! -f "$venv/bin/gunicorn" ]; then
    [ -x "$venv/bin/python" ] || python3 -m venv "$venv"
    "$venv/bin/pip" install -q -r "$root/requirements.lock" gunicorn
fi
export INSTANCE="$work/product" DATABASE_URL="sqlite:///$work/product/product-$scale.db" CLOCK=0 PYTHONDONTWRITEBYTECODE=1
export MAIL_SERVER=127.0.0.1 MAIL_PORT=8025 MAIL_SECURITY=none MAIL_FROM=portal@agency.example
if [ ! -f "$work/product/product-$scale.ok" ]; then
    "$venv/bin/python" "$here/load.py" "$work/product" "$scale" && touch "$work/product/product-$scale.ok"
fi
[ "$port" = load ] && exit 0
case $mode in sync) w="--workers 2" ;; threads) w="--workers 1 --threads 4" ;; esac
cd "$root" && exec "$venv/bin/gunicorn" $w --bind "127.0.0.1:$port" --log-level warning 'app:create_app()'
