import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { setEndpoints, setMember } from '../../../../shared/authoring/change-member.ts';
import type { NetworkFile } from '../../../../shared/authoring/network-file.ts';
import { setNetwork } from '../../../../shared/authoring/network-settings.ts';
import { derivedPresharedKey } from '../../../../shared/authoring/preshared-key.ts';
import {
  controllerInterfaceName,
  planController,
} from '../../../../shared/authoring/render/controller-plan.ts';
import { firewallCommands } from '../../../../shared/authoring/render/firewall.ts';
import { renderController } from '../../../../shared/authoring/render/format.ts';
import { nasKey, refusalOf, signingKey, vpsKey } from '../../support/invite-fixtures.ts';
import { laptopKey, laptopProbeKey, wgnet } from '../../support/network-fixtures.ts';

const folder = mkdtempSync(join(tmpdir(), 'homing-render-'));
afterAll(() => rmSync(folder, { recursive: true }));

function rendered(format: string, file: NetworkFile = wgnet(), controller = 'nas') {
  return renderController(planController(file, controller, signingKey), format);
}

function missingTools(): string[] {
  return ['wg', 'wg-quick', 'wireguard-go', 'unshare', 'nft'].filter(
    (tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0,
  );
}

/** The configuration that a real WireGuard reports after a real `wg setconf`, in a namespace of its own. */
function acceptedBy(configuration: string): string {
  const path = join(folder, 'wgnet.conf');
  writeFileSync(path, configuration, { mode: 0o600 });
  const stripped = execFileSync('wg-quick', ['strip', path], { encoding: 'utf8' });
  const strippedPath = join(folder, 'stripped.conf');
  writeFileSync(strippedPath, stripped, { mode: 0o600 });
  const script = [
    'set -e',
    'mkdir -p /var/run/wireguard',
    'mount -t tmpfs tmpfs /var/run/wireguard',
    'WG_PROCESS_FOREGROUND=1 wireguard-go -f wgnet >/dev/null 2>&1 &',
    'for i in $(seq 100); do [ -S /var/run/wireguard/wgnet.sock ] && break; sleep 0.05; done',
    `wg setconf wgnet "$1"`,
    'wg show wgnet dump',
  ].join('\n');
  // --kill-child ends wireguard-go with the namespace.
  const arguments_ = [
    '--net',
    '--mount',
    '--pid',
    '--fork',
    '--kill-child',
    'sh',
    '-c',
    script,
    'sh',
    strippedPath,
  ];
  return execFileSync('unshare', arguments_, { encoding: 'utf8' });
}

describe('a rendered controller', () => {
  it('as wg-quick holds its address, every member and the forwarding', () => {
    const [file] = rendered('wg-quick');
    expect(file?.path).toBe('/etc/wireguard/wgnet.conf');
    const text = file?.text ?? '';
    expect(text).toContain('Address = fd7d:31c7:4:7d00::1/56');
    expect(text).toContain('PostUp = wg set %i private-key /etc/wireguard/%i.key');
    expect(text).toContain('PostUp = sysctl -q -w net.ipv6.conf.all.forwarding=1');
    expect(text).toContain(
      `# controller vps\nPublicKey = ${vpsKey}\nAllowedIPs = fd7d:31c7:cf:e000::/56, 2001:db8:7::/64\nEndpoint = 203.0.113.9:51820\nPersistentKeepalive = 25\n`,
    );
    expect(text).toContain(
      `PublicKey = ${laptopKey}\nAllowedIPs = fd7d:31c7:4:7d00:5eec:dc4::/96, fd7d:31c7:cf:e000:5eec:dc4::/96\n`,
    );
    expect(text).toContain('# Left out until its join card comes back: tablet');
    expect(text).not.toContain('PrivateKey');
  });

  it('prefers the public endpoint of another controller', () => {
    const [file] = rendered('wg-quick', wgnet(), 'vps');
    expect(file?.text).toContain(
      `PublicKey = ${nasKey}\nAllowedIPs = fd7d:31c7:4:7d00::/56\nEndpoint = 198.51.100.7:51821\n`,
    );
  });

  it('is accepted by the real wg-quick and the real WireGuard', { timeout: 30_000 }, () => {
    expect(missingTools(), 'install wireguard-tools, wireguard-go and util-linux').toEqual([]);
    const presharedKey = derivedPresharedKey(signingKey, 'nas', 'laptop');
    const lines = acceptedBy(rendered('wg-quick', wgnet(true))[0]?.text ?? '')
      .trim()
      .split('\n');
    const byKey = new Map(lines.slice(1).map((line) => [line.split('\t')[0], line.split('\t')]));
    expect(lines[0]?.split('\t')[2]).toBe('51820');
    expect(byKey.get(vpsKey)?.[3]).toBe('fd7d:31c7:cf:e000::/56,2001:db8:7::/64');
    expect(byKey.get(laptopKey)?.slice(1, 4)).toEqual([
      presharedKey,
      '(none)',
      'fd7d:31c7:4:7d00:5eec:dc4::/96,fd7d:31c7:cf:e000:5eec:dc4::/96',
    ]);
    expect(byKey.get(laptopProbeKey)?.slice(1, 4)).toEqual([presharedKey, '(none)', '(none)']);
  });

  it('as networkd spells out routes and forwarding', () => {
    const files = rendered('networkd');
    const text = files.map((file) => file.text).join('\n');
    expect(files.map(({ path }) => path)).toEqual([
      '/etc/systemd/network/50-wgnet.netdev',
      '/etc/systemd/network/50-wgnet.network',
      '/etc/sysctl.d/50-wgnet.conf',
    ]);
    expect(text).toContain('PrivateKeyFile=/etc/systemd/network/wgnet.key');
    expect(text).toContain('Destination=fd7d:31c7::/40');
    expect(text).toContain('Destination=2001:db8:7::/64');
    expect(text).toContain('net.ipv6.conf.all.forwarding = 1');
    expect(text).not.toContain('PrivateKey=');
  });

  it('as NixOS keeps preshared keys out of the world-readable store', () => {
    const [module, ...keys] = rendered('nixos', wgnet(true));
    const presharedKey = derivedPresharedKey(signingKey, 'nas', 'laptop');
    expect(module?.text).toContain('privateKeyFile = "/etc/wireguard/wgnet.key";');
    expect(module?.text).toContain('presharedKeyFile = "/etc/wireguard/wgnet-laptop.psk";');
    expect(module?.text).not.toContain(presharedKey);
    expect(keys).toEqual([
      { path: '/etc/wireguard/wgnet-laptop.psk', text: `${presharedKey}\n`, secret: true },
    ]);
  });

  it.each(['wg-quick', 'networkd', 'nixos'])('as %s holds no secret of the network', (format) => {
    const text = rendered(format, wgnet(true))
      .map((file) => file.text)
      .join('\n');
    expect(text).not.toContain(signingKey);
  });

  it('forwards IPv4 too when a controller has such a range behind it', () => {
    const base = wgnet();
    const controllers = base.controllers.map((controller) => ({ ...controller, routes: ['192.0.2.128/25'] }));
    expect(rendered('wg-quick', { ...base, controllers })[0]?.text).toContain('net.ipv4.ip_forward=1');
  });

  describe('of a network with IPv4', () => {
    /** nas routes its LAN and masquerades the members; vps routes another LAN, which has a route back. */
    function ipv4Network(): NetworkFile {
      const ranged = setNetwork(wgnet(), { ipv4: '10.42.0.0/24', mtu: 1380 });
      const nas = setMember(ranged, 'nas', {
        routes: ['192.168.1.0/24', '2001:db8:1::/64'],
        aliases: ['media'],
      });
      const vps = setMember(nas, 'vps', { routes: ['192.168.2.0/24'], masquerade: false });
      return setEndpoints(vps, 'laptop', { privateEndpoints: ['192.0.2.50:53333'] });
    }

    it.each(['wg-quick', 'networkd', 'nixos'])('as %s forwards, filters and hides the members', (format) => {
      const text = rendered(format, ipv4Network())
        .map((file) => file.text)
        .join('\n')
        .replaceAll('%i', 'wgnet');
      expect(text).toMatch(/net\.ipv4\.ip_forward"?\s*=\s*1/);
      for (const rule of [
        'iifname "wgnet" ip daddr { 192.168.1.0/24 } accept',
        'iifname "wgnet" ip6 daddr { 2001:db8:1::/64 } accept',
        'ip saddr { 10.42.0.0/24 } ip daddr { 192.168.1.0/24 } oifname != "wgnet" masquerade',
        'ip6 saddr { fd7d:31c7::/40 } ip6 daddr { 2001:db8:1::/64 } oifname != "wgnet" masquerade',
      ]) {
        expect(text).toContain(
          `add rule inet homing-wgnet ${rule.includes('saddr') ? 'postrouting' : 'forward'} ${rule}`,
        );
      }
      expect(text).toMatch(/MTU(Bytes)?\s*=\s*1380|mtu = 1380;/);
      expect(text).toContain('10.42.0.1/24');
    });

    it('lets the hosts behind a controller begin when they see the members themselves', () => {
      const text = rendered('wg-quick', ipv4Network(), 'vps')[0]?.text;
      expect(text).toContain('oifname "%i" ip saddr { 192.168.2.0/24 } accept');
      expect(text).not.toContain('masquerade');
    });

    it('lets members reach everything through an exit, but hides them only where masquerading is on', () => {
      const exit = setMember(ipv4Network(), 'vps', { exit: true });
      const text = rendered('wg-quick', exit, 'vps')[0]?.text ?? '';
      const rules = [...text.matchAll(/add rule inet homing-%i (.*)'/g)].map(([, rule]) => rule);
      expect(rules).toContain('forward iifname "%i" accept');
      expect(rules.filter((rule) => rule?.startsWith('postrouting'))).toEqual([
        'postrouting ip saddr { 10.42.0.0/24 } ip daddr { 192.168.2.0/24 } oifname != "%i" accept',
        'postrouting ip saddr { 10.42.0.0/24 } oifname != "%i" masquerade',
        'postrouting ip6 saddr { fd7d:31c7::/40 } oifname != "%i" masquerade',
      ]);
      expect(rendered('wg-quick', exit, 'nas')[0]?.text).not.toContain('iifname "%i" accept');
    });

    it('has no exit without IPv4, whose packets it would swallow', () => {
      expect(refusalOf(() => setMember(wgnet(), 'vps', { exit: true })).code).toBe('no-ipv4-range');
      expect(refusalOf(() => setMember(ipv4Network(), 'vps', { exitDns: ['dns.example'] })).code).toBe(
        'bad-server',
      );
    });

    it('gets no endpoint of another controller in the LAN that it routes', () => {
      const inside = setMember(ipv4Network(), 'nas', { routes: ['192.0.2.0/24'] });
      const onlyPrivate = setEndpoints(inside, 'nas', { publicEndpoints: [] });
      expect(rendered('wg-quick', inside, 'vps')[0]?.text).toContain('Endpoint = 198.51.100.7:51821\n');
      expect(rendered('wg-quick', onlyPrivate, 'vps')[0]?.text).not.toContain('Endpoint = 192.0.2.7');
    });

    it('gives each member its address, and the laptop an endpoint on the LAN it shares', () => {
      const nas = rendered('wg-quick', ipv4Network())[0]?.text ?? '';
      expect(nas).toContain('fd7d:31c7:cf:e000::/56, 10.42.0.2/32, 192.168.2.0/24\n');
      expect(nas).toContain('fd7d:31c7:cf:e000:5eec:dc4::/96, 10.42.0.3/32\nEndpoint = 192.0.2.50:53333\n');
      expect(rendered('wg-quick', ipv4Network(), 'vps')[0]?.text).not.toContain('192.0.2.50');
    });

    it('names every machine in both families, with its aliases', () => {
      const [hosts] = rendered('hosts', ipv4Network(), 'vps');
      expect(hosts?.text).toContain(
        'fd7d:31c7:4:7d00::1 nas.wgnet media.wgnet\n10.42.0.1 nas.wgnet media.wgnet\n',
      );
      // The laptop is designated to nas, the tablet to no controller.
      expect(hosts?.text).toContain(
        'fd7d:31c7:4:7d00:5eec:dc4:19aa:8337 laptop.wgnet\n10.42.0.3 laptop.wgnet\n',
      );
      expect(hosts?.text).toMatch(/fd7d:31c7:cf:e000:\S+ tablet\.wgnet\n10\.42\.0\.4 tablet\.wgnet\n/);
    });

    it('has rules that the real nft accepts repeatedly', () => {
      const path = join(folder, 'rules.nft');
      writeFileSync(
        path,
        `${firewallCommands(planController(ipv4Network(), 'nas', undefined), 'wgnet').join('\n')}\n`,
      );
      const listed = execFileSync(
        'unshare',
        ['--net', 'sh', '-c', 'nft -f "$1" && nft -f "$1" && nft list ruleset', 'sh', path],
        {
          encoding: 'utf8',
        },
      );
      expect(listed.match(/masquerade/g)).toHaveLength(2);
      expect(listed).toContain('iifname "wgnet" drop');
    });
  });

  it('without IPv4 and without ranges behind it needs no packet filter', () => {
    expect(rendered('wg-quick')[0]?.text).not.toContain('PostUp = nft');
    expect(rendered('networkd')).toHaveLength(3);
  });

  it('has an interface name that Linux and wg-quick accept', () => {
    expect(
      ['wgnet', 'a-network-with-a-long-name', 'büro', 'lo', 'Home.Net'].map(controllerInterfaceName),
    ).toEqual(['wgnet', 'a-network-with', 'b-ro', 'wg-lo', 'home-net']);
  });

  it('is refused for an unknown controller or format', () => {
    expect(refusalOf(() => planController(wgnet(), 'x', undefined)).code).toBe('unknown-controller');
    expect(refusalOf(() => rendered('toString')).code).toBe('unknown-format');
  });
});
