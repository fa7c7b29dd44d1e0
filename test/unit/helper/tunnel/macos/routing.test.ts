import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dressCommands } from '../../../../../helper/tunnel/macos/dress.ts';
import { Routing } from '../../../../../helper/tunnel/macos/routing.ts';
import { SetRoutes } from '../../../../../helper/tunnel/macos/set-routes.ts';
import { systemPrograms } from '../../../../../helper/tunnel/macos/system-programs.ts';
import type { TunnelPlan } from '../../../../../shared/plan/tunnel-plan.ts';
import { FakeMac } from '../../../support/fake-mac.ts';

const device = 'utun7';
let directory: string;
let mac: FakeMac;
let endpoints: string[];

function recorded(name: string): string[] {
  const path = fileURLToPath(new URL(`recorded/${name}`, import.meta.url));
  return readFileSync(path, 'utf8').trim().split('\n');
}

function plan(ranges: readonly string[], rest: Partial<TunnelPlan> = {}): TunnelPlan {
  return {
    interfaceName: 'hm-wgnet',
    mtu: 1380,
    listenPort: undefined,
    addresses: ['10.99.0.7/24', 'fd00:99::7/64'],
    routes: ranges.map((range) => ({ range, source: undefined, controller: 'nas' })),
    network: [],
    blocked: [],
    controllers: [],
    ...rest,
  };
}

function routing(): Routing {
  return new Routing(mac, new SetRoutes(directory), async () => endpoints);
}

/** The commands that change something. */
function changes(): string[] {
  return mac.commands.filter((command) => !command.startsWith('netstat') && !command.includes(' get '));
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'homing-routes-'));
  mac = new FakeMac();
  mac.addRoute('default', '192.168.1.1', 'en0');
  mac.addRoute('192.168.1', 'link#6', 'en0', 'UCS');
  mac.addRoute('192.168.1.1', 'bc:67:1c:40:3:f6', 'en0', 'UHLWIir');
  endpoints = [];
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('the commands that change something are those of wg-quick(8) on a Mac', () => {
  test('for some ranges', async () => {
    const wanted = plan(['fd00:99::/64', '10.20.0.0/16']);
    for (const args of dressCommands(wanted, device)) await mac.run(systemPrograms.ifconfig, args);
    await routing().start(wanted, device);
    expect(changes()).toEqual(recorded('split-tunnel.txt'));
  });

  test('for everything, except that the endpoint has its route before it could be captured', async () => {
    endpoints = ['203.0.113.9'];
    const wanted = plan(['0.0.0.0/0', '::/0']);
    await routing().start(wanted, device);
    const expected = recorded('full-tunnel.txt').filter((command) => command.startsWith('route'));
    expect(changes()).toEqual([...expected.slice(4), ...expected.slice(0, 4)]);
  });

  test('and what does not go with the interface is deleted again', async () => {
    endpoints = ['203.0.113.9'];
    const kept = routing();
    await kept.start(plan(['0.0.0.0/0']), device);
    mac.commands.length = 0;
    await kept.remove();
    expect(changes()).toEqual(
      recorded('full-tunnel-down.txt').filter((command) => command.startsWith('route')),
    );
  });
});

describe('a range', () => {
  test('that a network of the Mac holds sleeps until that network is left', async () => {
    mac.addRoute('10.20', 'link#7', 'en5', 'UCS');
    const kept = routing();
    await kept.start(plan(['10.20.0.0/16', '10.30.0.0/16']), device);
    expect(mac.routes).toContain('10.30.0.0/16 utun7 link#9');
    expect(mac.routes.join()).not.toContain('10.20.0.0/16 utun7');
    expect((await kept.hostRouting()).routes).toContainEqual({
      range: '10.20.0.0/16',
      device: 'en5',
      isDead: false,
    });
    mac.removeRoutes('en5');
    await kept.override({ over: [], direct: [] });
    expect(mac.routes).toContain('10.20.0.0/16 utun7 link#9');
  });

  test('that falls asleep loses its route into the tunnel', async () => {
    const kept = routing();
    await kept.start(plan(['10.20.0.0/16']), device);
    mac.addRoute('10', 'link#8', 'utun3', 'UCS');
    await kept.override({ over: [], direct: [] });
    expect(mac.routes.join()).not.toContain('utun7');
  });

  test('that overrides the same range of the Mac wins by its two halves, except for the gateway', async () => {
    const kept = routing();
    await kept.start(plan(['192.168.1.0/24']), device);
    await kept.override({ over: ['192.168.1.0/24'], direct: ['192.168.1.1'] });
    expect(changes()).toEqual([
      'route -q -n delete -inet 192.168.1.1',
      'route -q -n add -inet 192.168.1.1 -interface en0',
      'route -q -n add -inet 192.168.1.0/25 -interface utun7',
      'route -q -n add -inet 192.168.1.128/25 -interface utun7',
    ]);
    await kept.override({ over: [], direct: [] });
    // The gateway's ARP entry comes back with the next packet to it.
    expect(mac.routes).toEqual(['default en0 192.168.1.1', '192.168.1 en0 link#6']);
  });

  test('that holds the endpoint in use never captures it', async () => {
    endpoints = ['10.20.0.9'];
    await routing().start(plan(['10.20.0.0/16']), device);
    expect(changes()).toEqual([
      'route -q -n delete -inet 10.20.0.9',
      'route -q -n add -inet 10.20.0.9 -gateway 192.168.1.1',
      'route -q -n add -inet 10.20.0.0/16 -interface utun7',
    ]);
  });
});

describe('an exit', () => {
  test('that another VPN has already is refused, with the next step', async () => {
    mac.addRoute('0/1', 'link#8', 'utun3', 'USc');
    await expect(routing().start(plan(['0.0.0.0/0']), device)).rejects.toMatchObject({
      problem: { code: 'exit-taken', remedy: expect.stringContaining('Disconnect the other VPN') },
    });
  });

  test('follows the Mac into another network', async () => {
    endpoints = ['203.0.113.9'];
    const kept = routing();
    await kept.start(plan(['0.0.0.0/0']), device);
    mac.removeRoutes('en0');
    mac.addRoute('default', '172.20.0.1', 'en0');
    await kept.keepOutside(['203.0.113.9']);
    expect(mac.routes).toContain('203.0.113.9/32 en0 172.20.0.1');
  });

  test('gives its endpoint a route again that macOS deleted with the address of the link', async () => {
    endpoints = ['203.0.113.9'];
    const kept = routing();
    await kept.start(plan(['0.0.0.0/0']), device);
    mac.removeRoute('203.0.113.9/32');
    await kept.refresh();
    expect(mac.routes).toContain('203.0.113.9/32 en0 192.168.1.1');
  });

  test('never captures its endpoint, though the gateway in the table is out of reach by now', async () => {
    endpoints = ['203.0.113.9'];
    mac.isReachable = () => false;
    const kept = routing();
    await kept.start(plan(['0.0.0.0/0']), device);
    const order = changes();
    expect(order.indexOf('route -q -n add -inet 203.0.113.9 127.0.0.1 -blackhole')).toBeLessThan(
      order.findIndex((command) => command.endsWith('-interface utun7')),
    );
    expect(mac.routes).toContain('203.0.113.9/32 lo0 127.0.0.1');
    mac.isReachable = () => true;
    await kept.refresh();
    expect(mac.routes).toContain('203.0.113.9/32 en0 192.168.1.1');
  });

  test('changes the route of its endpoint in another network, instead of deleting it first', async () => {
    endpoints = ['203.0.113.9'];
    const kept = routing();
    await kept.start(plan(['0.0.0.0/0']), device);
    mac.removeRoute('default');
    mac.addRoute('default', '172.20.0.1', 'en5');
    mac.commands.length = 0;
    await kept.refresh();
    expect(changes()).toEqual(['route -q -n change -inet 203.0.113.9 -gateway 172.20.0.1']);
  });

  test('closes the family that it does not carry', async () => {
    const kept = routing();
    await kept.start(plan(['0.0.0.0/0'], { blocked: ['::/0'] }), device);
    expect(changes()).toContain('route -q -n add -inet6 ::/1 ::1 -reject');
    await kept.remove();
    expect(mac.routes.join()).not.toContain('lo0');
  });

  test('leaves an endpoint unreachable rather than in a circle while there is no network', async () => {
    mac.removeRoutes('en0');
    endpoints = ['203.0.113.9'];
    await routing().start(plan(['0.0.0.0/0']), device);
    expect(changes()).toContain('route -q -n add -inet 203.0.113.9 127.0.0.1 -blackhole');
  });
});

test('a route that route(8) does not set is an error, whatever its exit status says', async () => {
  const deaf = { run: async () => ({ exitCode: 0, stdout: '', stderr: '' }), mustRun: mac.mustRun };
  const kept = new Routing(deaf, new SetRoutes(directory), async () => []);
  await expect(kept.start(plan(['10.20.0.0/16']), device)).rejects.toThrow('did not add 10.20.0.0/16');
});

test('whatever happens meanwhile, also a crash, removing gives the table back', async () => {
  const network = fc.constantFrom('10.20', '10', '172.20', '192.168.7');
  const life = fc.record({
    ranges: fc.subarray(['0.0.0.0/0', '10.20.0.0/16', '10.20.3.0/24', '192.168.7.0/24'], { minLength: 1 }),
    inUse: fc.subarray(['203.0.113.9', '10.20.0.9']),
    steps: fc.array(
      fc.record({ network, crash: fc.boolean(), over: fc.subarray(['10.20.0.0/16', '192.168.7.0/24']) }),
      {
        maxLength: 4,
      },
    ),
  });
  await fc.assert(
    fc.asyncProperty(life, async ({ ranges, inUse, steps }) => {
      const own = mkdtempSync(join(directory, 'life-'));
      mac = new FakeMac();
      mac.addRoute('default', '192.168.1.1', 'en0');
      const before = mac.routes;
      endpoints = inUse;
      const start = () => new Routing(mac, new SetRoutes(own), async () => endpoints);
      let kept = start();
      await kept.start(plan(ranges), device);
      for (const step of steps) {
        mac.addRoute(step.network, 'link#7', 'en5', 'UCS');
        await kept.override({ over: step.over, direct: [] });
        if (step.crash) {
          kept = start();
          await kept.start(plan(ranges), device);
        }
        for (const endpoint of inUse) {
          const captured = mac.routes.some((route) => route.startsWith(`${endpoint}/32 utun7`));
          expect(captured).toBe(false);
        }
        mac.removeRoutes('en5');
      }
      kept = start();
      await kept.remove();
      mac.removeRoutes(device);
      expect(mac.routes).toEqual(before);
    }),
  );
});
