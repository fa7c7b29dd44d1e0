import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MacosDns } from '../../../../../helper/tunnel/macos/dns/macos-dns.ts';
import { FakeMac } from '../../../support/fake-mac.ts';

const all = { servers: ['10.99.0.1'], zones: ['corp.example'], scope: 'all' as const };
const zones = { ...all, scope: 'zones' as const };
let stateDirectory: string;
let folder: string;
let mac: FakeMac;

beforeEach(() => {
  stateDirectory = mkdtempSync(join(tmpdir(), 'homing-dns-'));
  folder = join(stateDirectory, 'resolver');
  mac = new FakeMac();
  mac.services.set('Wi-Fi', { servers: [], search: [] });
  mac.services.set('Thunderbolt Bridge', { servers: [], search: [] });
});
afterEach(() => rmSync(stateDirectory, { recursive: true, force: true }));

function dns(): MacosDns {
  return new MacosDns({ runner: mac, stateDirectory, resolverFolder: folder });
}

function recorded(name: string): string[] {
  const path = fileURLToPath(new URL(`recorded/${name}`, import.meta.url));
  return readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .filter((command) => command.startsWith('networksetup'));
}

const settings = () => [...mac.services].map(([name, { servers, search }]) => [name, servers, search]);

describe('name servers for all names', () => {
  test('are set and set back by the commands of wg-quick(8) on a Mac', async () => {
    const sets = () => mac.commands.filter((command) => command.includes(' -set'));
    expect(await dns().apply('hm-wgnet', all)).toBe('networksetup');
    expect(sets()).toEqual(recorded('full-tunnel.txt').filter((command) => command.includes(' -set')));
    mac.commands.length = 0;
    await dns().clear();
    expect(sets()).toEqual(recorded('full-tunnel-down.txt'));
  });

  test('that were changed by someone else meanwhile stay unchanged', async () => {
    await dns().apply('hm-wgnet', all);
    mac.services.set('Wi-Fi', { servers: ['192.0.2.53'], search: ['corp.example'] });
    await dns().clear();
    expect(settings()).toEqual([
      ['Wi-Fi', ['192.0.2.53'], []],
      ['Thunderbolt Bridge', [], []],
    ]);
  });

  test('that a damaged file does not name are reported, and those it names are restored; it never blocks', async () => {
    mac.services.set('Wi-Fi', { servers: ['192.0.2.53'], search: [] });
    mac.services.set('Thunderbolt Bridge', { servers: ['192.0.2.54'], search: [] });
    await dns().apply('hm-wgnet', all);
    const path = join(stateDirectory, 'dns-before.json');
    const stored = JSON.parse(readFileSync(path, 'utf8'));
    delete stored.services[1].servers;
    writeFileSync(path, JSON.stringify(stored));
    const problem = await dns().clear();
    expect(problem).toMatchObject({ code: 'dns-not-restored', remedy: expect.stringContaining('Network') });
    expect(settings()[0]).toEqual(['Wi-Fi', ['192.0.2.53'], []]);
    expect(await dns().clear()).toBeUndefined();
    expect(existsSync(path)).toBe(false);
  });

  test.each(['', '{"version":2,"serv', '[]', '{"version":1,"services":[]}'])(
    'with a file that says %j: a running helper restores them, a later one says that it cannot',
    async (text) => {
      mac.services.set('Wi-Fi', { servers: ['192.0.2.53'], search: [] });
      const was = settings();
      const running = dns();
      const path = join(stateDirectory, 'dns-before.json');
      await running.apply('hm-wgnet', all);
      writeFileSync(path, text);
      expect(await running.clear()).toBeUndefined();
      expect(settings()).toEqual(was);
      await dns().apply('hm-wgnet', all);
      writeFileSync(path, text);
      const later = dns();
      await later.apply('hm-wgnet', all);
      expect(await later.clear()).toMatchObject({ code: 'dns-not-restored' });
      expect(settings()).toEqual([
        ['Wi-Fi', [], []],
        ['Thunderbolt Bridge', [], []],
      ]);
    },
  );

  test('of a service that is not listed meanwhile are restored once it is again', async () => {
    const usb = { servers: ['192.0.2.53'], search: ['home.arpa'] };
    mac.services.set('USB Ethernet', usb);
    await dns().apply('hm-wgnet', all);
    mac.services.delete('USB Ethernet');
    await dns().apply('hm-wgnet', all);
    await dns().clear();
    await dns().apply('hm-wgnet', { ...all, servers: ['10.98.0.1'] });
    mac.services.set('USB Ethernet', usb);
    expect(usb.servers).toEqual(['10.99.0.1']);
    await dns().clear();
    expect(usb).toEqual({ servers: ['192.0.2.53'], search: ['home.arpa'] });
    expect(existsSync(join(stateDirectory, 'dns-before.json'))).toBe(false);
  });

  test('are what they were, killed at whichever command, applied however often', async () => {
    const life = fc.record({
      before: fc.constantFrom<string[]>([], ['192.0.2.53'], ['192.0.2.53', '2001:db8::53']),
      kills: fc.array(fc.nat(12), { maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(life, async ({ before, kills }) => {
        mac.services.set('Wi-Fi', { servers: [...before], search: ['home.arpa'] });
        mac.services.set('Thunderbolt Bridge', { servers: [], search: [] });
        const was = settings();
        for (const kill of kills) {
          let left = kill;
          mac.onCommand = () => {
            left -= 1;
            if (left < 0) throw new Error('killed');
          };
          await dns()
            .apply('hm-wgnet', all)
            .catch(() => undefined);
          mac.onCommand = () => undefined;
        }
        await dns().apply('hm-wgnet', all);
        expect(settings()).toEqual([
          ['Wi-Fi', ['10.99.0.1'], ['corp.example']],
          ['Thunderbolt Bridge', ['10.99.0.1'], ['corp.example']],
        ]);
        await dns().clear();
        expect(settings()).toEqual(was);
      }),
    );
  });
});

describe('name servers for some zones', () => {
  test('are files of resolver(5), and no service is touched', async () => {
    expect(await dns().apply('hm-wgnet', zones)).toBe('resolver');
    expect(readFileSync(join(folder, 'corp.example'), 'utf8')).toContain('\nnameserver 10.99.0.1\n');
    expect(mac.commands).toEqual([]);
    await dns().clear();
    expect(existsSync(folder)).toBe(false);
  });

  test('never replace or remove another program’s file', async () => {
    mkdirSync(folder);
    writeFileSync(join(folder, 'corp.example'), 'nameserver 192.0.2.1\n');
    await expect(dns().apply('hm-wgnet', zones)).rejects.toMatchObject({
      problem: { code: 'dns-not-supported' },
    });
    await dns().clear();
    expect(readdirSync(folder)).toEqual(['corp.example']);
  });
});
