import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import qrcode from 'qrcode';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { forget } from '../../../cli/commands/forget.ts';
import { HomingError } from '../../../shared/errors/problem.ts';
import { fingerprintOf } from '../../../shared/invite/fingerprint.ts';
import { verifyInvite } from '../../../shared/invite/read-invite.ts';
import {
  badInvites,
  nasKey,
  networkKey,
  nowMs,
  payloadWith,
  signed,
  vpsKey,
} from '../support/invite-fixtures.ts';
import { laptopKey } from '../support/network-fixtures.ts';
import { CliFolder } from '../support/run-cli.ts';

let folder: CliFolder;
beforeEach(async () => {
  folder = await CliFolder.make();
});
afterEach(() => folder.remove());

const words = fingerprintOf(networkKey).words.join(' ');

describe('homing', () => {
  it('prints the addresses that follow from names', async () => {
    const names = ['address', '--network', 'wg-test-one', '--controller', 'ctrl1'];
    const { stdout } = await folder.run([...names, '--peer', 'peer1', '--json']);
    expect(JSON.parse(stdout)).toEqual({
      base: 'fd51:19c1::/40',
      subnet: 'fd51:19c1:e:fb00::/56',
      controllerAddress: 'fd51:19c1:e:fb00::1',
      peerAddress: 'fd51:19c1:e:fb00:6987:50a0:9b93:4337',
      allowedRange: 'fd51:19c1:e:fb00:6987:50a0::/96',
    });
    expect(Object.keys(JSON.parse((await folder.run([...names, '--json'])).stdout))).toEqual([
      'base',
      'subnet',
      'controllerAddress',
    ]);
  });

  it('prints a problem on three lines, or as JSON', async () => {
    const text = await folder.run(['join-card']);
    expect(text).toMatchObject({ status: 1, stdout: '' });
    expect(text.stderr.trimEnd().split('\n')).toEqual([
      'No network is set up on this laptop yet',
      '  Nothing was imported.',
      '  Import an invite with `homing import FILE`.',
    ]);
    const json = await folder.run(['join-card', '--json']);
    expect(json).toMatchObject({ status: 1, stderr: '' });
    expect(JSON.parse(json.stdout)).toMatchObject({ error: { code: 'no-profile' } });
  });

  it.each([
    [['frob'], /unknown command 'frob'/],
    [['import'], /missing required argument 'source'/],
    [['address', '--network', 'x'], /required option '--controller <name>'/],
    [['profiles', '--frob'], /unknown option '--frob'/],
  ])('calls the command line %j wrong', async (args, cause) => {
    const { status, stderr } = await folder.run(args);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^The command line is wrong\n/);
    expect(stderr).toMatch(cause);
  });

  it('prints help and version without an error', async () => {
    expect((await folder.run(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(await folder.run(['--help'])).toMatchObject({ status: 0, stderr: '' });
    expect((await folder.run(['--help'])).stdout).toContain('Exit status:');
  });
});

describe('homing import', () => {
  it('shows the fingerprint and what it does, and asks on a terminal', async () => {
    await writeFile(folder.file('a.homing'), `${signed()}\n`);
    const no = await folder.run(['import', folder.file('a.homing')], '\n', true);
    expect(no.status).toBe(1);
    expect(no.stdout).toMatch(new RegExp(`Signed by +${words}`));
    expect(no.stderr).toContain('Nothing was imported');
    expect(existsSync(folder.file('config'))).toBe(false);
    const yes = await folder.run(['import', folder.file('a.homing')], 'y\n', true);
    expect(yes.status).toBe(0);
    expect(yes.stdout).toContain('homing join-card wgnet');
    expect((await folder.run(['profiles'])).stdout).toMatch(/^wgnet +laptop +wgnet +2 +3 +invite, serial 3/m);
  });

  it('needs --yes without a terminal', async () => {
    const { status, stderr } = await folder.run(['import', signed()]);
    expect(status).toBe(1);
    expect(stderr).toContain(words);
    expect(stderr).toContain('--yes');
    expect(existsSync(folder.file('config'))).toBe(false);
  });

  it.each([
    ['a link', `homing://join/${signed()}`, ''],
    ['standard input', '-', `${signed()}\n`],
  ])('reads %s', async (_, source, input) => {
    const { status, stdout } = await folder.run(['import', source, '--yes', '--json'], input);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'new',
      network: 'wgnet',
      serial: 3,
      names: { count: 3 },
    });
  });

  it('accepts the picture of a QR code, and names chosen by the user', async () => {
    const text = `[Interface]\nPrivateKey = ${nasKey}\nAddress = 10.42.1.2/16\n[Peer]\nPublicKey = ${vpsKey}\nAllowedIPs = 10.42.0.1/16\nEndpoint = 198.51.100.7:51820\n`;
    await writeFile(folder.file('IMG 1.png'), await qrcode.toBuffer(text));
    const source = ['import', folder.file('IMG 1.png'), '--yes', '--json'];
    expect(JSON.parse((await folder.run([...source, '--rename', 'nas'])).stdout)).toMatchObject({
      error: { code: 'bad-rename' },
    });
    const { stdout } = await folder.run([...source, '--name', 'home', '--rename', 'controller-1=nas']);
    expect(JSON.parse(stdout)).toMatchObject({
      network: 'home',
      controllers: [{ name: 'nas', public: ['198.51.100.7:51820'] }],
      names: { count: 1, domain: 'home' },
    });
  });

  it('takes a wg-quick file and shows what it leaves out', async () => {
    const text = `[Interface]\nPrivateKey = ${nasKey}\nAddress = 10.42.1.2/16\nPostUp = reboot\n[Peer]\nPublicKey = ${vpsKey}\nEndpoint = 198.51.100.7:51820\n`;
    await writeFile(folder.file('home.conf'), text);
    const { stdout } = await folder.run(['import', folder.file('home.conf'), '--yes']);
    expect(stdout).toMatch(/line 4 +PostUp = reboot +it would run a command as root/);
    expect(stdout).toContain('homing up home');
    expect(stdout).not.toContain(nasKey);
  });

  it.each(badInvites())('refuses %s, and nothing is on disk', async (_, text, code) => {
    await writeFile(folder.file('bad.homing'), text);
    const { status, stdout } = await folder.run(['import', folder.file('bad.homing'), '--yes', '--json']);
    expect(status).toBe(1);
    // The file reader stops at the limit, before an invite is parsed.
    expect(JSON.parse(stdout).error.code).toBe(code === 'invite-too-large' ? 'file-too-large' : code);
    expect(existsSync(folder.file('config'))).toBe(false);
  });

  it('says what a missing file and a join card are', async () => {
    const missing = await folder.run(['import', folder.file('none'), '--json']);
    expect(JSON.parse(missing.stdout).error.code).toBe('file-unreadable');
    const card = await folder.run(['import', '-', '--json'], 'homing-card:abc');
    expect(JSON.parse(card.stdout).error.code).toBe('join-card-given');
  });

  it('shows the changes of an update', async () => {
    await folder.run(['import', signed(), '--yes']);
    const { stdout } = await folder.run(['import', signed(payloadWith(['serial'], 4)), '--yes']);
    expect(stdout).toMatch(/Update of the network "wgnet"[\s\S]*Changes\n {2}serial +changed +3 -> 4\n/);
    expect(stdout).not.toMatch(/controller nas +changed/);
  });
});

describe('homing forget', () => {
  it('removes a network only after confirmation', async () => {
    await folder.run(['import', signed(), '--yes']);
    expect((await folder.run(['forget', 'wgnet'])).status).toBe(1);
    expect((await folder.run(['forget', 'wgnet', '--yes'])).stdout).toContain('Forgot "wgnet"');
    expect((await folder.run(['profiles'])).stdout).toContain('No network is set up');
  });

  it('refuses while that network is connected', async () => {
    await folder.run(['import', signed(), '--yes']);
    const { stdout } = await folder.run(['profiles', '--json']);
    const { id } = JSON.parse(stdout).profiles[0];
    const io = {
      stdout: process.stdout,
      stderr: process.stderr,
      stdin: process.stdin,
      env: { HOMING_CONFIG_DIR: folder.file('config') },
      now: () => nowMs,
    };
    await expect(forget(io, 'wgnet', true, async () => id)).rejects.toThrow(HomingError);
    expect((await folder.run(['profiles'])).stdout).toContain('wgnet');
  });
});

describe('homing network', () => {
  const network = (...args: string[]) =>
    folder.run(['network', ...args, '--file', folder.file('wgnet.network.json')]);

  async function wgnet(...init: string[]) {
    await network('init', 'wgnet', ...init);
    await network(
      'add-controller',
      'nas',
      '--public-key',
      nasKey,
      '--public-endpoint',
      '198.51.100.7',
      '--private-endpoint',
      '192.0.2.7',
    );
    await network('add-peer', 'laptop');
  }

  it('creates a network whose signing key only its admin can read', async () => {
    const { stdout, status } = await network('init', 'wgnet', '--domain', 'wgnet.internal');
    expect(status).toBe(0);
    expect((await stat(folder.file('wgnet.signing-key'))).mode & 0o777).toBe(0o600);
    const file = JSON.parse(await readFile(folder.file('wgnet.network.json'), 'utf8'));
    expect(file).toMatchObject({ name: 'wgnet', domain: 'wgnet.internal', serial: 1, presharedKeys: false });
    expect(stdout).toContain(fingerprintOf(file.publicKey).words.join(' '));
    expect(await network('init', 'wgnet')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('exists already'),
    });
  });

  it('leads from init to a laptop that every controller admits', async () => {
    await wgnet('--preshared-keys');
    const invite = await network(
      'invite',
      'laptop',
      '--out',
      folder.file('laptop.homing'),
      '--expires-in',
      '30d',
    );
    expect(invite.stdout).toContain('On "laptop":\n  homing import laptop.homing');
    const { payload } = verifyInvite(await readFile(folder.file('laptop.homing'), 'utf8'));
    expect(payload.expiresAt).toBe(nowMs / 1000 + 30 * 86_400);
    await folder.run(['import', folder.file('laptop.homing'), '--yes']);
    const card = (await folder.run(['join-card'])).stdout.trim();
    const added = await network('add-peer', 'laptop', '--card', card);
    expect(added.stdout).toContain('Added the keys of "laptop", serial 4.');
    const rendered = await network('render', '--controller', 'nas', '--format', 'wg-quick');
    const { publicKey } = JSON.parse((await folder.run(['join-card', '--json'])).stdout);
    expect(rendered.stdout).toContain(
      `PublicKey = ${publicKey}\nPresharedKey = ${payload.controllers[0]?.presharedKey}\n`,
    );
    const secrets = await readFile(folder.file('wgnet.signing-key'), 'utf8');
    expect(rendered.stdout).not.toContain(secrets.trim());
  });

  it('reads a join card from standard input', async () => {
    await wgnet();
    await folder.run(['import', (await network('invite', 'laptop')).stdout.trim(), '--yes']);
    const card = (await folder.run(['join-card', '--json'])).stdout;
    const added = await folder.run(
      ['network', 'add-peer', 'laptop', '--card', '-', '--file', folder.file('wgnet.network.json')],
      card,
    );
    expect(added.status).toBe(0);
  });

  describe('with the card of a laptop', () => {
    /** The card as the laptop prints it, and the six words that it shows. */
    async function joined(): Promise<{ card: string; words: string }> {
      await wgnet();
      await folder.run(['import', (await network('invite', 'laptop')).stdout.trim(), '--yes']);
      const { stdout, stderr } = await folder.run(['join-card']);
      return { card: stdout.trim(), words: stderr.trim().split(': ')[1] ?? '' };
    }

    const changedCard = (card: string, change: object) => {
      const value = JSON.parse(Buffer.from(card.slice('homing-card:'.length), 'base64url').toString());
      return `homing-card:${Buffer.from(JSON.stringify({ ...value, ...change })).toString('base64url')}`;
    };

    it('shows the admin the six words that the laptop shows', async () => {
      const { card, words: onLaptop } = await joined();
      expect(onLaptop.split(' ')).toHaveLength(6);
      const added = await network('add-peer', 'laptop', '--card', card);
      expect(added.stdout).toContain(`Made with the invite of "laptop". Its six words: ${onLaptop}\n`);
    });

    it('refuses a card whose keys were swapped in transit, even with its proof removed', async () => {
      const { card } = await joined();
      const before = await readFile(folder.file('wgnet.network.json'), 'utf8');
      const swapped = await network('add-peer', 'laptop', '--card', changedCard(card, { publicKey: vpsKey }));
      expect(swapped).toMatchObject({
        status: 1,
        stderr: expect.stringContaining('not made with the invite'),
      });
      const bare = changedCard(card, { publicKey: laptopKey, version: 1, proof: undefined });
      const stripped = await network('add-peer', 'laptop', '--card', bare);
      expect(stripped.stderr).toContain('does not prove that it comes from the invite');
      expect(await readFile(folder.file('wgnet.network.json'), 'utf8')).toBe(before);
      const compared = await network('add-peer', 'laptop', '--card', bare, '--without-proof');
      expect(compared.stdout).toContain('Not proven.');
    });

    it('does not replace keys without asking', async () => {
      const { card } = await joined();
      await network('add-peer', 'laptop', '--card', card);
      expect((await network('add-peer', 'laptop', '--card', card)).stdout).toContain('Nothing to change');
      await folder.run(['forget', 'wgnet', '--yes']);
      await folder.run(['import', (await network('invite', 'laptop')).stdout.trim(), '--yes']);
      const second = (await folder.run(['join-card'])).stdout.trim();
      const add = [
        'network',
        'add-peer',
        'laptop',
        '--card',
        second,
        '--file',
        folder.file('wgnet.network.json'),
      ];
      expect((await folder.run(add)).stderr).toContain('The keys were not replaced');
      expect((await folder.run(add, 'n\n', true)).status).toBe(1);
      expect((await folder.run(add, 'y\n', true)).stdout).toContain('Replaced the keys of "laptop"');
      expect((await folder.run([...add, '--replace-keys'])).stdout).toContain('Nothing to change');
    });
  });

  it('prints an invite as a line, a link or a QR code', async () => {
    await wgnet();
    expect((await network('invite', 'laptop')).stdout).toMatch(/^ey[\w-]+\.[\w-]+\.[\w-]+\n$/);
    expect((await network('invite', 'laptop', '--link')).stdout).toMatch(/^homing:\/\/join\/ey/);
    expect((await network('invite', 'laptop', '--qr')).stdout).toContain('█▀▀▀▀▀█');
  });

  it('writes each file of a configuration into a directory', async () => {
    await wgnet();
    const path = folder.file('out');
    const render = ['render', '--controller', 'nas', '--format', 'networkd', '--out', path];
    expect((await network(...render)).stderr).toContain('not a directory');
    await mkdir(path);
    expect((await network(...render)).stdout).toContain(
      'belongs at /etc/systemd/network/50-wgnet.netdev on "nas"',
    );
    expect((await readdir(path)).sort()).toEqual(['50-wgnet.conf', '50-wgnet.netdev', '50-wgnet.network']);
  });

  it('refuses a signing key that others can read', async () => {
    await wgnet();
    await chmod(folder.file('wgnet.signing-key'), 0o640);
    const { status, stderr } = await network('invite', 'laptop');
    expect(status).toBe(1);
    expect(stderr).toContain('has mode 640');
    expect(stderr).toContain('chmod 600');
  });

  it.each([
    [['add-controller', 'nas', '--public-key', vpsKey]],
    [['add-controller', 'a b', '--public-key', vpsKey]],
    [['add-controller', 'vps', '--public-key', 'x']],
    [['add-controller', 'vps', '--public-key', vpsKey, '--port', '65536']],
    [['add-controller', 'vps', '--public-key', vpsKey, '--port', 'ssh']],
    [['add-controller', 'vps', '--public-key', vpsKey, '--route', '0.0.0.0/0']],
    [['add-controller', 'vps', '--public-key', vpsKey, '--route', '192.168.1.0/24']],
    [['add-controller', 'vps', '--public-key', vpsKey, '--migrate', 'maybe']],
    [['add-peer', 'phone', '--ipv4', '10.42.0.9']],
    [['show', 'phone']],
    [['remove-peer', 'nas']],
    [['remove-controller', 'laptop']],
    [['rename', 'nas', 'laptop']],
    [['set-endpoint', 'nas']],
    [['set-endpoint', 'nas', '--port', '0']],
    [['set-member', 'laptop', '--route', '2001:db8:7::/64']],
    [['set', '--ipv4', '198.51.100.0/24']],
    [['set', '--mtu', 'big']],
    [['add-peer', 'laptop']],
    [['add-peer', 'phone', '--card', 'homing-card:x']],
    [['add-peer', 'phone', '--default-controller', 'x']],
    [['invite', 'phone']],
    [['invite', 'laptop', '--expires-in', 'soon']],
    [['render', '--controller', 'x', '--format', 'nixos']],
    [['render', '--controller', 'nas', '--format', 'x']],
  ])('refuses %j and changes nothing on disk', async (args) => {
    await wgnet();
    const before = [await readdir(folder.path), await readFile(folder.file('wgnet.network.json'), 'utf8')];
    const { status, stdout, stderr } = await network(...args);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toHaveLength(3);
    expect([await readdir(folder.path), await readFile(folder.file('wgnet.network.json'), 'utf8')]).toEqual(
      before,
    );
  });

  it('lists the network and shows one machine, as text and as JSON', async () => {
    await wgnet('--ipv4', '10.42.0.0/16');
    const list = await network('list');
    expect(list.stdout).toMatch(
      /nas +fd7d:31c7:4:7d00::1 +10\.42\.0\.1 +192\.0\.2\.7:51820 +198\.51\.100\.7:51820 +- +default/,
    );
    expect(list.stdout).toMatch(
      /laptop +fd7d:31c7:4:7d00:5eec:dc4:19aa:8337 +10\.42\.0\.2 +waiting for its join card +nas/,
    );
    expect(list.stdout).not.toMatch(/ \n/);
    expect(JSON.parse((await network('list', '--json')).stdout).serial).toBe(3);
    expect((await network('show', 'nas')).stdout).toMatch(/^nas: controller of "wgnet", the default\n/);
    expect(JSON.parse((await network('show', 'laptop', '--json')).stdout)).toMatchObject({
      kind: 'peer',
      ipv4: '10.42.0.2',
      addresses: ['fd7d:31c7:4:7d00:5eec:dc4:19aa:8337'],
    });
  });

  it('prints after each change what must be rendered or sent', async () => {
    await wgnet();
    await network('add-controller', 'vps', '--public-key', vpsKey, '--public-endpoint', '203.0.113.9');
    const file = folder.file('wgnet.network.json');
    const moved = await network('set-endpoint', 'nas', '--public-endpoint', '198.51.100.9');
    expect(moved.stdout).toContain(
      `  homing network render --controller vps --format wg-quick --file ${file}\n`,
    );
    expect(moved.stdout).not.toContain('--controller nas');
    expect(moved.stdout).toContain(`  homing network invite laptop --out laptop.homing --file ${file}\n`);
    expect((await network('set-endpoint', 'nas', '--public-endpoint', '198.51.100.9')).stdout).toMatch(
      /^Nothing to change/,
    );
    const renamed = await network('rename', 'nas', 'store');
    expect(renamed.stdout).toMatch(
      /^Renamed "nas" to "store": fd7d:31c7:4:7d00::1 is now fd7d:31c7:\S+::1, serial 6\.\n/,
    );
    const removed = await network('remove-controller', 'store');
    expect(removed.stdout).toContain('"vps" is the default controller now');
    expect(removed.stdout).toMatch(/running until stopped on the machine itself:\n {2}store\n/);
    expect((await network('remove-peer', 'laptop')).stdout).toMatch(/^Removed the peer "laptop", serial 8\./);
  });

  it('reports a file that was edited by hand, and gives it a new serial', async () => {
    await wgnet();
    const path = folder.file('wgnet.network.json');
    const edit = async (from: string, to: string) =>
      await writeFile(path, (await readFile(path, 'utf8')).replace(from, to));
    await edit('198.51.100.7', '198.51.100.8');
    expect((await network('list')).stderr).toContain('edited by hand since serial 3');
    expect((await network('render', '--controller', 'nas', '--format', 'hosts')).stderr).toContain(
      'edited by hand',
    );
    const invite = await network('invite', 'laptop');
    expect(invite.stderr).toContain('the edited file has serial 4');
    expect(verifyInvite(invite.stdout.trim()).payload.serial).toBe(4);
    expect((await network('invite', 'laptop')).stderr).toBe('');
    await edit('198.51.100.8', '198.51.100.9');
    const added = await network('add-peer', 'phone');
    expect(added.stderr).toContain('the edited file has serial 5');
    expect((await network('list')).stderr).toBe('');
  });

  it('runs two concurrent changes one after the other', async () => {
    await wgnet();
    await Promise.all(['a', 'b', 'c', 'd'].map((name) => network('add-peer', name)));
    const file = JSON.parse(await readFile(folder.file('wgnet.network.json'), 'utf8'));
    expect(file.peers.map(({ name }: { name: string }) => name)).toEqual(['a', 'b', 'c', 'd', 'laptop']);
    expect(file.serial).toBe(7);
    expect(JSON.stringify(file)).not.toContain(laptopKey);
  });
});
