#!/bin/bash
# One ConfigMap for each file; PARAM_PREFIX goes before its name. Values are quoted as YAML wants them.
set -euo pipefail
shopt -s nullglob
for file in *.env; do
  printf -- '---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: %s\n' "${PARAM_PREFIX:-}${file%.env}"
  printf '  annotations: {team: "%s"}\ndata:\n' "${ARGOCD_ENV_TEAM:-nobody}"
  while IFS='=' read -r name value || [[ -n $name ]]; do
    [[ -z $name || $name == \#* ]] && continue
    [[ $name =~ ^[A-Za-z0-9_.-]+$ ]] || { echo "$file: \"$name\" is no name" >&2; exit 1; }
    printf "  %s: '%s'\n" "$name" "${value//\'/\'\'}"
  done <"$file"
done
