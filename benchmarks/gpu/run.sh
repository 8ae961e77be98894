#!/usr/bin/env bash
# Checks a GPU against the CPU, measures it, and writes docs/measured/gpu.md, or gpu.md here where this is a folder that
# publish.sh made. Arguments: [cuda|opencl|auto]. Exit code 3: no GPU, or it is wrong; nothing is measured then.
# run.sh --trial [DEVICE]: all of it on next to nothing, by default on ILGPU's CPU accelerator, written to gpu-trial.md.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
what=gpu
if [ "${1:-}" = --trial ]; then
  what=gpu-trial
  shift
  set -- "${1:-ilgpu-cpu}"
fi
device="${1:-auto}"
if [ -x "$here/HighDimSgd.Benchmarks" ]; then
  exec "$here/HighDimSgd.Benchmarks" $what "$here/$what.md" "$here/peers.py" "$device"
fi
cd "$here/../.."
[ $what = gpu ] && page=docs/measured/gpu.md || page=out/gpu-trial.md
mkdir -p "$(dirname "$page")"
exec dotnet run -c Release --project benchmarks/HighDimSgd.Benchmarks -- $what "$page" benchmarks/gpu/peers.py "$device"
