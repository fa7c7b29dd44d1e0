import { execFileSync } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** electronegativity over our own code of the app, in the JavaScript that it can read. */

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Issue {
  readonly id: string;
}

/** Its findings, and why each is intended. */
const explained: Readonly<Record<string, string>> = {
  ELECTRON_VERSION_JSON_CHECK:
    'It knows the releases of its own time. Which Electron ships is pinned in package.json, and is the newest major.',
  CSP_GLOBAL_CHECK:
    'It looks for a policy in HTML; ours is a header of every answer of app:// (electron/shell/app-scheme.ts), and the test of the packaged app reads it there.',
  OPEN_EXTERNAL_JS_CHECK:
    'Only a sign-in page that the helper found is opened, after the person pressed for it, and only over http or https (isWebPage in shared/app/protection.ts).',
  PROTOCOL_HANDLER_JS_CHECK:
    'app:// serves files of the bundle alone (bundledFile in electron/shell/app-scheme.ts, with tests of its own); homing:// is handed to the import, which shows before it does.',
};

let folder: string;
let report: { readonly issues: readonly Issue[]; readonly errors: readonly unknown[] };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'homing-security-'));
  await build({
    absWorkingDir: root,
    entryPoints: { main: 'electron/main.ts', preload: 'electron/preload.ts', page: 'renderer/main.tsx' },
    outdir: folder,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'cjs',
    target: 'es2019',
    jsx: 'automatic',
    loader: { '.css': 'empty' },
    logLevel: 'error',
  });
  await copyFile(`${root}renderer/index.html`, join(folder, 'index.html'));
  await copyFile(`${root}package.json`, join(folder, 'package.json'));
  const text = execFileSync(process.execPath, ['scripts/electron-checks.cjs', folder], {
    cwd: root,
    encoding: 'utf8',
  });
  report = JSON.parse(text.trim().split('\n').at(-1) ?? '');
}, 60_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

test('every file is read', () => {
  expect(report.errors).toEqual([]);
});

test('what it finds is explained here, and nothing else is', () => {
  const found = new Set(report.issues.map(({ id }) => id));
  expect([...found].sort()).toEqual(Object.keys(explained).sort());
});
