import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cruise, type IConfiguration, type ICruiseOptions } from 'dependency-cruiser';
import { afterEach, beforeEach, expect, test } from 'vitest';
import * as z from 'zod';

/** The rules of .dependency-cruiser.cjs, each with a planted violation in a tree with this repository's directories. */

const root = join(import.meta.dirname, '../../..');
const config: Required<Pick<IConfiguration, 'forbidden' | 'options'>> = createRequire(import.meta.url)(
  join(root, '.dependency-cruiser.cjs'),
);
const ruleNames = z
  .array(z.object({ name: z.string() }))
  .parse(config.forbidden)
  .map(({ name }) => name);

let tree: string;
beforeEach(async () => {
  tree = await mkdtemp(join(tmpdir(), 'homing-layers-'));
});
afterEach(() => rm(tree, { recursive: true, force: true }));

/** @param files path -> text @returns the names of the rules that the files break */
async function brokenRules(files: Readonly<Record<string, string>>): Promise<string[]> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(tree, path)), { recursive: true });
    await writeFile(join(tree, path), text);
  }
  const options: ICruiseOptions = {
    ...config.options,
    baseDir: tree,
    validate: true,
    ruleSet: { forbidden: config.forbidden },
    outputType: 'json',
  };
  const { output } = await cruise(Object.keys(files), options);
  const found = z
    .object({
      summary: z.object({ violations: z.array(z.object({ rule: z.object({ name: z.string() }) })) }),
    })
    .parse(JSON.parse(String(output)));
  return [...new Set(found.summary.violations.map(({ rule }) => rule.name))].sort();
}

const ok = 'export const value = 1;\n';
const use = (path: string) => `import { value } from '${path}';\nexport const more = value;\n`;

const plants: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'no-cycles': { 'shared/a.ts': use('./b.ts'), 'shared/b.ts': `import './a.ts';\n${ok}` },
  resolvable: { 'cli/a.ts': use('./nowhere.ts') },
  'shared-stands-alone': { 'shared/a.ts': use('../client/b.ts'), 'client/b.ts': ok },
  'installer-uses-client': { 'helper/install/a.ts': use('../../cli/b.ts'), 'cli/b.ts': ok },
  'helper-uses-shared': { 'helper/daemon/a.ts': use('../../client/b.ts'), 'client/b.ts': ok },
  'client-uses-shared': { 'client/a.ts': use('../cli/b.ts'), 'cli/b.ts': ok },
  'cli-uses-client-and-shared': { 'cli/a.ts': use('../electron/b.ts'), 'electron/b.ts': ok },
  'electron-uses-client-and-shared': { 'electron/a.ts': use('../cli/b.ts'), 'cli/b.ts': ok },
  'renderer-uses-shared': { 'renderer/a.ts': use('../client/b.ts'), 'client/b.ts': ok },
  'shared-is-pure': { 'shared/a.ts': `import 'node:fs';\n${ok}` },
  'shared-has-no-electron': {
    'shared/a.ts': `import 'electron';\n${ok}`,
    'node_modules/electron/package.json': '{"name":"electron","main":"index.js"}',
    'node_modules/electron/index.js': '',
  },
  'unprivileged-code-never-reaches-the-helper': {
    'cli/a.ts': use('../program/b.ts'),
    'program/b.ts': `import '../helper/c.ts';\n${ok}`,
    'helper/c.ts': ok,
  },
  'one-seam-for-the-operating-system': {
    'helper/paths/a.ts': use('../tunnel/linux/b.ts'),
    'helper/tunnel/linux/b.ts': ok,
  },
};

test('every rule has a violation planted for it here', () => {
  expect(Object.keys(plants).sort()).toEqual(ruleNames.toSorted());
});

test.each(Object.entries(plants))('%s is caught', async (name, files) => {
  expect(await brokenRules(files)).toContain(name);
});

test('a component is checked as well: TSX is parsed, and its type imports count', async () => {
  const files = {
    'renderer/a.tsx':
      "import type { Value } from '../helper/b.ts';\nexport const a = (v: Value) => <p>{v}</p>;\n",
    'helper/b.ts': 'export type Value = string;\n',
  };
  expect(await brokenRules(files)).toEqual([
    'renderer-uses-shared',
    'unprivileged-code-never-reaches-the-helper',
  ]);
});

test('what the layers allow is allowed', async () => {
  const files = {
    'renderer/a.tsx': "import { value } from '../shared/d.ts';\nexport const a = () => <p>{value}</p>;\n",
    'cli/b.ts': use('../client/c.ts'),
    'client/c.ts': `import '../shared/d.ts';\n${ok}`,
    'shared/d.ts': ok,
    'helper/install/e.ts': use('../../client/c.ts'),
  };
  expect(await brokenRules(files)).toEqual([]);
});
