#!/usr/bin/env bash
# The check of action.yml: annotations in the log, a comment in $RUNNER_TEMP.
# Reads AGAINST, FILES, FAIL_ON, and BASE. Names with any characters are safe.
set -euo pipefail

evidence=()
while IFS= read -r line; do
  [ -z "$line" ] || evidence+=("--against=$line")
done <<< "$AGAINST"

# A shallow clone lacks the base; without one, as in a scheduled run or for a new branch,
# all files are checked.
if [ -n "$BASE" ] && { git cat-file -e "$BASE^{commit}" 2>/dev/null ||
  git fetch --quiet --depth=1 origin "$BASE" 2>/dev/null; }; then
  mapfile -d '' changed < <(git diff -z --name-only --diff-filter=d "$BASE" -- "$FILES")
  evidence+=("--since=$BASE")
else
  mapfile -d '' changed < <(git ls-files -z -- "$FILES")
fi
if [ "${#changed[@]}" -eq 0 ]; then
  echo "No changed file matches $FILES."
  echo "problems=0" >> "$GITHUB_OUTPUT"
  exit 0
fi

status=0
claimcheck-prose --github "--fail-on=$FAIL_ON" "--report=$RUNNER_TEMP/claimcheck.txt" \
  "${evidence[@]}" -- "${changed[@]}" || status=$?
[ "$status" -lt 2 ] || exit "$status"

problems=$(grep -c . "$RUNNER_TEMP/claimcheck.txt" || true)
echo "problems=$problems" >> "$GITHUB_OUTPUT"
{
  echo "Claims that the evidence does not support: $problems"
  echo
  # Indented by four columns, Markdown shows a line as it is.
  sed 's/^/    /' "$RUNNER_TEMP/claimcheck.txt"
} > "$RUNNER_TEMP/claimcheck.md"
cat "$RUNNER_TEMP/claimcheck.md" >> "$GITHUB_STEP_SUMMARY"
exit "$status"
