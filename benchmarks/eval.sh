#!/bin/sh
# Print every score that needs no model: eval.sh FOLDER [dev|heldout].
# The data sets are not part of claimcheck (docs/evaluation.md).
set -eu
folder=$1
half=${2:-dev}
run() { # task, subfolder, file, dataset
    file="$folder/$2/$3.$half.jsonl"
    [ -f "$file" ] || { echo "$1 on $4: skipped, $file does not exist"; return 0; }
    "${CLAIMCHECK:-claimcheck}" eval "$1" "$file" --dataset "$4" --engine extractive --quiet
}
run verification C_verification wice_claim wice
run verification C_verification summedits summedits
run verification C_verification fm2 fm2
run checkworthy A_checkworthy claimbuster claimbuster
run checkworthy A_checkworthy policlaim_UNCLEAR policlaim
run checkworthy A_checkworthy factcheckbench_sentences factcheckbench-sentences
run summaries D_news_summaries realsumm_cnndm realsumm
run extraction B_extraction factcheckbench_claims factcheckbench-claims
run extraction B_extraction factscore_atomic factscore
run extraction B_extraction realsumm_scus realsumm-scus
run grounding E_quotes wice_evidence wice-evidence
run grounding E_quotes pdnc_quotes pdnc
