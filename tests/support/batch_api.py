"""A loopback server with OpenAI's Batch API: files, batches, contents.

Its answers do not come from a model. The API is documented at
https://platform.openai.com/docs/api-reference/batch
"""

from __future__ import annotations

import email
import json
from contextlib import contextmanager
from email.policy import HTTP

from tests.support.faulty_server import build_answer, completion
from tests.support.loopback import Handler, serve_handler


class Service:
    """The state of the server.

    `ends` are the final states of jobs in order (completed, expired, failed); the last
    one also applies to all further jobs. `error_of(body)` returns a status and message
    for a request that fails. With `drop_after_create`, the connection is lost once,
    right after a job was created.
    """

    def __init__(self, *ends, error_of=lambda body: None, drop_after_create=False):
        self.ends = list(ends) or ["completed"]
        self.error_of = error_of
        self.drop_after_create = drop_after_create
        self.files = {}
        self.jobs = {}
        self.answered = []
        self.hide_jobs = False
        self.deleted = set()  # names of files
        self.endpoint = "/v1/chat/completions"

    def create_file(self, content):
        name = f"file-{len(self.files) + 1}"
        self.files[name] = content
        return name

    def reply_to(self, body):
        """Return the status and the body of the response to a request."""
        error = self.error_of(body)
        if error:
            status, message = error
            return status, {"error": {"message": message}}
        return 200, completion(body, json.dumps(build_answer(body)))

    def write(self, entries):
        """Return the content of a file of answers."""
        return "".join(json.dumps(entry) + "\n" for entry in entries)

    def create_job(self, fields):
        job = {
            "id": f"batch_{len(self.jobs) + 1}",
            "object": "batch",
            "endpoint": fields["endpoint"],
            "created_at": 0,
            "input_file_id": fields["input_file_id"],
            "completion_window": fields["completion_window"],
            "status": "validating",
            "metadata": fields.get("metadata"),
            "output_file_id": None,
            "error_file_id": None,
            "errors": None,
            "request_counts": {"total": 0, "completed": 0, "failed": 0},
        }
        job["end"] = self.ends.pop(0) if len(self.ends) > 1 else self.ends[0]
        self.jobs[job["id"]] = job
        return job

    def step(self, job):
        """Advance the job: called whenever a client asks for its status."""
        lines = [
            json.loads(line)
            for line in self.files[job["input_file_id"]].split("\n")
            if line
        ]
        if job["status"] == "validating":
            job["request_counts"]["total"] = len(lines)
            job["status"] = "in_progress"
            if job["end"] == "failed":
                job["status"] = "failed"
                job["errors"] = {
                    "object": "list",
                    "data": [
                        {"code": "x", "message": "bad line", "line": 1, "param": None}
                    ],
                }
        elif job["status"] == "in_progress":
            self.end(job, lines)

    def end(self, job, lines):
        processed = lines[: len(lines) // 2] if job["end"] == "expired" else lines
        output, errors = [], []
        for line in processed:
            assert (line["method"], line["url"]) == ("POST", self.endpoint)
            status, answer = self.reply_to(line["body"])
            response = {"status_code": status, "request_id": "r", "body": answer}
            entry = {"id": "x", "custom_id": line["custom_id"], "error": None}
            entry["response"] = response
            if status == 200:
                self.answered.append(line["custom_id"])
                output.append(entry)
            else:
                errors.append(entry)
        for line in lines[len(processed) :]:
            error = {
                "code": "batch_expired",
                "message": "This request could not be executed in time.",
            }
            errors.append(
                {
                    "id": "x",
                    "custom_id": line["custom_id"],
                    "response": None,
                    "error": error,
                }
            )
        output.reverse()  # "the output line order may not match the input line order"
        job["request_counts"] = {
            "total": len(lines),
            "completed": len(output),
            "failed": len(errors),
        }
        for field, entries in (("output_file_id", output), ("error_file_id", errors)):
            if entries:
                job[field] = self.create_file(self.write(entries))
        job["status"] = job["end"]


@contextmanager
def serve_batch_api(service):
    """Serve the API while the block runs; yield its base URL."""

    class Endpoint(Handler):
        def do_POST(self):
            data = self.rfile.read(int(self.headers["content-length"]))
            if self.path == "/v1/files":
                head = f"content-type: {self.headers['content-type']}\r\n\r\n".encode()
                parts = {
                    part.get_param(
                        "name", header="content-disposition"
                    ): part.get_payload(decode=True)
                    for part in email.message_from_bytes(
                        head + data, policy=HTTP
                    ).iter_parts()
                }
                assert parts["purpose"] == b"batch"
                name = service.create_file(parts["file"].decode())
                self.answer(
                    {
                        "id": name,
                        "object": "file",
                        "bytes": 1,
                        "created_at": 0,
                        "filename": "x",
                        "purpose": "batch",
                        "status": "processed",
                    }
                )
            elif self.path == "/v1/batches":
                job = service.create_job(json.loads(data))
                if service.drop_after_create:
                    service.drop_after_create = False
                    self.connection.close()
                    return
                self.answer({key: value for key, value in job.items() if key != "end"})

        def do_GET(self):
            path, _, _ = self.path.partition("?")
            if path == "/v1/batches":
                jobs = [
                    {key: value for key, value in job.items() if key != "end"}
                    for job in service.jobs.values()
                    if not service.hide_jobs
                ]
                self.answer({"object": "list", "data": jobs, "has_more": False})
            elif path.startswith("/v1/batches/"):
                job = service.jobs[path.rpartition("/")[2]]
                service.step(job)
                self.answer({key: value for key, value in job.items() if key != "end"})
            elif path.split("/")[3] in service.deleted:
                self.answer({"error": {"message": "No such File object"}}, 404)
            elif path.endswith("/content"):
                self.answer(service.files[path.split("/")[3]])

    with serve_handler(Endpoint) as url:
        yield url
