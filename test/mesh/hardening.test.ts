import { afterAll, beforeAll, expect, test } from 'vitest';
import { killSwitchUnit } from '../../helper/install/services/kill-switch-unit.ts';
import { capabilities, systemdUnit } from '../../helper/install/services/systemd-unit.ts';
import { ping } from '../lab/ping.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { helperCommand } from './support/installed-host.ts';
import { createSmallMesh, type SmallMesh, smallMesh } from './support/small-mesh.ts';

/** The helper with only the privileges of its unit: they are sufficient, and each is necessary. */

let mesh: SmallMesh;

beforeAll(async () => {
  requireLab();
  mesh = await createSmallMesh();
});
afterAll(() => mesh?.destroy());

/** As systemd does it with CapabilityBoundingSet= and NoNewPrivileges=. */
function withOnly(kept: readonly string[]): readonly string[] {
  const set = ['-all', ...kept.map((name) => `+${name.replace('CAP_', '').toLowerCase()}`)].join(',');
  return ['/usr/bin/setpriv', '--bounding-set', set, '--inh-caps', '-all', '--no-new-privs', '--'];
}

function startHelper(kept: readonly string[]) {
  const { host, user } = mesh.laptop;
  return host.spawn([...withOnly(kept), ...helperCommand, '--uid', `${user.uid}`]);
}

test('with the unit’s capabilities it connects, names resolve, packets pass, and everything is removed again', async () => {
  const { laptop } = mesh;
  const before = await laptop.host.snapshot();
  const helper = await startHelper(capabilities);
  await helper.stderr.waitFor(/listening at/, 15_000);
  const status = await laptop.host.readFile(`/proc/${helper.pid}/status`);
  // Bits 0 and 12 of linux/capability.h: CHOWN and NET_ADMIN.
  expect(status).toMatch(/CapEff:\t0*1001\n/);
  expect(status).toMatch(/NoNewPrivs:\t1\n/);
  await laptop.mustHoming(['up']);
  expect((await ping(laptop.host, `nas.${smallMesh.network}`, { count: 3 })).received).toBe(3);
  await laptop.mustHoming(['down']);
  expect(await helper.stop()).toBe(0);
  expect((await laptop.host.snapshot()).hostsFile).toBe(before.hostsFile);
});

test.each(capabilities)('without %s it does not', async (missing) => {
  const helper = await startHelper(capabilities.filter((name) => name !== missing));
  const heard = await helper.stderr.waitFor(/listening at/, 5_000).then(
    () => true,
    () => false,
  );
  const code = heard ? (await mesh.laptop.homing(['up'])).code : 1;
  expect(code).not.toBe(0);
  await helper.stop();
});

test.each([
  ['homing-helper.service', systemdUnit({ program: '/bin/true', uid: 1000 })],
  ['homing-kill-switch.service', killSwitchUnit('/bin/true')],
])('systemd knows every word of %s', async (name, unit) => {
  const { host } = mesh.laptop;
  await host.writeFile(`/tmp/${name}`, unit);
  const { stdout, stderr, code } = await host.exec(['/usr/bin/systemd-analyze', 'verify', `/tmp/${name}`]);
  expect(`${stdout}${stderr}`).not.toMatch(/Unknown|Failed to parse|Invalid|ignoring/i);
  expect(code).toBe(0);
});
