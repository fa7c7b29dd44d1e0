import { afterAll, beforeAll, expect, test } from 'vitest';
import { rootCapabilities, systemdRootUnit } from '../../helper/install/services/systemd-unit.ts';
import { ping } from '../lab/ping.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { helperCommand } from './support/installed-host.ts';
import { createSmallMesh, type SmallMesh, smallMesh } from './support/small-mesh.ts';

/** The helper as root with only the privileges of that unit: they are sufficient, and these are necessary. */

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
  const helper = await startHelper(rootCapabilities);
  await helper.stderr.waitFor(/listening at/, 15_000);
  const status = await laptop.host.readFile(`/proc/${helper.pid}/status`);
  // Bits 0, 12 and 13 of linux/capability.h: CHOWN, NET_ADMIN and NET_RAW (own-user.test.ts shows what it is for).
  expect(status).toMatch(/CapEff:\t0*3001\n/);
  expect(status).toMatch(/NoNewPrivs:\t1\n/);
  await laptop.mustHoming(['up']);
  expect((await ping(laptop.host, `nas.${smallMesh.network}`, { count: 3 })).received).toBe(3);
  await laptop.mustHoming(['down']);
  expect(await helper.stop()).toBe(0);
  expect((await laptop.host.snapshot()).hostsFile).toBe(before.hostsFile);
});

test.each(['CAP_NET_ADMIN', 'CAP_CHOWN'])('without %s it does not', async (missing) => {
  const helper = await startHelper(rootCapabilities.filter((name) => name !== missing));
  const heard = await helper.stderr.waitFor(/listening at/, 5_000).then(
    () => true,
    () => false,
  );
  const code = heard ? (await mesh.laptop.homing(['up'])).code : 1;
  expect(code).not.toBe(0);
  await helper.stop();
});

test('systemd knows every word of the unit', async () => {
  const { host } = mesh.laptop;
  await host.writeFile('/tmp/homing-helper.service', systemdRootUnit({ program: '/bin/true', uid: 1000 }));
  const analyze = ['/usr/bin/systemd-analyze', 'verify', '/tmp/homing-helper.service'];
  const { stdout, stderr, code } = await host.exec(analyze);
  expect(`${stdout}${stderr}`).not.toMatch(/Unknown|Failed to parse|Invalid|ignoring/i);
  expect(code).toBe(0);
});
