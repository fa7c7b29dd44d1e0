import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { reversePathProblem, strictLinks } from '../../../../../helper/tunnel/linux/reverse-path.ts';
import { tunnelPlan } from '../../../../../shared/plan/tunnel-plan.ts';
import { goodProfile } from '../../../support/profiles.ts';

function folderWith(values: Readonly<Record<string, number>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'homing-conf-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, value] of Object.entries(values)) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'rp_filter'), `${value}\n`);
  }
  return folder;
}

const plain = tunnelPlan(goodProfile());
const exit = {
  ...plain,
  routes: [...plain.routes, { range: '0.0.0.0/0', source: undefined, controller: 'vps' }],
};

test.each([
  [{ all: 1, lo: 0, eth0: 0 }, ['eth0']],
  [{ all: 0, eth0: 1, wlan0: 2 }, ['eth0']],
  [{ all: 2, eth0: 1, default: 1 }, []],
  // A link that appears later copies `default`.
  [{ all: 0, default: 1, eth0: 0 }, ['default']],
  [{ all: 0, lo: 1, eth0: 0, [plain.interfaceName]: 1 }, []],
])('for %j packets are dropped on %j', (values, links) => {
  expect(strictLinks(exit, folderWith(values))).toEqual(links);
});

test('without an exit, or where it cannot be read, none are', () => {
  expect(strictLinks(plain, folderWith({ all: 1, eth0: 1 }))).toEqual([]);
  expect(strictLinks(exit, '/nowhere')).toEqual([]);
});

test('the report names the links, the reason and the remedy', () => {
  expect(reversePathProblem(['eth0', 'wlan0'], 'the program nft is not installed')).toMatchObject({
    cause: expect.stringMatching(/on eth0, wlan0, .*: the program nft is not installed\.$/),
    remedy: expect.stringContaining('=2'),
  });
});
