"""Compare the verdict prompt that ships with alternatives, on the same rows.

    python benchmarks/verdict_prompts.py URL MODEL data/C_verification OUT
        [--rows 150] [--top-k 8] [--set wice_claim]... [--prompt shipped]...

OUT keeps every answer, in one file per prompt, so that the same command resumes where
it was stopped. `prompts/verdict.md.j2` ships; the alternatives are in
`benchmarks/prompts/`. Passages are selected as by the llm engine. The labels are the
model's own, before the rules. If a prompt asks for the label first, the answer is cut
off after it, which does not change the label. The rows are a sample of each set, drawn
with a fixed seed.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from pathlib import Path
from typing import Any

import numpy as np
import openai
from jinja2 import Template

from claimcheck import prompts, schemas
from claimcheck.evaluation.metrics import balanced_accuracy, bootstrap_intervals
from claimcheck.models.brief import EMPTY_BRIEF
from claimcheck.models.document import Document
from claimcheck.prompts import answer_schemas
from claimcheck.verification.evidence_document import EvidenceDocument
from claimcheck.verification.retrieve import select_passages

HERE = Path(__file__).parent
SETS = ("wice_claim", "summedits", "fm2")
PROMPTS = {
    "shipped": HERE.parent / "prompts" / "verdict.md.j2",
    **{
        path.name.removesuffix(".md.j2"): path
        for path in sorted((HERE / "prompts").glob("*.md.j2"))
    },
}
LABEL_TOKENS, ANSWER_TOKENS, SEED = 18, 250, 1
Row = dict[str, Any]


def sample(folder: Path, sets: list[str], count: int) -> list[tuple[str, Row]]:
    drawn = []
    for name in sets:
        lines = (folder / f"{name}.dev.jsonl").read_text(encoding="utf-8").splitlines()
        drawn.append(
            [
                (name, row)
                for row in random.Random(SEED).sample(
                    [json.loads(x) for x in lines], count
                )
            ]
        )
    return [item for turn in zip(*drawn, strict=True) for item in turn]


def passages(row: Row, most: int) -> list[str]:
    """Return the passages of the llm engine, in the order of the document."""
    source = EvidenceDocument(Document.from_text(row["document"]))
    return [
        source.sentences[place].text
        for _, place in select_passages(row["claim"], [source], most)
    ]


def messages(path: Path, row: Row, most: int) -> list[dict[str, str]]:
    body = path.read_text(encoding="utf-8").rpartition("+++\n")[2]
    template = Template(body, trim_blocks=True, lstrip_blocks=True)
    texts = passages(row, most)
    fence = prompts.choose_fence("".join([row["claim"], *texts]))
    context = template.new_context(
        {
            "claim": row["claim"],
            "claims": [row["claim"]],  # the shipped prompt takes several
            "passages": texts,
            "fence": fence,
        }
    )
    return [
        {"role": role, "content": "".join(block(context)).strip()}
        for role, block in template.blocks.items()
    ]


def ask(client: openai.OpenAI, given: argparse.Namespace, name: str, row: Row) -> str:
    """Return the label of an answer, or "failed" if it has none."""
    answer = answer_schemas.build_strict("verdict.answer", EMPTY_BRIEF)
    if name != "shipped":  # one claim, and the label first
        keys = ("label", "evidence", "rationale")
        schema = schemas.strip_keywords(schemas.load("verdict.answer"))
        item = schema["properties"]["verdicts"]
        properties = {key: item["items"]["properties"][key] for key in keys}
        answer = {"type": "object", "additionalProperties": False}
        answer |= {"required": list(keys), "properties": properties}
    try:
        completion = client.chat.completions.create(
            model=given.model,
            messages=messages(PROMPTS[name], row, given.top_k),  # type: ignore[arg-type]
            temperature=0,
            seed=7,
            max_tokens=ANSWER_TOKENS if name == "shipped" else LABEL_TOKENS,
            response_format={
                "type": "json_schema",
                "json_schema": {"name": "verdict", "strict": True, "schema": answer},
            },
        )
    except openai.InternalServerError:
        # llama.cpp's status for an answer that does not follow its grammar
        return "failed"
    found = re.search(
        r'"label":\s*"(\w+)"', completion.choices[0].message.content or ""
    )
    return found[1] if found else "failed"


def answers(
    given: argparse.Namespace,
    rows: list[tuple[str, Row]],
    client: openai.OpenAI,
    name: str,
) -> dict[str, str]:
    path = given.out / f"{name}.jsonl"
    known = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    labels = {row["id"]: row["label"] for row in map(json.loads, known)}
    with path.open("a", encoding="utf-8") as file:
        for which, row in rows:
            identity = f"{which}/{row['id']}"
            if identity not in labels:
                labels[identity] = ask(client, given, name, row)
                file.write(
                    json.dumps({"id": identity, "label": labels[identity]}) + "\n"
                )
                file.flush()
    return labels


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("url"), parser.add_argument("model")
    parser.add_argument("folder", type=Path), parser.add_argument("out", type=Path)
    parser.add_argument("--rows", type=int, default=150)
    parser.add_argument("--top-k", type=int, default=8)
    parser.add_argument("--set", dest="sets", action="append", choices=SETS)
    parser.add_argument(
        "--prompt", dest="prompts", action="append", choices=list(PROMPTS)
    )
    given = parser.parse_args()
    given.out.mkdir(exist_ok=True)
    sets, prompts = given.sets or list(SETS), given.prompts or list(PROMPTS)
    rows = sample(given.folder, sets, given.rows)
    with openai.OpenAI(base_url=given.url, api_key="not-needed", timeout=600) as client:
        labels = {name: answers(given, rows, client, name) for name in prompts}
    print(
        f"{given.rows} rows per set, balanced accuracy of the model's own labels "
        "[95 % interval]"
    )
    for which in sets:
        of_set = [row for name, row in rows if name == which]
        gold = np.array([float(row["supported"]) for row in of_set])
        columns = {"gold": gold} | {
            name: np.array(
                [
                    float(labels[name][f"{which}/{row['id']}"] == "supported")
                    for row in of_set
                ]
            )
            for name in prompts
        }
        # A failed answer is wrong, whatever the row.
        for name in prompts:
            failed = np.array(
                [labels[name][f"{which}/{row['id']}"] == "failed" for row in of_set]
            )
            columns[name][failed] = 1 - gold[failed]
        measures = {
            name: lambda c, n=name: balanced_accuracy(c["gold"] == 1, c[n] == 1)
            for name in prompts
        }
        measures |= {
            f"shipped less {name}": lambda c, n=name: (
                balanced_accuracy(c["gold"] == 1, c["shipped"] == 1)
                - balanced_accuracy(c["gold"] == 1, c[n] == 1)
            )
            for name in prompts
            if name != "shipped" and "shipped" in prompts
        }
        bounds = bootstrap_intervals(
            measures, columns, [row["doc_id"] for row in of_set], 0
        )
        for name, measure in measures.items():
            low, high = bounds[name]
            print(
                f"  {which:<12}{name:<26}{100 * measure(columns):6.1f}   "
                f"[{100 * low:.1f}, {100 * high:.1f}]"
            )


if __name__ == "__main__":
    main()
