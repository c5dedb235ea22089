// Follows deploy/OPERATORS.md word for word: its shell blocks, in order, in one shell, in an empty folder.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";

const root = resolve(import.meta.dirname, "../..");
const guide = readFileSync(join(root, "deploy/OPERATORS.md"), "utf8");

/** The blocks marked `sh`, with the heading above each. */
function blocks() {
  const found = [];
  let heading = "";
  for (const part of guide.matchAll(/^#{1,3} (.+)$|^```sh\n([\s\S]*?)^```$/gm)) {
    if (part[1]) heading = part[1];
    else found.push({ heading, text: part[2] });
  }
  return found;
}

/** A port below which nothing listens for a while: doors take so many above it, links so many more. */
const freePort = () => new Promise((done, fail) => {
  const probe = createServer().on("error", fail).listen(0, "127.0.0.1", () => {
    const { port } = probe.address();
    probe.close(() => done(port > 65_000 ? port - 1_000 : port));
  });
});

test("every step of the operator's guide works as it is written", { timeout: 600_000 }, async () => {
  const steps = blocks();
  assert.ok(steps.length > 15, "the guide has its steps");
  const folder = mkdtempSync(join(tmpdir(), "operators-guide-"));
  const script = join(folder, "guide.sh");
  // What the guide does not say: end at the first line that fails, name the step, leave no process behind.
  const text = ["set -euo pipefail", "trap 'for each in *.pid; do kill -KILL \"$(cat \"$each\")\" 2>/dev/null || true; done' EXIT",
    ...steps.flatMap(({ heading, text }, index) => [`echo "== step ${index + 1}: ${heading.replaceAll('"', "")}"`, text])].join("\n");
  writeFileSync(script, text);
  const doors = await freePort();
  const output = [];
  try {
    const code = await new Promise((done, fail) => {
      const shell = spawn("bash", [script], { cwd: folder, env: { ...process.env, SOURCE: root, DOORS: String(doors), LINKS: String(doors + 100) }, stdio: ["ignore", "pipe", "pipe"] });
      shell.stdout.on("data", (chunk) => output.push(chunk));
      shell.stderr.on("data", (chunk) => output.push(chunk));
      shell.on("error", fail).on("exit", done);
    });
    assert.equal(code, 0, Buffer.concat(output).toString().slice(-4_000));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
