// Reads the Kubernetes manifests, and checks them against the API's own types: kubernetes-models has an interface for each kind, and TypeScript
// refuses what is missing, of another type, or unknown.
import { readFileSync, readdirSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import ts from "typescript";
import { parseAllDocuments } from "yaml";

export const folder = resolve(import.meta.dirname, "../../../deploy/kubernetes");

/** Every document, with the file it stands in. */
export function manifests() {
  return readdirSync(folder).filter((name) => name.endsWith(".yaml") && name !== "kustomization.yaml").sort().flatMap((file) =>
    parseAllDocuments(readFileSync(join(folder, file), "utf8"), { merge: false }).map((document) => {
      if (document.errors.length > 0) throw new Error(`${file}: ${document.errors[0].message}`);
      return { file, value: document.toJSON() };
    }));
}

/** What TypeScript says of the documents; empty when all of them are of their kind. */
export function typeErrors(documents) {
  const sources = new Map(documents.map(({ file, value }, index) => {
    const group = value.apiVersion.includes("/") ? value.apiVersion : `v1`;
    const text = `import type { I${value.kind} } from "kubernetes-models/${group}";\nexport const it: I${value.kind} = ${JSON.stringify(value, null, 1)};\n`;
    return [resolve(import.meta.dirname, `${file}-${index}.mts`), text];
  }));
  const options = { strict: true, noEmit: true, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, skipLibCheck: true, types: [] };
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, getSourceFile } = host;
  host.readFile = (name) => sources.get(name) ?? readFile(name);
  host.fileExists = (name) => sources.has(name) || fileExists(name);
  host.getSourceFile = (name, version, ...rest) => sources.has(name) ? ts.createSourceFile(name, sources.get(name), version) : getSourceFile.call(host, name, version, ...rest);
  return ts.getPreEmitDiagnostics(ts.createProgram([...sources.keys()], options, host))
    .map((each) => `${each.file ? basename(each.file.fileName) : ""}: ${ts.flattenDiagnosticMessageText(each.messageText, "\n")}`);
}
