#!/usr/bin/env bash
# Makes build/gpu: the benchmark and hdsgd as single files that need no .NET, and the scripts. Copy that folder to the machine
# with the GPU and call run.sh there. Needs a package feed with ILGPU 1.5.3.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=build/gpu
rm -rf "$out"
options=(-c Release -r linux-x64 --self-contained -p:PublishSingleFile=true -p:EnableCompressionInSingleFile=true
  -p:IncludeNativeLibrariesForSelfExtract=true -p:DebugType=none -o "$out")
dotnet publish benchmarks/HighDimSgd.Benchmarks "${options[@]}"
dotnet publish src/HighDimSgd.Cli "${options[@]}"
rm -f "$out"/*.xml "$out"/*.pdb
cp benchmarks/gpu/run.sh benchmarks/gpu/peers.py "$out"
for file in "$out/hdsgd" "$out/HighDimSgd.Benchmarks"; do
  bytes=$(stat -c %s "$file")
  echo "$file: $((bytes / 1048576)) MiB"
  [ "$bytes" -lt $((64 * 1048576)) ] || { echo "$file is larger than 64 MiB"; exit 1; }
done
