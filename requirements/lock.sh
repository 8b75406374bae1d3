#!/bin/sh
# Compile lock.txt from base.in (maintainers only; needs `uv` on the PATH).
# docopt serves only num2words' command line and has no wheel, so it is left out;
# everything is installed with --no-deps, for the lock names all packages.
set -e
cd "$(dirname "$0")"
uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
  --no-emit-package docopt "$@" -o lock.txt base.in
