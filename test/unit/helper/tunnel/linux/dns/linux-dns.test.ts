import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LinuxDns } from '../../../../../../helper/tunnel/linux/dns/linux-dns.ts';
import { HomingError } from '../../../../../../shared/errors/problem.ts';
import type { DnsPlan } from '../../../../../../shared/plan/dns-plan.ts';

const home: DnsPlan = { servers: ['192.168.178.1', 'fd00:1::1'], zones: ['fritz.box'], scope: 'zones' };
const exit: DnsPlan = { servers: ['10.2.0.1'], zones: [], scope: 'all' };

let folder: string;
let ran: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'homing-dns-'));
  await mkdir(join(folder, 'etc/resolvconf'), { recursive: true });
  await mkdir(join(folder, 'run'));
  ran = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Machine {
  readonly resolvConf?: string;
  readonly nsswitch?: string;
  readonly programs: readonly string[];
  readonly version?: string;
  readonly order?: string;
}

async function machine({
  resolvConf = '',
  nsswitch = '',
  programs,
  version,
  order,
}: Machine): Promise<LinuxDns> {
  await writeFile(join(folder, 'etc/resolv.conf'), resolvConf);
  await writeFile(join(folder, 'etc/nsswitch.conf'), nsswitch);
  if (order !== undefined) await writeFile(join(folder, 'etc/resolvconf/interface-order'), order);
  return new LinuxDns({
    runner: {
      run: async () =>
        version === undefined
          ? { exitCode: 99, stdout: '', stderr: 'usage' }
          : { exitCode: 0, stdout: version, stderr: '' },
      mustRun: async (path, args, input) => {
        ran.push([path, ...args].join(' ') + (input === undefined ? '' : ` <<< ${JSON.stringify(input)}`));
        return '';
      },
    },
    runtimeDirectory: join(folder, 'run'),
    etc: join(folder, 'etc'),
    find: (name) => (programs.includes(name) ? `/usr/bin/${name}` : undefined),
  });
}

async function refusalOf(work: Promise<unknown>): Promise<string> {
  const error = await work.catch((thrown: unknown) => thrown);
  return error instanceof HomingError ? error.problem.cause : String(error);
}

describe('a machine with systemd-resolved', () => {
  it.each([
    ['its stub', { resolvConf: 'nameserver 127.0.0.53\n' }],
    ['its module for the C library', { nsswitch: 'hosts: files resolve [!UNAVAIL=return] dns\n' }],
  ])('reached by %s looks up the names of the zones at the link, and no others', async (_, files) => {
    const dns = await machine({ ...files, programs: ['resolvectl', 'resolvconf'] });
    expect(await dns.apply('hm-home', home)).toBe('systemd-resolved');
    expect(ran).toEqual([
      '/usr/bin/resolvectl dns hm-home 192.168.178.1 fd00:1::1',
      '/usr/bin/resolvectl domain hm-home fritz.box',
      '/usr/bin/resolvectl default-route hm-home no',
    ]);
    await dns.clear();
    expect(ran).toHaveLength(3);
  });

  it('looks up all names there when all traffic goes there', async () => {
    const dns = await machine({ resolvConf: 'nameserver 127.0.0.53\n', programs: ['resolvectl'] });
    await dns.apply('hm-vpn', exit);
    expect(ran.slice(1)).toEqual([
      '/usr/bin/resolvectl domain hm-vpn ~.',
      '/usr/bin/resolvectl default-route hm-vpn yes',
    ]);
  });
});

describe('a machine with resolvconf', () => {
  it('that is openresolv with a local resolver gets a private record, deleted also by the next helper', async () => {
    const settings = {
      resolvConf: 'nameserver 127.0.0.1\n',
      programs: ['resolvconf'],
      version: 'openresolv 3.13\n',
    };
    const dns = await machine(settings);
    expect(await dns.apply('hm-home', home)).toBe('resolvconf');
    expect(ran).toEqual([
      '/usr/bin/resolvconf -p -a hm-home <<< "nameserver 192.168.178.1\\nnameserver fd00:1::1\\nsearch fritz.box\\n"',
    ]);
    const next = await machine(settings);
    await next.clear();
    await next.clear();
    expect(ran.slice(1)).toEqual(['/usr/bin/resolvconf -f -d hm-home']);
    expect(await readdir(join(folder, 'run'))).toEqual([]);
  });

  it('that is openresolv gets an exclusive record of metric 0 for all names', async () => {
    const dns = await machine({ programs: ['resolvconf'], version: 'openresolv 3.13\n' });
    await dns.apply('hm-vpn', exit);
    expect(ran).toEqual(['/usr/bin/resolvconf -m 0 -x -a hm-vpn <<< "nameserver 10.2.0.1\\n"']);
  });

  it('that is Debian’s gets a record whose name comes first in its order', async () => {
    const order = '# interface-order(5)\nlo.inet\ntun*\neth*\n';
    const dns = await machine({ programs: ['resolvconf'], order });
    await dns.apply('hm-vpn', exit);
    await dns.clear();
    expect(ran).toEqual([
      '/usr/bin/resolvconf -a tun.hm-vpn <<< "nameserver 10.2.0.1\\n"',
      '/usr/bin/resolvconf -d tun.hm-vpn',
    ]);
  });

  it.each([
    ['Debian’s', { resolvConf: 'nameserver 127.0.0.1\n' }],
    [
      'openresolv without a local resolver',
      { resolvConf: 'nameserver 192.0.2.1\n', version: 'openresolv 3.13\n' },
    ],
  ])('that is %s cannot tell zones apart, and says so', async (_, files) => {
    const dns = await machine({ ...files, programs: ['resolvconf'] });
    expect(await refusalOf(dns.apply('hm-home', home))).toMatch(/of some domains only/);
    expect(ran).toEqual([]);
    expect(await readdir(join(folder, 'run'))).toEqual([]);
  });
});

it('a machine whose resolvconf belongs to an unused systemd-resolved is reported', async () => {
  const resolvConf = 'nameserver 192.0.2.1\n';
  const dns = await machine({ resolvConf, programs: ['resolvectl', 'resolvconf'], version: 'systemd 252\n' });
  expect(await refusalOf(dns.apply('hm-vpn', exit))).toMatch(/no program of this machine asks/);
  expect(ran).toEqual([]);
});

it('a machine with neither says so', async () => {
  const dns = await machine({ programs: [] });
  expect(await refusalOf(dns.apply('hm-vpn', exit))).toMatch(/neither systemd-resolved nor resolvconf/);
});
