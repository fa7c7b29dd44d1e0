import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HomingError } from '../../../../shared/errors/problem.ts';
import { publicKeyOf } from '../../../../shared/keys/probe-key.ts';
import { parsePrivateKey } from '../../../../shared/keys/wireguard-key.ts';
import { profileSchema } from '../../../../shared/profile/profile.ts';
import { parseWgQuick } from '../../../../shared/wgquick/import.ts';
import { nasKey, refusalOf, vpsKey } from '../../support/invite-fixtures.ts';

const privateKey = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAEA=';
const tabletKey = 'gN65BkIKy1eCE9pP1wdc8ROUtkHLF2PfAqYdyYBz6EA=';

const file = `# My laptop
[interface]
PRIVATEKEY = ${privateKey}
Address = 10.42.1.2/16, fd00:42::2/64
address = 10.43.0.2 # a second line
PostUp = iptables -A FORWARD -i %i -j ACCEPT
PreDown = /bin/true
DNS = 10.42.0.1
Table = off
MTU = 1380
ListenPort = 51900

# nas
[Peer]
PublicKey = ${nasKey}
PresharedKey = ${vpsKey}
AllowedIPs = 10.42.0.1/32
AllowedIPs = 10.42.9.9/16, fd00:42::9/64
Endpoint = 198.51.100.7:51820
# PrivateEndpoint = 192.0.2.7:51820
# PrivateEndpoint = [fd00:1::7]:51820
PersistentKeepalive = 15

[Peer]
PublicKey = ${vpsKey}
AllowedIPs = 10.44.0.0/16
endpoint = vps.example.org:51820

[Peer]
# Name = tablet
PublicKey = ${tabletKey}
AllowedIPs = 10.42.3.3/32
`;

/** The file with one line replaced, counted from 1. */
function withLine(number: number, text: string): string {
  return file
    .split('\n')
    .map((line, i) => (i === number - 1 ? text : line))
    .join('\n');
}

describe('a wg-quick file', () => {
  const { profile, privateKey: key, refusedLines } = parseWgQuick(file, '/home/me/wgnet.conf');

  it('becomes a profile that the helper accepts, named after the file', () => {
    expect(profileSchema.parse(profile)).toEqual(profile);
    expect(profile.network).toEqual({ name: 'wgnet', domain: 'wgnet' });
    expect(profile.interfaceName).toBe('hm-wgnet');
    expect(key).toBe(privateKey);
    expect(JSON.stringify(profile)).not.toContain(privateKey);
  });

  it('keeps own addresses with their host bits', () => {
    expect(profile.peer).toEqual({
      name: 'this-laptop',
      addresses: ['10.42.1.2/16', 'fd00:42::2/64', '10.43.0.2/32'],
    });
  });

  it('takes each peer with an endpoint as a controller, with its LAN side', () => {
    expect(profile.controllers).toEqual([
      {
        name: 'nas',
        publicKey: nasKey,
        presharedKey: vpsKey,
        endpoints: {
          private: ['192.0.2.7:51820', '[fd00:1::7]:51820'],
          public: ['198.51.100.7:51820'],
        },
        allowedIps: ['10.42.0.1/32', '10.42.0.0/16', 'fd00:42::/64'],
      },
      {
        name: 'controller-1',
        publicKey: vpsKey,
        endpoints: { private: [], public: ['vps.example.org:51820'] },
        allowedIps: ['10.44.0.0/16'],
      },
    ]);
  });

  it('takes named peers as machines with their first single address', () => {
    expect(profile.machines).toEqual([
      { name: 'nas', kind: 'controller', address: '10.42.0.1' },
      { name: 'tablet', kind: 'peer', address: '10.42.3.3' },
    ]);
  });

  it('honours MTU, ListenPort and PersistentKeepalive', () => {
    expect(profile.settings).toMatchObject({ mtu: 1380, listenPort: 51900, persistentKeepaliveSeconds: 15 });
  });

  it('runs no command, and lists ignored lines with the reason', () => {
    expect(refusedLines.map(({ line, text }) => `${line} ${text}`)).toEqual([
      '6 PostUp = iptables -A FORWARD -i %i -j ACCEPT',
      '7 PreDown = /bin/true',
      '8 DNS = 10.42.0.1',
      '9 Table = off',
    ]);
    expect(refusedLines[0]?.reason).toContain('runs no command');
    expect(JSON.stringify(profile)).not.toContain('iptables');
  });

  it('stays the same network when a peer is added, and differs with another key', () => {
    const more = `${file}\n[Peer]\nPublicKey = ${privateKey}\nAllowedIPs = 10.45.0.0/16\n`;
    expect(parseWgQuick(more, 'wgnet.conf').profile.id).toBe(profile.id);
    expect(parseWgQuick(withLine(3, `PrivateKey = ${vpsKey}`), 'wgnet.conf').profile.id).not.toBe(profile.id);
  });

  it('lists a peer without endpoint and name as ignored', () => {
    const more = `${file}\n[Peer]\nPublicKey = ${privateKey}\nAllowedIPs = 10.45.0.1/32\n`;
    expect(parseWgQuick(more, 'wgnet.conf').refusedLines.at(-1)).toMatchObject({ text: '[Peer]' });
  });

  it.each([
    ['wgnet.conf', 'wgnet', 'wgnet'],
    ['C:\\VPN\\My Home (2).CONF', 'my-home-2', 'my-home-2'],
    ['dev.conf', 'dev', 'dev.internal'],
    ['localhost.conf', 'localhost', 'localhost.internal'],
    ['....conf', 'tunnel', 'tunnel'],
    ['-', 'tunnel', 'tunnel'],
  ])('named %s makes the network %s with the domain %s', (fileName, name, domain) => {
    expect(parseWgQuick(file, fileName).profile.network).toEqual({ name, domain });
  });

  it('turns keepalive off only when it is off everywhere', () => {
    const seconds = (text: string) => parseWgQuick(text, 'x').profile.settings.persistentKeepaliveSeconds;
    expect(seconds(withLine(22, ''))).toBe(25);
    expect(seconds(withLine(22, 'PersistentKeepalive = off'))).toBe(25);
    expect(
      seconds(
        withLine(22, 'PersistentKeepalive = 0').replace(
          'endpoint =',
          'PersistentKeepalive = off\nendpoint =',
        ),
      ),
    ).toBe(0);
  });

  it.each([
    ['0.0.0.0/0, ::/0', ['0.0.0.0/0', '::/0']],
    ['0.0.0.0/0, ::0/0', ['0.0.0.0/0', '::/0']],
    ['0.0.0.0/1, 128.0.0.0/1, ::/1, 8000::/1', ['0.0.0.0/0', '::/0']],
    ['128.0.0.0/1, 10.50.0.0/16, 0.0.0.0/1', ['10.50.0.0/16', '0.0.0.0/0']],
    ['0.0.0.0/1', ['0.0.0.0/1']],
  ])('carries the default route that %s means', (allowedIps, ranges) => {
    const { controllers } = parseWgQuick(withLine(26, `AllowedIPs = ${allowedIps}`), 'x').profile;
    expect(controllers[1]?.allowedIps).toEqual(ranges);
  });

  it('gives a range that two peers have to the last of them, as WireGuard does, and lists it', () => {
    const { profile: other, refusedLines: lines } = parseWgQuick(
      withLine(26, 'AllowedIPs = 10.42.0.0/16'),
      'x',
    );
    expect(other.controllers.map(({ allowedIps }) => allowedIps)).toEqual([
      ['10.42.0.1/32', 'fd00:42::/64'],
      ['10.42.0.0/16'],
    ]);
    expect(lines).toContainEqual({
      line: 14,
      text: 'AllowedIPs = 10.42.0.0/16',
      reason: expect.stringContaining('line 24'),
    });
  });

  it.each([
    ['# Name = nas.example.org', 'nas-example-org', 'nas.example.org'],
    ['# Name = attic.example.org', 'attic', 'attic.example.org'],
    ['# Name = nas', 'nas-2', 'nas'],
    ['# Client: Big NAS (0b1c)', 'big-nas', 'Big NAS (0b1c)'],
    ['### begin tablet ###', 'tablet', undefined],
    ['# Büro NAS (Keller)', 'büro-nas', 'Büro NAS (Keller)'],
    ['# NL-FREE#12', 'nl-free-12', 'NL-FREE#12'],
    [
      '# PresharedKey not used by this one, as it is old',
      'controller-2',
      'PresharedKey not used by this one, as it is old',
    ],
    ['# MTU = 1380', 'controller-2', 'MTU = 1380'],
    ['# ???', 'controller-2', '???'],
  ])('derives the name of a peer from the comment "%s"', (comment, name, description) => {
    const text = withLine(30, comment).replace('AllowedIPs = 10.42.3.3/32', 'Endpoint = 203.0.113.3:1');
    const third = parseWgQuick(text, 'x').profile.controllers[2];
    expect(third).toMatchObject({ name });
    expect(third?.description).toBe(description);
  });

  it('lists a private endpoint that cannot be used, and takes the others', () => {
    const { profile: other, refusedLines: lines } = parseWgQuick(
      withLine(20, '# PrivateEndpoint = nowhere'),
      'x',
    );
    expect(other.controllers[0]?.endpoints.private).toEqual(['[fd00:1::7]:51820']);
    expect(lines).toContainEqual(expect.objectContaining({ line: 20 }));
  });

  it('takes an MTU below that of IPv6 when the tunnel has IPv4 only', () => {
    const ipv4 = withLine(4, 'Address = 10.42.1.2/16').replace('MTU = 1380', 'MTU = 1200');
    expect(parseWgQuick(ipv4, 'x').profile.settings.mtu).toBe(1200);
    expect(refusalOf(() => parseWgQuick(ipv4.replace('1200', '500'), 'x')).cause).toMatch(/from 576/);
  });

  it('ignores a peer that is this laptop itself, and its own address in AllowedIPs', () => {
    const own = publicKeyOf(parsePrivateKey(privateKey, 'key'));
    const text = withLine(17, 'AllowedIPs = 10.42.0.1/32, 10.43.0.2/32').replace(tabletKey, own);
    const { profile: other, refusedLines: lines } = parseWgQuick(text, 'x');
    expect(other.controllers[0]?.allowedIps[1]).toBe('10.42.0.0/16');
    expect(other.machines.map(({ name }) => name)).toEqual(['nas']);
    expect(lines.at(-1)).toMatchObject({ line: 29, reason: 'its key is that of this laptop' });
  });

  it.each([
    ['an empty file', '', 'wg-quick-empty', /no section/],
    ['binary garbage', '\u0000\u0001', 'wg-quick-binary', /control characters/],
    ['an oversized file', ' '.repeat(1024 * 1024 + 1), 'wg-quick-too-large', /1048577/],
    ['no [Interface]', '[Peer]\n', 'wg-quick-syntax', /no \[Interface\]/],
    [
      'a setting before the first section',
      `MTU = 1\n${file}`,
      'wg-quick-syntax',
      /Line 1: MTU stands before/,
    ],
    ['an unknown section', withLine(14, '[Per]'), 'wg-quick-syntax', /Line 14: .*"Per"/],
    ['a line without =', withLine(10, 'MTU 1380'), 'wg-quick-syntax', /Line 10/],
    ['an unknown setting', withLine(10, 'MUT = 1380'), 'wg-quick-unknown-key', /Line 10: .*MUT/],
    [
      'an MTU below that of IPv6',
      withLine(10, 'MTU = 1000'),
      'wg-quick-bad-number',
      /Line 10: MTU is "1000"/,
    ],
    ['port 65536', withLine(11, 'ListenPort = 65536'), 'wg-quick-bad-number', /Line 11/],
    ['no private key', withLine(3, ''), 'wg-quick-no-key', /Line 2/],
    [
      'a bad address',
      withLine(4, 'Address = 10.42.1.2/33'),
      'wg-quick-bad-address',
      /Line 4: .*10\.42\.1\.2\/33/,
    ],
    ['no address', withLine(4, '').replace(/address = .*/, ''), 'wg-quick-no-address', /Line 2/],
    ['a bad public key', withLine(15, 'PublicKey = abc'), 'bad-key', /Line 15: .*"abc"/],
    ['an endpoint with port 0', withLine(19, 'Endpoint = 198.51.100.7:0'), 'bad-endpoint', /Line 19: .*port/],
    ['a key twice', withLine(25, `PublicKey = ${nasKey}`), 'wg-quick-duplicate-peer', /Line 24: .*line 14/],
    ['no endpoint at all', file.replaceAll(/^endpoint.*$/gim, ''), 'wg-quick-no-endpoint', /No \[Peer\]/],
  ])('with %s is refused with its line', (_, text, code, cause) => {
    const problem = refusalOf(() => parseWgQuick(text, 'wgnet.conf'));
    expect(problem.code).toBe(code);
    expect(problem.cause).toMatch(cause);
    expect(problem.remedy).not.toBe('');
  });

  it('never shows a secret in an error', () => {
    const secret = 'not-quite-a-key-but-secret';
    const texts = [
      withLine(3, `PrivateKey = ${secret}`),
      withLine(3, `PrivateKey ${secret}`),
      withLine(16, `PresharedKey = ${secret}`),
    ];
    for (const text of texts) {
      expect(JSON.stringify(refusalOf(() => parseWgQuick(text, 'x.conf')))).not.toContain(secret);
    }
  });

  it('throws nothing but HomingError, whatever the lines are', () => {
    const lines = file.split('\n');
    const line = fc.oneof(
      fc.constantFrom(...lines),
      fc.string({ unit: 'binary' }),
      fc
        .tuple(fc.constantFrom('Address', 'AllowedIPs', 'Endpoint', 'MTU', '# Name'), fc.string())
        .map((p) => p.join(' = ')),
    );
    fc.assert(
      fc.property(fc.array(line), fc.string(), (some, fileName) => {
        try {
          const { profile } = parseWgQuick([...lines.slice(0, 5), ...some].join('\n'), fileName);
          expect(profileSchema.safeParse(profile).success).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(HomingError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
