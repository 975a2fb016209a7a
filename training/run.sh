#!/bin/sh
# run.sh PAIRS DATA OUT: make the verifier from pairs and development sets.
#
# DEVICE=cuda trains on a graphics card. MINUTES limits each training.
set -eu
pairs=$1 data=$2 out=$3
python=${PYTHON:-python3}
device=${DEVICE:-cpu}
minutes=${MINUTES:-1000}
cd "$(dirname "$0")/.."

# Threads that wait must not spin, and freed memory must not go back to the system:
# both cost more than half of the speed on a busy machine.
export OMP_WAIT_POLICY=PASSIVE TOKENIZERS_PARALLELISM=false
export GLIBC_TUNABLES=glibc.malloc.hugetlb=1:glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=8589934592

if [ "$device" = cpu ]; then
    common="--device cpu --processes ${PROCESSES:-2} --tokens 1024 --minutes $minutes"
else
    common="--device $device --tokens 16384 --minutes $minutes"
fi
base() { "$python" training/bases.py "$1" "$out/bases"; }

for seed in 1 2 3 4 5; do
    "$python" training/prepare.py "$pairs" --data "$data" --out "$out/$seed" --seed $seed
done
"$python" training/train.py "$out"/1/stage1.jsonl "$out"/[123]/stage2.jsonl "$out"/[12]/stage3.jsonl \
    --init "$(base mpnet)" --out "$out/teacher" --rate 4e-5 --dropout 0.1 $common
"$python" training/label.py "$out"/1/stage1.jsonl "$out"/?/stage2.jsonl "$out"/?/stage3.jsonl \
    --teacher "$out/teacher" --out "$out/labeled.jsonl" --device "$device" --checks "$out/1/checks.jsonl"
"$python" training/train.py "$out/labeled.jsonl" "$out/labeled.jsonl" \
    --init "$(base minilm)" --out "$out/student" --rate 3e-4 $common
"$python" training/export.py "$out/student" --out "$out/model" --checks "$out/1/checks.jsonl"
"$python" training/calibrate.py "$out/model" --checks "$out/1/checks.jsonl"
