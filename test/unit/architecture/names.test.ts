import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const product = /^(shared|client|cli|program|helper|electron|renderer)\/.*\.tsx?$/;
const exported = /^export (?:async )?(?:abstract )?(?:function|class|interface|type|const) (\w+)/gm;

test('an exported name means one thing', () => {
  const paths = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((path) => product.test(path) && existsSync(join(root, path)));
  const places = new Map<string, Set<string>>();
  for (const path of paths) {
    // The implementations for each operating system behind the tunnel seam count as the same thing.
    const place = path.replace(/^helper\/tunnel\/(linux|macos)\//, 'helper/tunnel/*/');
    for (const [, name = ''] of readFileSync(join(root, path), 'utf8').matchAll(exported)) {
      places.set(name, (places.get(name) ?? new Set()).add(place));
    }
  }
  const shared = [...places].filter(([, where]) => where.size > 1);
  expect(shared.map(([name, where]) => `${name}: ${[...where].join(', ')}`)).toEqual([]);
});
