#!/usr/bin/env bash
# Builds the wheel, installs it in an environment of its own in folder $1, and runs the suite there with $2 workers.
# Nothing of the checkout can be imported: the tests run from a copy, and the current folder is not on the path.
set -euo pipefail
work=$1 workers=${2:-auto}
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

"$root/.venv/bin/python" -m build --wheel --outdir "$work/dist" "$root" >"$work/build.log" 2>&1 || {
    cat "$work/build.log"
    exit 1
}
python3=$("$root/.venv/bin/python" -c 'import sys; print(sys._base_executable)')
"$python3" -m venv "$work/venv"
wheel=$(ls "$work"/dist/*.whl)
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check "$wheel[dev]"

mkdir "$work/suite"
cp -r "$root/tests" "$root/pyproject.toml" "$work/suite/"
cd "$work/suite"
export PYTHONSAFEPATH=1 INREGEL_WHEEL="$work/venv"
"$work/venv/bin/python" - <<'PY'
import os, pathlib, inregel, inregel.library
package = pathlib.Path(inregel.__file__).resolve()
assert package.is_relative_to(pathlib.Path(os.environ["INREGEL_WHEEL"]).resolve()), package
assert inregel.library.home() == package.parent, inregel.library.home()
print("inregel is", package.parent)
PY
"$work/venv/bin/python" -m pytest -q -n "$workers" -c "$work/suite/pyproject.toml" --rootdir "$work/suite" \
    -p no:cacheprovider
