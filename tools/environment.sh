#!/bin/sh
# Makes the environment in folder $1 with what `runtime` or `dev` ($2) needs; called by make when pyproject.toml changed.
set -eu
venv=$1 kind=$2

python=
for each in ${PYTHON:-} python3.13 python3.12 python3.11 python3 python; do
    if command -v "$each" >/dev/null 2>&1 &&
        "$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        python=$each
        break
    fi
done
if [ -z "$python" ]; then
    echo "inregel needs Python 3.11 or newer, and none was found. Install it (Debian, Ubuntu: apt install python3" \
        "python3-venv; macOS: brew install python), or say where it is: make PYTHON=/path/to/python" >&2
    exit 1
fi

if [ ! -x "$venv/bin/python" ] || ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    if ! "$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        echo "$python comes without venv. Install it (Debian, Ubuntu: apt install python$version-venv)," \
            "then give the same command again." >&2
        exit 1
    fi
    echo "Making the environment in $venv with $("$python" --version) (once)..." >&2
    "$python" -m venv --clear "$venv"
fi

case $kind in
    runtime) what=. ;;
    dev) what='.[dev]' ;;
    *) echo "usage: environment.sh FOLDER runtime|dev" >&2; exit 1 ;;
esac
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable "$what"
touch "$venv/.runtime"
[ "$kind" = runtime ] || touch "$venv/.dev"
