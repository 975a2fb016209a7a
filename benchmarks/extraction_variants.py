"""Read the articles with each variant of extraction, for labels by hand.

    python benchmarks/extraction_variants.py URL MODEL OUT
        [--variant joint]... [--article seed]...

OUT/VARIANT/ARTICLE.json is the run, and OUT/seconds.jsonl has how long each took. Runs
that are there already are not repeated, so the same command resumes. The variants:

* `joint`, which ships: claims and summary in one request.
* `staged`: claims first, then a summary of them.
* `numbered`: as `joint`, but the sentences of the document are numbered, and the model
  names the number instead of copying a quote. Its answer ends after the claims, which
  does not change them, and its summary is only a placeholder.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from claimcheck import Document, Settings
from claimcheck.engines import build_run_flow
from claimcheck.english.metadata import fill_metadata
from claimcheck.llm.openai_client import OpenAIClient
from claimcheck.models.llm import ModelRequest, ModelResponse
from claimcheck.pipeline.driver import drive
from claimcheck.prompts.briefs import read_brief
from claimcheck.text.reading import Reading
from claimcheck.text.sentences import split_sentences

HERE = Path(__file__).parent
SEED = HERE.parent / "seeds" / "us-russia-venezuela-talks.txt"
ARTICLES = HERE.parent / "tests" / "articles"
# From the shortest to the longest, in turn through the languages.
NAMES = ("ferry", "marche", "bruecke", "quarry", "heat", "school", "album", "seed")
VARIANTS = ("joint", "staged", "numbered")
_FENCED = re.compile(
    r"(^\S+ document begins\n)(.*?)(\n\S+ document ends)", re.DOTALL | re.MULTILINE
)


@dataclass
class NumberingClient:
    """Numbers the sentences of a request, and turns numbers back into quotes."""

    client: OpenAIClient
    language: str | None

    def complete(self, request: ModelRequest) -> ModelResponse:
        if request.schema_name != "summary.answer":
            return self.client.complete(request)
        last = request.messages[-1]
        match = _FENCED.search(last.content)
        assert match, "the document is in the last message"
        sentences: list[str] = []
        text = self._number(match[2], sentences)
        content = last.content[: match.start(2)] + text + last.content[match.end(2) :]
        schema = json.loads(json.dumps(request.schema))
        replace_quotes(schema, len(sentences))
        schema["properties"] = {"claims": schema["properties"]["claims"]}
        schema["required"] = ["claims"]
        messages = (*request.messages[:-1], replace(last, content=content))
        numbered = replace(request, messages=messages, schema=schema)
        response = self.client.complete(numbered)
        text = restore_quotes(response.text, sentences)
        return replace(response, text=add_placeholders(text))

    def _number(self, text: str, sentences: list[str]) -> str:
        reading = Reading(text)
        pieces = []
        end = 0
        for sentence in split_sentences(reading, self.language, headings=True):
            sentences.append(sentence.text)
            before = reading.text[end : sentence.start]
            pieces.append(f"{before}[{len(sentences)}] {sentence.text}")
            end = sentence.end
        return "".join(pieces)


def replace_quotes(schema: Any, count: int) -> None:
    """Ask for the number of a sentence wherever a schema asks for a quote."""
    if isinstance(schema, list):
        for item in schema:
            replace_quotes(item, count)
    if not isinstance(schema, dict):
        return
    properties = schema.get("properties", {})
    if "quote" in properties:
        number = {"type": "integer", "minimum": 1, "maximum": count}
        others = {key: item for key, item in properties.items() if key != "quote"}
        schema["properties"] = {"sentence": number, **others}
        required = [key for key in schema["required"] if key != "quote"]
        schema["required"] = ["sentence", *required]
    for item in schema.values():
        replace_quotes(item, count)


def restore_quotes(answer: str | None, sentences: list[str]) -> str | None:
    """Put the sentence back for its number; a broken answer stays as it is."""

    def restore(match: re.Match[str]) -> str:
        number = int(match[1])
        quote = sentences[number - 1] if 1 <= number <= len(sentences) else ""
        return f'"quote": {json.dumps(quote, ensure_ascii=False)}'

    return answer and re.sub(r'"sentence":\s*(\d+)', restore, answer)


def add_placeholders(answer: str | None) -> str | None:
    """Add the rest of an answer that ends after its claims."""
    try:
        fields = json.loads(answer or "")
    except ValueError:
        return answer
    summary = {"headline": "-", "sentences": [{"text": "-", "claims": [1]}]}
    lists = {"ambiguous": [], "key_points": [], "positions": [], "open_questions": []}
    return json.dumps(fields | summary | lists, ensure_ascii=False)


def run(given: argparse.Namespace, variant: str, name: str, path: Path) -> None:
    settings = Settings(
        engine="llm",
        model=given.model,
        base_url=given.url,
        max_claims=12,
        # A weak model may not end, and a loaded machine is slow.
        max_output_tokens=2_500,
        timeout_s=3_600,
        seed=7,
        api_key="not-needed",
        extraction="staged" if variant == "staged" else "single",
    )
    if variant == "numbered":
        brief = read_brief(prompts_folder=str(HERE / "prompts" / "numbered"))
        settings = replace(settings, brief=brief)
    file = SEED if name == "seed" else ARTICLES / f"{name}.txt"
    document = Document.from_text(file.read_text(encoding="utf-8"), source=file.name)
    client: Any = OpenAIClient(settings)
    if variant == "numbered":
        described = fill_metadata(document, Reading(document.full_text))
        client = NumberingClient(client, described.language)
    start = time.monotonic()
    flow = build_run_flow(document, settings, "llm", check=False)
    found = drive(flow, client)
    seconds = round(time.monotonic() - start)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(found.to_json(), encoding="utf-8")
    row = {"variant": variant, "article": name, "seconds": seconds}
    with (given.out / "seconds.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(row) + "\n")
    print(f"{variant} {name}: {len(found.claims)} claims, {seconds} s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("model")
    parser.add_argument("out", type=Path)
    parser.add_argument("--variant", action="append", choices=VARIANTS)
    parser.add_argument("--article", action="append", choices=NAMES)
    given = parser.parse_args()
    for name in given.article or NAMES:
        for variant in given.variant or VARIANTS:
            path = given.out / variant / f"{name}.json"
            if not path.exists():
                run(given, variant, name, path)


if __name__ == "__main__":
    main()
