"use strict";
// Sends a job to the server and returns its result: {location, page}. `fields` follow
// schemas/request.*. `onStage` is called for each stage; aborting the signal cancels
// the job.
const runJob = async (url, fields, onStage, signal) => {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "text/event-stream" },
    body: JSON.stringify(fields),
    signal,
  });
  if (!response.ok) throw Object.assign(new Error(await readError(response)), { status: response.status });
  for await (const { event, data } of readEvents(response.body)) {
    if (event === "done") return data;
    if (event === "error") throw new Error(data.error);
    onStage(data);
  }
  throw new Error("The connection was lost before the result arrived. Answers that were already paid for are stored.");
};

// The server-sent events of a response. EventSource can't be used: it only sends GET.
async function* readEvents(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (buffer + value.replaceAll("\r\n", "\n")).split("\n\n");
    buffer = blocks.pop();
    for (const block of blocks) {
      const fields = new Map();
      for (const line of block.split("\n")) {
        const colon = line.indexOf(":");
        fields.set(line.slice(0, colon), line.slice(colon + 2));
      }
      // A block without an event is a comment that keeps the connection open.
      if (fields.has("event")) yield { event: fields.get("event"), data: JSON.parse(fields.get("data")) };
    }
  }
}

const readError = async (response) => {
  try {
    return (await response.json()).error;
  } catch {
    return "The server answered with HTTP " + response.status + ".";
  }
};

const formatStage = (stage) => {
  if (!stage.asked) return stage.work;
  return stage.work + ": " + stage.answered + " of " + stage.asked + " answered";
};

// An error about one field of a form.
class FieldError extends Error {
  constructor(field, message) {
    super(message);
    this.field = field;
  }
}

const encodeBase64 = (file) =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(new Error(file.name + " can't be read. Choose it again."));
    reader.readAsDataURL(file);
  });

// The document in a form: the file, else the address, else the text.
const readDocument = async (form, file) => {
  if (file && file.size) return { data: await encodeBase64(file), name: file.name };
  const url = form.elements.url.value.trim();
  if (url) return { url };
  const text = form.elements.text.value;
  if (text.trim()) return { text };
  throw new FieldError(form.elements.text, "Enter a text or an address, or choose a file.");
};

// Shows an error below its field, or where the status is.
const showError = (status, error) => {
  clearError(status);
  status.classList.add("error");
  status.textContent = error.message;
  if (!error.field) return;
  error.field.setAttribute("aria-invalid", "true");
  error.field.setAttribute("aria-describedby", status.id);
  (error.field.closest("label, #drop") || error.field).after(status);
  error.field.focus();
};

const clearError = (status) => {
  status.classList.remove("error");
  status.textContent = "";
  const field = document.querySelector('[aria-describedby="' + status.id + '"]');
  if (!field) return;
  field.removeAttribute("aria-invalid");
  field.removeAttribute("aria-describedby");
};
