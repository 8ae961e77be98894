#!/usr/bin/env bash
# Checks a GPU against the CPU, measures it, and writes docs/measured/gpu.md, or gpu.md here where this is a folder that
# publish.sh made. Arguments: [cuda|opencl|auto]. Exit code 3: no GPU, or it is wrong; nothing is measured then.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
device="${1:-auto}"
if [ -x "$here/HighDimSgd.Benchmarks" ]; then
  exec "$here/HighDimSgd.Benchmarks" gpu "$here/gpu.md" "$here/peers.py" "$device"
fi
cd "$here/../.."
exec dotnet run -c Release --project benchmarks/HighDimSgd.Benchmarks -- gpu docs/measured/gpu.md benchmarks/gpu/peers.py "$device"
