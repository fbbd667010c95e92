#!/bin/sh
# Builds jsonnet.wasm.gz from the sources beside it. Needs Go (the version in go.mod); the same sources give the same bytes.
set -eu
cd "$(dirname "$0")"
GOOS=wasip1 GOARCH=wasm CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags='-s -w -buildid=' -buildmode=c-shared -o jsonnet.wasm .
gzip -9 -n -f jsonnet.wasm
