"use strict";
// Asks the server for work and tells of it while it happens. What it sends is read from `given`: fields of
// schemas/request.*; what it is told goes to `told`. Aborting the signal ends the work.
const ask = async (url, given, told, signal) => {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "text/event-stream" },
    body: JSON.stringify(given),
    signal,
  });
  if (!response.ok) throw new Error(await problem(response));
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) throw new Error("The connection was lost before there was a result; what was paid for is kept.");
    const blocks = (rest + value.replaceAll("\r\n", "\n")).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const fields = new Map(block.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]));
      if (!fields.has("event")) continue; // a sign of life
      const data = JSON.parse(fields.get("data"));
      if (fields.get("event") === "stage") told(data);
      else if (fields.get("event") === "done") return data;
      else throw new Error(data.error);
    }
  }
};

const problem = async (response) => {
  try {
    return (await response.json()).error;
  } catch {
    return "The server answered with HTTP " + response.status + ".";
  }
};

const staged = (stage) => stage.work + (stage.asked ? ": " + stage.answered + " of " + stage.asked + " answered" : "");

const asBase64 = (file) =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(new Error(file.name + " can't be read."));
    reader.readAsDataURL(file);
  });

// One document out of what a form holds: a file, an address or a text, in this order.
const documentOf = async (form, file) => {
  if (file && file.size) return { data: await asBase64(file), name: file.name };
  if (form.elements.url.value.trim()) return { url: form.elements.url.value.trim() };
  if (form.elements.text.value.trim()) return { text: form.elements.text.value };
  throw new Error("Give a text, an address or a file.");
};
