import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { errorBodySchema } from '../../shared/contract/control-api.ts';
import { bodyLimitBytes } from '../../shared/contract/requests.ts';
import { fromBase64url } from '../../shared/invite/base64url.ts';
import { signCompact } from '../../shared/invite/jws.ts';
import { generateSigningKey, parseSigningKey, type SigningKey } from '../../shared/invite/network-key.ts';
import type { CommandResult } from '../lab/command.ts';
import type { Host, HostUser } from '../lab/host.ts';
import { ping } from '../lab/ping.ts';
import { kernelHasWireGuard } from '../lab/requirements.ts';
import { diffSnapshots } from '../lab/snapshot.ts';
import { generateKeys, startController } from '../lab/wireguard-host.ts';
import { requireLab } from '../lab-tests/require-lab.ts';
import { oneStory } from '../support/one-story.ts';
import { homingCommand, type InstalledHost, nodeProgram } from './support/installed-host.ts';
import { rawCall, socketPath } from './support/raw-call.ts';
import { createSmallMesh, type SmallMesh, smallMesh } from './support/small-mesh.ts';
import { type StoredProfile, storedProfile, withValue } from './support/stored-profile.ts';

let mesh: SmallMesh;
let laptop: InstalledHost;
let host: Host;
let stored: StoredProfile;

oneStory();

beforeAll(async () => {
  requireLab();
  mesh = await createSmallMesh();
  laptop = mesh.laptop;
  host = laptop.host;
  stored = await storedProfile(laptop);
});
afterAll(() => mesh?.destroy());

describe('the command line reports each problem with the helper, and what to do', () => {
  const said = new Map<string, string>();

  /** Title, cause and remedy on standard error, nothing on standard output, and the exit status. */
  function expectRefusal(result: CommandResult, exitStatus: number, cause: RegExp): void {
    const [title, why = '', remedy, ...more] = result.stderr.trimEnd().split('\n');
    expect(result).toMatchObject({ code: exitStatus, stdout: '' });
    expect(why).toMatch(cause);
    expect([title?.startsWith(' '), remedy?.startsWith('  '), more]).toEqual([false, true, []]);
    said.set(result.stderr, why);
  }

  /** A program that listens on the helper's socket, and answers every call in another version of the API. */
  async function startImpostor(path: string, version: string, user?: HostUser): Promise<void> {
    const script = [
      'const [, path, version] = process.argv;',
      "const { createServer } = require('node:http');",
      "const answer = (_, response) => response.setHeader('homing-api', version).end('{}');",
      "createServer(answer).listen(path, () => { require('fs').chmodSync(path, 0o666); console.log('ready'); });",
    ].join('\n');
    const argv = [nodeProgram, '-e', script, path, version];
    const impostor = await host.spawn(argv, user === undefined ? {} : { user });
    onTestFinished(async () => {
      await impostor.stop();
      await host.run(['rm', '-f', path]);
    });
    await impostor.stdout.waitFor(/ready/);
  }

  test('when no helper runs', async () => {
    expectRefusal(await laptop.homing(['up']), 3, /no such socket/);
  });

  test('when a helper was killed and its socket is still there', async () => {
    await laptop.startHelper();
    await laptop.killHelper();
    expectRefusal(await laptop.homing(['status']), 3, /ECONNREFUSED/);
    await host.run(['rm', '-r', '/run/homing']);
  });

  test('when the helper is older', async () => {
    await host.run(['mkdir', '-m', '755', '/run/homing']);
    await startImpostor(socketPath, '0');
    expectRefusal(await laptop.homing(['status']), 4, /version 0 of the control API/);
  });

  test('when the helper is newer', async () => {
    await startImpostor(socketPath, '7');
    const result = await laptop.homing(['status']);
    expectRefusal(result, 4, /version 7 of the control API/);
    expect(result.stderr).toContain('newer');
  });

  test('when the socket is in a directory that root does not own, and sends it nothing', async () => {
    const folder = `${laptop.user.home}/run`;
    await host.run(['install', '-d', '-o', `${laptop.user.uid}`, folder]);
    const path = `${folder}/helper.sock`;
    await startImpostor(path, '1', laptop.user);
    const options = { user: laptop.user, env: { HOMING_SOCKET: path } };
    const result = await host.exec([...homingCommand, 'up'], options);
    expectRefusal(result, 6, /belongs to user 1000/);
    expect(result.stderr).toContain('Nothing was sent');
  });

  test('when the directory of the socket can be written by others', async () => {
    await host.run(['mkdir', '-m', '777', '/run/open']);
    onTestFinished(async () => {
      await host.run(['rm', '-r', '/run/open']);
    });
    await startImpostor('/run/open/helper.sock', '1');
    const options = { user: laptop.user, env: { HOMING_SOCKET: '/run/open/helper.sock' } };
    expectRefusal(await host.exec([...homingCommand, 'up'], options), 6, /mode 777/);
  });

  test('for another user', async () => {
    await laptop.startHelper();
    const eve = await host.addUser('eve', 1001);
    expectRefusal(await host.exec([...homingCommand, 'status'], { user: eve }), 6, /one user only/);
  });

  test('when there is no WireGuard', async () => {
    const program = kernelHasWireGuard() ? 'wg' : 'wireguard-go';
    const path = (await host.run(['which', program])).trim();
    await host.run(['mount', '--bind', '/dev/null', path]);
    onTestFinished(async () => {
      await host.run(['umount', path]);
    });
    expectRefusal(await laptop.homing(['up']), 5, new RegExp(program));
  });

  test('and all these messages differ', () => {
    expect(said.size).toBe(8);
    expect(new Set(said.values()).size).toBe(8);
  });
});

describe('the helper itself refuses, with a 4xx and a sentence, and changes nothing,', () => {
  const routes = ['controllers', 0, 'routes'];
  const profiles: readonly (readonly [string, readonly (string | number)[], unknown])[] = [
    ['the interface eth0', ['interfaceName'], 'eth0'],
    ['the interface --x', ['interfaceName'], '--x'],
    ['an interface of another program', ['interfaceName'], 'wg0'],
    ['an interface with a path', ['interfaceName'], 'hm/../../x'],
    ['a route to everything', routes, ['0.0.0.0/0']],
    ['a route to everything by IPv6', routes, ['::/0']],
    ['a route over loopback', routes, ['127.0.0.0/8']],
    ['a route over link-local addresses', routes, ['fe80::/10']],
    ['a route over multicast', routes, ['224.0.0.0/4']],
    ['a route that is an option', routes, ['--x']],
    ['a subnet outside of the network', ['controllers', 0, 'subnet'], 'fd00:1234:5678:9a00::/56'],
    ['a public subnet', ['controllers', 0, 'subnet'], '2001:db8:0:100::/56'],
    ['a host name with a newline', ['machines', 0, 'name'], 'nas\n192.0.2.1 bank.example'],
    ['a host name with a space', ['machines', 0, 'name'], 'nas bank.example'],
    ['a host name with an empty label', ['machines', 0, 'name'], 'www..bank'],
    ['the domain com', ['network', 'domain'], 'com'],
    ['the domain github.com', ['network', 'domain'], 'github.com'],
    ['the domain localhost', ['network', 'domain'], 'localhost'],
    ['an endpoint that is an option', ['controllers', 0, 'endpoints', 'public'], ['--x:1']],
    ['a key with a newline', ['controllers', 0, 'publicKey'], `${'A'.repeat(43)}=\n[Interface]`],
    ['an MTU of text', ['settings', 'mtu'], '1420 up; reboot'],
    ['a field that runs a command', ['postUp'], 'touch /tmp/ran'],
  ];

  function twoOfOneKey(): unknown {
    const { controllers } = stored.profile;
    const [nas]: unknown[] = Array.isArray(controllers) ? controllers : [];
    return withValue(stored.profile, ['controllers'], [nas, withValue(nas, ['name'], 'vps')]);
  }

  test('every profile that could harm the machine', async () => {
    const before = await host.snapshot();
    const { tunnel } = await laptop.status();
    const bad: (readonly [string, unknown])[] = profiles.map(([what, path, value]) => [
      what,
      withValue(stored.profile, path, value),
    ]);
    for (const [what, profile] of [...bad, ['two controllers of one key', twoOfOneKey()] as const]) {
      const body = JSON.stringify({ profile, privateKey: stored.privateKey });
      const { status, text } = await rawCall(host, 'PUT', '/v1/tunnel', body);
      expect([what, status]).toEqual([what, 400]);
      const { error } = errorBodySchema.parse(JSON.parse(text));
      expect([what, error.cause, error.remedy]).toEqual([
        what,
        expect.stringMatching(/^\S+ is .+\.$/s),
        expect.stringMatching(/./),
      ]);
      expect(error.cause, 'a value may not forge lines of a log').not.toContain('\n');
      expect(text).not.toContain(stored.privateKey);
    }
    expect(diffSnapshots(before, await host.snapshot())).toEqual([]);
    expect((await laptop.status()).tunnel).toEqual(tunnel);
  });

  test('broken JSON, a bad key and an unknown call', async () => {
    const before = await host.snapshot();
    const { profile } = stored;
    const calls: readonly (readonly [string, string, string, number])[] = [
      ['PUT', '/v1/tunnel', '{"profile":', 400],
      ['PUT', '/v1/tunnel', '', 400],
      ['PUT', '/v1/tunnel', JSON.stringify({ profile, privateKey: 'abc' }), 400],
      ['PUT', '/v1/tunnel', JSON.stringify({ profile }), 400],
      ['POST', '/v1/probe', '{"controller":7}', 400],
      ['POST', '/v1/probe', '{}', 409],
      ['GET', '/v1/nothing', '', 404],
      ['PATCH', '/v1/tunnel', '{}', 404],
      ['GET', '/../etc/shadow', '', 404],
    ];
    for (const [method, path, body, expected] of calls) {
      const what = `${method} ${path} ${body.slice(0, 30)}`;
      const { status, text } = await rawCall(host, method, path, body);
      expect([what, status]).toEqual([what, expected]);
      expect(errorBodySchema.parse(JSON.parse(text)).error.remedy).not.toBe('');
    }
    expect(diffSnapshots(before, await host.snapshot())).toEqual([]);
  });

  test.each([
    ['that says its length', 'X-Nothing: 1'],
    ['that does not say its length', 'Transfer-Encoding: chunked'],
  ])('a body over 4 MiB %s', async (_, header) => {
    const file = `${laptop.user.home}/large`;
    await host.writeFile(file, 'x'.repeat(bodyLimitBytes + 1), 0o644);
    const put = ['-sS', '-w', '\n%{http_code}', '-X', 'PUT', '-H', header, '--data-binary', `@${file}`];
    const argv = ['curl', '--unix-socket', socketPath, ...put, 'http://homing/v1/tunnel'];
    const [text = '', status] = (await host.run(argv, { user: laptop.user })).split('\n');
    expect(status).toBe('413');
    expect(errorBodySchema.parse(JSON.parse(text)).error.code).toBe('too-large');
  });

  test('a bad profile while another is connected, which stays unchanged', async () => {
    await laptop.mustHoming(['up']);
    const before = (await laptop.status()).tunnel;
    const profile = withValue(stored.profile, routes, ['0.0.0.0/0']);
    const body = JSON.stringify({ profile, privateKey: stored.privateKey });
    expect((await rawCall(host, 'PUT', '/v1/tunnel', body)).status).toBe(400);
    const { tunnel } = await laptop.status();
    expect(tunnel).toMatchObject({
      state: 'connected',
      since: before.state === 'connected' ? before.since : '',
    });
    expect((await ping(host, `nas.${smallMesh.network}`)).received).toBe(3);
    await laptop.mustHoming(['down']);
  });

  test('an interface of its name that another program created, and leaves it there', async () => {
    await host.run(['ip', 'link', 'add', smallMesh.interfaceName, 'type', 'bridge']);
    onTestFinished(async () => {
      await host.run(['ip', 'link', 'delete', smallMesh.interfaceName]);
    });
    const before = await host.snapshot();
    const { code, stderr } = await laptop.homing(['up']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('was not made by Homing')]);
    expect(diffSnapshots(before, await host.snapshot())).toEqual([]);
  });
});

describe('an import is refused whole', () => {
  let invite: string;
  let signingKey: SigningKey;

  beforeAll(async () => {
    // The card raised the serial: this one is newer than the one that was imported.
    invite = (await mesh.network.invite('laptop')).trim();
    const keyFile = `${laptop.user.home}/${smallMesh.network}.signing-key`;
    signingKey = parseSigningKey(await host.readFile(keyFile), keyFile);
  });

  function resigned(path: readonly (string | number)[], value: unknown, key = signingKey): string {
    const bytes = fromBase64url(invite.split('.')[1] ?? '') ?? new Uint8Array();
    return signCompact(withValue(JSON.parse(new TextDecoder().decode(bytes)), path, value), key);
  }

  /** Every file of the user with its size, mode and time of change. */
  function disk(): Promise<string> {
    const script = 'find "$1" -printf "%p %s %m %T@ %C@\\n" | sort';
    return host.run(['/bin/sh', '-c', script, 'sh', laptop.user.home]);
  }

  const hourAgo = Math.floor(Date.now() / 1_000) - 3_600;
  const defects: readonly (readonly [string, () => string, RegExp])[] = [
    ['that is cut off', () => invite.slice(0, -9), /signature has 77 characters/],
    ['of more than 1 MiB', () => `${invite}${' '.repeat(1024 * 1024)}`, /more than 1048576 bytes/],
    ['that expired', () => resigned(['expiresAt'], hourAgo), /expired|expiresAt/],
    [
      'that was changed after it was signed',
      () => {
        const [header, , signature] = invite.split('.');
        return [header, resigned(['serial'], 99).split('.')[1], signature].join('.');
      },
      /changed after it was signed/,
    ],
    ['with an older serial', () => resigned(['serial'], 1), /serial is 1/],
    [
      'signed by another key than that of the network here',
      () => resigned(['serial'], 99, generateSigningKey()),
      /is signed by ".+"; the network here is ".+"/,
    ],
    ['for the domain github.com', () => resigned(['network', 'domain'], 'github.com'), /github\.com/],
    ['with a host name of two lines', () => resigned(['machines', 0, 'name'], 'a\nb'), /machines\[0\]\.name/],
    ['with a foreign subnet', () => resigned(['controllers', 0, 'subnet'], 'fd00::/56'), /subnet/],
  ];

  test.each(defects)(
    'with an invite %s, in a sentence, with nothing on disk changed',
    async (_, text, cause) => {
      const before = await disk();
      const { code, stdout, stderr } = await laptop.homing(['import', '-', '--yes'], { input: text() });
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(cause);
      expect(stderr.trimEnd().split('\n').length).toBe(3);
      expect(await disk()).toBe(before);
    },
  );

  test('unless it is valid', async () => {
    await laptop.mustHoming(['import', '-', '--yes'], { input: resigned(['serial'], 99) });
    expect(await storedProfile(laptop)).toMatchObject({
      profile: { serial: 99 },
      privateKey: stored.privateKey,
    });
  });
});

describe('a wg-quick file', () => {
  const inside = { nas: '198.51.100.1', laptop: '198.51.100.2' };
  const busyPort = 51_899;

  beforeAll(async () => {
    const [nas, own] = await Promise.all([generateKeys(mesh.nas), generateKeys(host)]);
    await startController(mesh.nas, {
      privateKey: nas.privateKey,
      interfaceName: 'wg1',
      configText: [
        '[Interface]',
        `PrivateKey = ${nas.privateKey}`,
        `Address = ${inside.nas}/24`,
        'ListenPort = 51821',
        '[Peer]',
        `PublicKey = ${own.publicKey}`,
        `AllowedIPs = ${inside.laptop}/32`,
        '',
      ].join('\n'),
    });
    const lines = [
      '[Interface]',
      `PrivateKey = ${own.privateKey}`,
      `Address = ${inside.laptop}/24`,
      `ListenPort = ${busyPort}`,
      'PostUp = touch /tmp/ran-as-root',
      'PreDown = touch /tmp/ran-as-root; reboot',
      'Table = off',
      'SaveConfig = true',
      '[Peer]',
      '# nas',
      `PublicKey = ${nas.publicKey}`,
      `Endpoint = ${smallMesh.nas}:51821`,
      'AllowedIPs = 198.51.100.0/24',
      '',
    ];
    await host.writeFile(`${laptop.user.home}/office.conf`, lines.join('\n'), 0o644);
  });

  test('with PostUp lines is imported without them, and each is listed as refused', async () => {
    const output = await laptop.mustHoming(['import', `${laptop.user.home}/office.conf`, '--yes']);
    for (const [line, key] of [
      [5, 'PostUp = touch /tmp/ran-as-root'],
      [6, 'PreDown = touch /tmp/ran-as-root; reboot'],
      [7, 'Table = off'],
      [8, 'SaveConfig = true'],
    ] as const)
      expect(output).toMatch(new RegExp(`line ${line} +${key.replaceAll(/[.*/]/g, '\\$&')} +\\S`));
    const kept = await host
      .run(['grep', '-rl', 'ran-as-root', `${laptop.user.home}/.config`, '/run'], {})
      .catch(() => '');
    expect(kept).toBe('');
  });

  test('connects to a real WireGuard by IPv4, runs no command of the file, and is removed without a trace', async () => {
    const before = await host.snapshot();
    await laptop.mustHoming(['up', 'office']);
    expect((await ping(host, inside.nas)).received).toBe(3);
    expect((await ping(mesh.nas, inside.laptop)).received).toBe(3);
    expect((await laptop.status()).tunnel).toMatchObject({ state: 'connected', listenPort: busyPort });
    await laptop.mustHoming(['down']);
    expect(diffSnapshots(before, await host.snapshot())).toEqual([]);
    expect((await host.exec(['test', '-e', '/tmp/ran-as-root'])).code).toBe(1);
  });

  test('whose port is in use gets another port, and the timeline says so', async () => {
    const script = `require('node:dgram').createSocket('udp4').bind(${busyPort}, () => console.log('bound'))`;
    const other = await host.spawn([nodeProgram, '-e', script]);
    onTestFinished(async () => {
      await other.stop();
    });
    await other.stdout.waitFor(/bound/);
    await laptop.mustHoming(['up', 'office']);
    const { tunnel, timeline } = await laptop.status();
    expect(tunnel.state === 'connected' && tunnel.listenPort).not.toBe(busyPort);
    const [changed] = timeline.filter(({ kind }) => kind === 'port-changed');
    expect(changed?.reason).toBe(
      `another program uses UDP port ${busyPort}; the tunnel uses ${tunnel.state === 'connected' && tunnel.listenPort}`,
    );
    expect((await ping(host, inside.nas)).received).toBe(3);
    await laptop.mustHoming(['down']);
  });

  test('and an invite are two networks, of which one is connected at a time', async () => {
    const before = await host.snapshot();
    await laptop.mustHoming(['up', 'office']);
    await laptop.mustHoming(['up', smallMesh.network]);
    expect(await host.run(['ip', '-brief', 'link'])).not.toContain('hm-office');
    expect((await ping(host, `nas.${smallMesh.network}`)).received).toBe(3);
    await laptop.mustHoming(['down']);
    expect(diffSnapshots(before, await host.snapshot())).toEqual([]);
  });
});
