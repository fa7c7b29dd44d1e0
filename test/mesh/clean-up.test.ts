import { readFile, stat, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Host } from '../lab/host.ts';
import { ping } from '../lab/ping.ts';
import { kernelHasWireGuard } from '../lab/requirements.ts';
import { diffSnapshots } from '../lab/snapshot.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import type { InstalledHost } from './support/installed-host.ts';
import { labSystem } from './support/lab-system.ts';
import { rawCall } from './support/raw-call.ts';
import { createSmallMesh, type SmallMesh, smallMesh } from './support/small-mesh.ts';
import { storedProfile } from './support/stored-profile.ts';

/** With the kernel's WireGuard there is no wireguard-go, and no socket. */
const onModule = kernelHasWireGuard();

let mesh: SmallMesh;
let laptop: InstalledHost;
let host: Host;
let hostsPath: string;
let originalHosts: Buffer;

beforeAll(async () => {
  requireLab();
  mesh = await createSmallMesh();
  laptop = mesh.laptop;
  host = laptop.host;
  hostsPath = host.outsidePath('/etc/hosts');
  originalHosts = await readFile(hostsPath);
  await laptop.startHelper();
});
afterAll(() => mesh?.destroy());

async function addressOfNas(): Promise<string> {
  const { tunnel } = await laptop.status();
  const address = tunnel.state === 'connected' ? tunnel.controllers[0]?.address : undefined;
  if (address === undefined || address === null) throw new Error('not connected to nas');
  return address;
}

/** What exists after `work` but not before, or the other way round. */
async function leftBy(work: () => Promise<unknown>): Promise<string[]> {
  const before = await host.snapshot();
  await work();
  return diffSnapshots(before, await host.snapshot());
}

/** Runs a command at the end of the test. */
function afterwards(...argv: readonly string[]): void {
  onTestFinished(async () => {
    await host.run(argv);
  });
}

/** Replaces a program by another file until the end of the test. */
async function hideBehind(replacement: string, program: string): Promise<void> {
  const path = (await host.run(['which', program])).trim();
  await host.run(['mount', '--bind', replacement, path]);
  afterwards('umount', path);
}

/**
 * Makes the hosts file read-only. @returns a function that makes it writable again; the end of the test calls it too
 */
async function readOnlyHosts(): Promise<() => Promise<void>> {
  await host.run(['mount', '--bind', '/etc/hosts', '/etc/hosts']);
  await host.run(['mount', '-o', 'remount,bind,ro', '/etc/hosts']);
  let readOnly = true;
  const writable = async () => {
    if (readOnly) await host.run(['umount', '/etc/hosts']);
    readOnly = false;
  };
  onTestFinished(writable);
  return writable;
}

describe('after up and down', () => {
  test('no interface, address, route, rule, table, process, socket, file or name is left', async () => {
    const before = await host.snapshot();
    await laptop.mustHoming(['up']);
    expect((await ping(host, `nas.${smallMesh.network}`)).received).toBe(3);
    const connected = await host.snapshot();
    await laptop.mustHoming(['down']);
    const added = diffSnapshots(before, connected).filter((line) => line.startsWith('+ '));
    const ofUserspace = onModule ? [] : ['socket'];
    // macOS has no rules, and no active packet filter.
    const ofLinux = labSystem === 'linux' ? ['rule', 'firewall'] : [];
    for (const what of [
      '/etc/hosts',
      'link',
      'address',
      'route',
      'process',
      'file',
      ...ofUserspace,
      ...ofLinux,
    ])
      expect(
        added.some((line) => line.startsWith(`+ ${what}:`)),
        what,
      ).toBe(true);
    expect(diffSnapshots(before, await host.snapshot())).toEqual([]);
  });

  test.skipIf(onModule)('no directory is left that only WireGuard needed', async () => {
    await host.run(['rmdir', '/run/wireguard']);
    const left = await leftBy(async () => {
      await laptop.mustHoming(['up']);
      await host.run(['test', '-S', `/run/wireguard/${await laptop.deviceOf(smallMesh.interfaceName)}.sock`]);
      await laptop.mustHoming(['down']);
    });
    expect(left).toEqual([]);
    await host.run(['mkdir', '-m', '700', '/run/wireguard']);
  });

  test('nothing is left when it was up twice and down twice', async () => {
    const left = await leftBy(async () => {
      await laptop.mustHoming(['up']);
      await laptop.mustHoming(['up']);
      await laptop.mustHoming(['down']);
      await laptop.mustHoming(['down']);
    });
    expect(left).toEqual([]);
  });

  test.skipIf(onModule)('nothing is left when wireguard-go was killed meanwhile', async () => {
    const left = await leftBy(async () => {
      await laptop.mustHoming(['up']);
      await host.run(['pkill', '-KILL', '-x', 'wireguard-go']);
      await sleep(300);
      await laptop.mustHoming(['down']);
    });
    expect(left).toEqual([]);
  });

  test('nothing is left after many concurrent ups and downs, the last of them down', async () => {
    const { profile, privateKey } = await storedProfile(laptop);
    const body = JSON.stringify({ profile, privateKey });
    const left = await leftBy(async () => {
      const calls = [1, 0, 0, 1, 1, 1, 0, 1, 0].map((up) =>
        up === 1 ? rawCall(host, 'PUT', '/v1/tunnel', body) : rawCall(host, 'DELETE', '/v1/tunnel'),
      );
      const answers = await Promise.all(calls);
      expect(answers.map(({ status }) => status)).toEqual(calls.map(() => 200));
      await laptop.mustHoming(['down']);
    });
    expect(left).toEqual([]);
  });

  const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
  const files: readonly (readonly [string, Buffer])[] = [
    ['with a final newline', latin1('127.0.0.1 localhost\n')],
    ['without a final newline', latin1('127.0.0.1 localhost')],
    ['with a byte that is no UTF-8', latin1('127.0.0.1 localhost\n# Büro\n192.0.2.77 drucker # \xff\n')],
    ['with Windows line ends', latin1('127.0.0.1 localhost\r\n192.0.2.77 printer\r\n')],
    ['that is empty', latin1('')],
  ];

  test.each(files)('a hosts file %s is restored, byte for byte', async (_, bytes) => {
    onTestFinished(() => writeFile(hostsPath, originalHosts));
    await writeFile(hostsPath, bytes);
    const { mode, uid, gid } = await stat(hostsPath);
    await laptop.mustHoming(['up']);
    const during = await readFile(hostsPath);
    expect(during.subarray(0, bytes.length).equals(bytes)).toBe(true);
    expect(during.includes(`nas.${smallMesh.network}`)).toBe(true);
    await laptop.mustHoming(['down']);
    expect((await readFile(hostsPath)).toString('latin1')).toBe(bytes.toString('latin1'));
    expect(await stat(hostsPath)).toMatchObject({ mode, uid, gid });
  });

  test.each(files)(
    'lines that others wrote meanwhile into a hosts file %s stay where they were written',
    async (_, bytes) => {
      onTestFinished(() => writeFile(hostsPath, originalHosts));
      await writeFile(hostsPath, bytes);
      await laptop.mustHoming(['up']);
      const above = latin1('192.0.2.78 above # \xe9\n');
      const below = latin1('192.0.2.79 below');
      await writeFile(hostsPath, Buffer.concat([above, await readFile(hostsPath), below]));
      await laptop.mustHoming(['down']);
      // The newline that the file lacked now ends a line that another one follows.
      const ended = bytes.length === 0 || bytes.at(-1) === 10 ? bytes : Buffer.concat([bytes, latin1('\n')]);
      const expected = Buffer.concat([above, ended, below]);
      expect((await readFile(hostsPath)).toString('latin1')).toBe(expected.toString('latin1'));
    },
  );

  test('mode and owner of the hosts file stay while connected too', async () => {
    afterwards('sh', '-c', 'chmod 644 /etc/hosts; chown 0:0 /etc/hosts');
    await host.run(['sh', '-c', 'chmod 664 /etc/hosts; chown 7:8 /etc/hosts']);
    const facts = async () => (await host.run(['stat', '-c', '%a %u:%g', '/etc/hosts'])).trim();
    await laptop.mustHoming(['up']);
    expect(await facts()).toBe('664 7:8');
    await laptop.mustHoming(['down']);
    expect(await facts()).toBe('664 7:8');
  });
});

describe('a hosts file that cannot be replaced', () => {
  test('is written in place where it is a mount, and restored afterwards', async () => {
    await host.run(['mount', '--bind', '/etc/hosts', '/etc/hosts']);
    afterwards('umount', '/etc/hosts');
    const { ino } = await stat(hostsPath);
    await laptop.mustHoming(['up']);
    expect((await laptop.status()).tunnel).toMatchObject({ hosts: { problem: null } });
    expect((await readFile(hostsPath)).includes(`nas.${smallMesh.network}`)).toBe(true);
    await laptop.mustHoming(['down']);
    expect((await readFile(hostsPath)).equals(originalHosts)).toBe(true);
    expect((await stat(hostsPath)).ino).toBe(ino);
    expect(await host.run(['sh', '-c', 'ls -A /etc | grep homing || true'])).toBe('');
  });

  test('is reported and not replaced where it is a symbolic link; the tunnel works by address', async () => {
    await host.run(['sh', '-ec', 'mv /etc/hosts /etc/hosts.managed; ln -s hosts.managed /etc/hosts']);
    afterwards('mv', '-T', '/etc/hosts.managed', '/etc/hosts');
    const output = await laptop.mustHoming(['up']);
    expect(output).toContain('symbolic link');
    expect((await laptop.status()).tunnel).toMatchObject({
      hosts: { problem: { code: 'hosts-not-writable' } },
    });
    expect((await ping(host, await addressOfNas())).received).toBe(3);
    await laptop.mustHoming(['down']);
    expect((await host.run(['readlink', '/etc/hosts'])).trim()).toBe('hosts.managed');
    expect((await readFile(host.outsidePath('/etc/hosts.managed'))).equals(originalHosts)).toBe(true);
  });

  test('is reported where it is read-only, and does not prevent disconnecting', async () => {
    const writable = await readOnlyHosts();
    const left = await leftBy(async () => {
      expect(await laptop.mustHoming(['up'])).toContain('/etc/hosts');
      expect((await laptop.status()).tunnel).toMatchObject({
        hosts: { problem: { code: 'hosts-not-writable' } },
      });
      await laptop.mustHoming(['down']);
    });
    expect(left).toEqual([]);
    await writable();
  });

  test('that turned read-only meanwhile does not prevent disconnecting, and is cleared by the next down', async () => {
    const before = await host.snapshot();
    await laptop.mustHoming(['up']);
    const writable = await readOnlyHosts();
    const { code, stderr } = await laptop.homing(['down']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('/etc/hosts cannot be written (EROFS)')]);
    expect((await laptop.status()).tunnel).toMatchObject({
      state: 'failed',
      problem: { code: 'hosts-not-writable' },
    });
    const links = await host.run(['ip', '-brief', 'link']);
    expect(links).not.toMatch(new RegExp(`${smallMesh.interfaceName}|utun`));
    expect((await laptop.homing(['down'])).code).toBe(1);
    await writable();
    await laptop.mustHoming(['down']);
    expect((await laptop.status()).tunnel.state).toBe('off');
    expect(diffSnapshots(before, await host.snapshot())).toEqual([]);
  });

  test('with names of an earlier helper does not prevent the helper from starting', async () => {
    await laptop.mustHoming(['up']);
    const writable = await readOnlyHosts();
    await laptop.stopHelper();
    await laptop.startHelper();
    const { tunnel, timeline } = await laptop.status();
    expect(tunnel.state).toBe('off');
    expect(timeline.map(({ kind }) => kind)).toContain('trouble');
    await writable();
    await laptop.stopHelper();
    await laptop.startHelper();
    expect((await readFile(hostsPath)).equals(originalHosts)).toBe(true);
  });

  test('that does not exist does not prevent connecting and disconnecting', async () => {
    onTestFinished(() => writeFile(hostsPath, originalHosts));
    await host.run(['rm', '/etc/hosts']);
    expect(await laptop.mustHoming(['up'])).toContain('/etc/hosts is not there');
    expect((await ping(host, await addressOfNas())).received).toBe(3);
    await laptop.mustHoming(['down']);
    expect(await host.run(['sh', '-c', 'ls /etc/hosts 2>&1 || true'])).toContain('No such file');
  });
});

describe('an up that fails halfway is undone and reports why', () => {
  async function failedUp(pattern: RegExp, exitStatus = 1): Promise<void> {
    const left = await leftBy(async () => {
      const { code, stderr } = await laptop.homing(['up']);
      expect(stderr).toMatch(pattern);
      expect(stderr.trim().split('\n').length).toBe(3);
      expect(code).toBe(exitStatus);
    });
    expect(left).toEqual([]);
  }

  test('when there is no WireGuard', async () => {
    const program = onModule ? 'wg' : 'wireguard-go';
    await hideBehind('/dev/null', program);
    await failedUp(new RegExp(program), 5);
  });

  test.skipIf(onModule)('when wireguard-go ends at once', async () => {
    await hideBehind('/bin/false', 'wireguard-go');
    await failedUp(/wireguard-go did not start/);
  });

  test('when the kernel refuses the addresses', async () => {
    const setting = 'net.ipv6.conf.default.disable_ipv6';
    afterwards('sysctl', '-q', '-w', `${setting}=0`);
    await host.run(['sysctl', '-q', '-w', `${setting}=1`]);
    await failedUp(labSystem === 'macos' ? /ifconfig utun\d+ inet6 .* failed/ : /ip -batch - failed/);
    expect((await laptop.status()).tunnel).toMatchObject({
      state: 'failed',
      problem: { code: 'tunnel-failed' },
    });
  });

  test('and the next up works', async () => {
    await laptop.mustHoming(['up']);
    expect((await ping(host, `nas.${smallMesh.network}`)).received).toBe(3);
    await laptop.mustHoming(['down']);
  });
});

test('stopping the helper with SIGTERM disconnects', async () => {
  await laptop.stopHelper();
  await host.run(['rm', '-rf', '/run/homing']);
  const left = await leftBy(async () => {
    await laptop.startHelper();
    await laptop.mustHoming(['up']);
    expect((await ping(host, `nas.${smallMesh.network}`)).received).toBe(3);
    expect(await laptop.helper.stop()).toBe(0);
  });
  expect(left).toEqual([]);
});

test('a helper that is stopped while connecting leaves nothing behind', async () => {
  const { profile, privateKey } = await storedProfile(laptop);
  const left = await leftBy(async () => {
    await laptop.startHelper();
    const call = rawCall(host, 'PUT', '/v1/tunnel', JSON.stringify({ profile, privateKey }));
    const answered = call.catch(() => undefined);
    await sleep(20);
    expect(await laptop.helper.stop()).toBe(0);
    await answered;
  });
  expect(left).toEqual([]);
});
