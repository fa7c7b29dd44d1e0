import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { planAddresses } from '../../shared/addresses/plan.ts';
import { worldAddresses as at } from '../lab/world-addresses.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { oneStory } from '../support/one-story.ts';
import { randomForTests } from '../support/random-for-tests.ts';
import type { RoamingLaptop } from './support/roaming-laptop.ts';
import { holds } from './support/roaming-load.ts';
import { createRoamingMesh, networkName, type RoamingMesh } from './support/roaming-mesh.ts';
import { PacketCount } from './support/roaming-packets.ts';
import { udpPortsOf } from './support/roaming-sockets.ts';

const random = randomForTests();

/** Bad input from outside: no crash, no move, and the timeline lists what was ignored. */

vi.setConfig({ testTimeout: 60_000 });

const privateNas = `${at.private.nas}:51820`;
const inTunnel = planAddresses(networkName, 'nas').controllerAddress;
/** An unused address. */
const goneAddress = '198.51.100.99';
const behindTunnel = '198.51.100.77';
/** The length of a UDP datagram that contains a handshake initiation. */
const initiation = 'udp dport 51820 udp length 156';

let mesh: RoamingMesh;
let laptop: RoamingLaptop;

oneStory();

beforeAll(async () => {
  requireLab();
  mesh = await createRoamingMesh({
    parts: [],
    hairpin: true,
    publicEndpoints: [
      'nothing.invalid:51820',
      'loopback.example.org:51820',
      'inside.example.org:51820',
      'moving.example.org:51820',
      `${behindTunnel}:51820`,
      `${at.internet.home}:51820`,
    ],
  });
  laptop = mesh.laptop;
  const names = [
    '127.0.0.1 loopback.example.org',
    `${inTunnel} inside.example.org`,
    `${goneAddress} moving.example.org`,
  ];
  const before = await laptop.host.readFile('/etc/hosts');
  await laptop.host.writeFile('/etc/hosts', `${before}${names.join('\n')}\n`);
  // Discovered endpoints would hide the subject of these tests.
  await laptop.installed.mustHoming(['settings', '--discovery', 'off']);
  await laptop.installed.mustHoming(['up']);
}, 60_000);
afterAll(() => mesh?.destroy());

async function endpointsKnown(): Promise<readonly string[]> {
  return (await laptop.controller('nas')).candidates.map(({ endpoint }) => endpoint);
}

/** The helper runs, without a move or trouble. */
async function expectUnmoved(mark: number): Promise<void> {
  const decisions = await laptop.decisionsSince(mark);
  expect(decisions.filter(({ kind }) => ['moved', 'move-failed', 'lost', 'trouble'].includes(kind))).toEqual(
    [],
  );
  await holds(mesh, 'lan', 100);
}

/** Some change of the network, such as a second address. */
async function causeEvent(): Promise<void> {
  await laptop.host.run(['ip', 'address', 'add', '192.0.2.60/24', 'dev', 'eth0']);
  await laptop.host.run(['ip', 'address', 'delete', '192.0.2.60/24', 'dev', 'eth0']);
}

describe('endpoint names', () => {
  test.each([
    ['that resolve to nothing', /^the name nothing\.invalid does not resolve \(.+\)$/],
    ['that resolve to loopback', /^loopback\.example\.org resolves to 127\.0\.0\.1, a loopback address$/],
    ['that resolve into the tunnel', /^inside\.example\.org resolves to fd.*, inside the tunnel itself$/],
  ])('%s are ignored, and the timeline says so once', async (_, reason) => {
    await laptop.until('it was said', ({ timeline }) =>
      timeline.some((decision) => reason.test(decision.reason)),
    );
    const said = (await laptop.decisionsSince(0, 'ignored')).filter((one) => reason.test(one.reason));
    expect(said).toMatchObject([{ controller: 'nas' }]);
  });

  test('that are bad keep no good endpoint from being used', async () => {
    // Reached there by a move, or from the start: the LAN may have been proven before the tunnel was up.
    await laptop.until('nas is proven on the LAN', ({ tunnel }) => {
      const nas = tunnel.state === 'connected' ? tunnel.controllers[0] : undefined;
      const proven = nas?.candidates.find(({ endpoint }) => endpoint === privateNas)?.last.verdict;
      return nas?.endpoint === privateNas && nas.path === 'lan' && proven === 'verified';
    });
    expect([...(await endpointsKnown())].sort()).toEqual(
      [privateNas, `${at.internet.home}:51820`, `${goneAddress}:51820`, `${behindTunnel}:51820`].sort(),
    );
  });

  test('that change their address are looked up again after an event', async () => {
    const edit = `s/^${goneAddress.replaceAll('.', '\\.')} moving/${at.private.desk} moving/`;
    await laptop.host.run(['sed', '-i', edit, '/etc/hosts']);
    await causeEvent();
    await laptop.until('the new address is known', ({ tunnel }) => {
      const nas = tunnel.state === 'connected' ? tunnel.controllers[0] : undefined;
      return nas?.candidates.some(({ endpoint }) => endpoint === `${at.private.desk}:51820`) ?? false;
    });
    expect(await endpointsKnown()).not.toContain(`${goneAddress}:51820`);
  });
});

test('a candidate that is routed through the tunnel itself is never probed', async () => {
  // The round that the previous test caused may probe once more over the old route.
  await laptop.probe();
  await laptop.host.run(['ip', 'route', 'add', behindTunnel, 'dev', 'hm-wgnet']);
  const looped = await PacketCount.start(laptop.host, 'looped', 'output', 'oifname hm-wgnet udp dport 51820');
  onTestFinished(() => looped.stop());
  await causeEvent();
  await laptop.probe();
  await laptop.probe();
  expect(await looped.packets()).toBe(0);
  // Counts a packet that anybody sends there.
  await laptop.host.run(['bash', '-c', `echo >/dev/udp/${behindTunnel}/51820`]);
  expect(await looped.packets()).toBe(1);
});

describe('at the probing socket', () => {
  test('a flood of junk moves nothing, and the timeline says what was ignored without being flooded', async () => {
    await laptop.probe();
    const mark = await laptop.mark();
    const ports = await udpPortsOf(laptop.installed.helper.outsidePid);
    expect(ports).toHaveLength(1);
    const flood = [
      "const { createSocket } = require('node:dgram');",
      `const junk = Buffer.from('${random.bytes(1400).toString('base64')}', 'base64');`,
      "const s = createSocket('udp4'); let left = 7000;",
      'const one = () => { if (left-- === 0) return s.close();',
      '  const b = Buffer.from(junk.subarray(0, [0, 3, 60, 64, 92, 148, 1400][left % 7]));',
      '  if (left % 2 && b.length > 4) { b.fill(0, 0, 4); b[0] = b.length === 64 ? 3 : 2; }',
      `  s.send(b, ${ports[0]}, '${at.private.laptop}', one); };`,
      'one();',
    ];
    await mesh.world.nas.run(['/opt/homing/bin/node', '-e', flood.join('\n')]);
    await laptop.probe();
    const ignored = await laptop.decisionsSince(mark, 'ignored');
    const reasons = ignored.map(({ reason }) => reason);
    const from = at.private.nas.replaceAll('.', '\\.');
    for (const why of ['too short', 'wrong type', 'unknown index'])
      expect(reasons).toContainEqual(expect.stringMatching(`^an answer from ${from}: ${why}$`));
    expect(reasons.length).toBeLessThan(20);
    await expectUnmoved(mark);
    const { candidates } = await laptop.controller('nas');
    expect(candidates.find(({ endpoint }) => endpoint === privateNas)?.last.verdict).toBe('verified');
  });

  test('an answer from another address than the probed one proves nothing', async () => {
    const [port] = await udpPortsOf(laptop.installed.helper.outsidePid);
    const rule = `udp sport 51820 udp dport ${port} ip saddr set 192.0.2.99`;
    const table = `table ip forge {\n chain c {\n type filter hook output priority raw\n ${rule}\n }\n}\n`;
    await mesh.world.nas.run(['nft', '-f', '-'], { input: table });
    onTestFinished(async () => {
      await mesh.world.nas.run(['nft', 'delete', 'table', 'ip', 'forge']);
    });
    const mark = await laptop.mark();
    await laptop.probe();
    const { candidates } = await laptop.controller('nas');
    expect(candidates.map(({ endpoint }) => endpoint)).not.toContain('192.0.2.99:51820');
    expect(candidates.find(({ endpoint }) => endpoint === privateNas)?.last.verdict).toBe('silent');
    const ignored = await laptop.decisionsSince(mark, 'ignored');
    expect(ignored.map(({ reason }) => reason)).toContain(
      'an answer from 192.0.2.99: from another address than asked',
    );
    await expectUnmoved(mark);
  });
});

test('however often the network changes and a user requests tests, a controller gets at most 20 probes a second', async () => {
  const probes = await PacketCount.start(laptop.host, 'probes', 'output', initiation);
  const startedAt = Date.now();
  let waiting = 0;
  for (let round = 0; round < 15; round += 1) {
    // The helper refuses a fourth program and more that wait at once.
    if (waiting < 3) {
      waiting += 1;
      void laptop.probe().finally(() => {
        waiting -= 1;
      });
    }
    await causeEvent();
    await sleep(100);
  }
  const seconds = (Date.now() - startedAt) / 1000;
  const sent = await probes.packets();
  await probes.stop();
  expect(sent).toBeGreaterThan(10);
  // One at the very start, and one of the tunnel's own handshakes.
  expect(sent).toBeLessThanOrEqual(Math.ceil(seconds * 20) + 2);
  await laptop.probe();
  await holds(mesh, 'lan', 100);
});
