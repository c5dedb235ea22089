// The public test material beside the repository; tests that need it skip, and say so, where it is absent.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function find() {
  if (process.env.HEALTHLEDGER_TEST_DATA) return process.env.HEALTHLEDGER_TEST_DATA;
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const candidate = join(folder, 'shared', 'data');
    if (existsSync(candidate)) return candidate;
    if (folder === dirname(folder)) return null;
  }
}

const root = find();

/** The path of a file or folder of the material; skips the test `t` and returns null where it is absent. */
export function material(t, relative) {
  const path = root && join(root, relative);
  if (path && existsSync(path)) return path;
  t.skip(`skipped: needs shared/data/${relative}`);
  return null;
}

/** Every file below a folder whose name ends so. */
export const filesBelow = (folder, ending) => readdirSync(folder, { recursive: true })
  .map((name) => join(folder, name)).filter((path) => path.endsWith(ending) && statSync(path).isFile());
