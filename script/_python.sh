# Finds a Python ≥ 3.11 and runs a script of this folder with it; sourced by script/server, test, lint and bench.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
new_enough='import sys; sys.exit(sys.version_info < (3, 11))'
for candidate in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11 python; do
    if [ -n "$candidate" ] && "$candidate" -c "$new_enough" >/dev/null 2>&1; then
        exec "$candidate" "$root/script/_$(basename -- "$0").py" "$@"
    fi
done
echo "Linli needs Python 3.11 or newer, and none was found on the PATH." >&2
echo "Install it (Debian, Ubuntu: apt-get install python3 python3-venv), or name one: PYTHON=/path/to/python3 $0" >&2
exit 1
