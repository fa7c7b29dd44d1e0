import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { reversePathProblem } from '../../../../../helper/tunnel/linux/reverse-path.ts';
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
  [{ all: 1, lo: 0, eth0: 0 }, 'on eth0.'],
  [{ all: 0, eth0: 1, wlan0: 2 }, 'on eth0.'],
  [{ all: 2, eth0: 1 }, undefined],
  [{ all: 0, default: 1, lo: 1, eth0: 0, [plain.interfaceName]: 1 }, undefined],
])('for %j the cause of dropped packets is reported: %s', (values, links) => {
  const problem = reversePathProblem(exit, folderWith(values));
  if (links === undefined) expect(problem).toBeUndefined();
  else
    expect(problem).toMatchObject({
      cause: expect.stringContaining(links),
      remedy: expect.stringContaining('=2'),
    });
});

test('without an exit, or where it cannot be read, nothing is reported', () => {
  expect(reversePathProblem(plain, folderWith({ all: 1, eth0: 1 }))).toBeUndefined();
  expect(reversePathProblem(exit, '/nowhere')).toBeUndefined();
});
