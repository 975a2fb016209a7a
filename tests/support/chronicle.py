"""A document of many passages, and a client that answers from its request's passage."""

import asyncio
import json
from dataclasses import dataclass, field, replace

from claimcheck import ModelResponse, Usage, errors
from tests.support.faulty_server import build_answer

TOWNS = 400
CHRONICLE = "\n\n".join(
    f"In the year {1000 + number}, the town of Aldbury number {number} "
    f"counted {number * 37} houses. "
    f"The mayor said that {number} of them were empty."
    for number in range(TOWNS)
)


@dataclass
class ReadingClient:
    """Answers with sentences of the passage.

    A long passage that contains `truncate` gets a truncated answer. One that contains
    `fail` gets an error.
    """

    truncate: str = "\0"
    fail: str = "\0"
    no_summary: bool = False
    requests: list = field(default_factory=list)

    def complete(self, request):
        self.requests.append(request)
        body = {
            "messages": [
                {"role": item.role, "content": item.content}
                for item in request.messages
            ],
            "response_format": {
                "json_schema": {"name": request.schema_name.replace(".", "_")}
            },
        }
        passage = request.messages[1].content
        usage = Usage(requests=1, input_tokens=100, output_tokens=50)
        answer = ModelResponse(
            json.dumps(build_answer(body)), "stop", None, "m", "json_schema", usage
        )
        if self.truncate in passage and len(passage) > 3_000:
            half = answer.text[: len(answer.text) // 2]
            return replace(answer, text=half, finish_reason="length")
        if self.fail in passage and request.schema_name == "claims.answer":
            raise errors.EndpointError("HTTP 500", 4)
        if self.no_summary and request.schema_name == "digest.answer":
            return replace(answer, text=None, refusal="no")
        return answer

    async def acomplete(self, request):
        await asyncio.sleep(0)
        return self.complete(request)
