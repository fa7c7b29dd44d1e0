import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dhcpServers4, dhcpServers6 } from '../../../../../../helper/tunnel/dhcp-servers.ts';
import { OwnTraffic } from '../../../../../../helper/tunnel/macos/own-traffic.ts';
import { MacosKillSwitch } from '../../../../../../helper/tunnel/macos/pf/kill-switch.ts';
import { Pf } from '../../../../../../helper/tunnel/macos/pf/pf.ts';
import { killSwitchRules } from '../../../../../../helper/tunnel/macos/pf/rules.ts';
import { internetShare } from '../../../../../../shared/plan/traffic.ts';
import { FakePf } from '../../../../support/fake-pf.ts';

let directory: string;
let tokenFile: string;
let pf: FakePf;
let own: OwnTraffic;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'homing-pf-'));
  tokenFile = join(directory, 'pf-token');
  pf = new FakePf();
  own = new OwnTraffic();
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const killSwitch = () => new MacosKillSwitch(new Pf(pf, tokenFile), own);

describe('the rules', () => {
  test('of a Mac without a tunnel let only the helper, DHCP and neighbour discovery out', () => {
    expect(killSwitchRules({ lan: [] }, undefined).split('\n')).toEqual([
      'pass out quick on lo0 all no state',
      'pass out quick proto udp from any port 61952:62463 to any user root no state',
      'pass out quick proto udp from any port 61440:61951 to any user root no state',
      'pass out quick proto tcp from any port 61440:61951 to any port 80 user root no state',
      ...dhcpServers4.map((to) => `pass out quick inet proto udp from any port 68 to ${to} port 67 no state`),
      ...dhcpServers6.map(
        (to) => `pass out quick inet6 proto udp from any port 546 to ${to} port 547 no state`,
      ),
      'pass out quick inet6 proto 58 all icmp6-type { 133, 135, 136 } no state',
      'pass out quick inet6 proto 58 from any to ff02::/16 icmp6-type { 131, 132, 143 } no state',
      'block return out quick all',
      '',
    ]);
  });

  test('open no address of the internet to a program of the user', () => {
    const rules = killSwitchRules({ lan: [] }, undefined).split('\n');
    const opened = rules.flatMap((rule) =>
      rule.includes(' user root ') ? [] : [/ to (\S+)/.exec(rule)?.[1]],
    );
    const ranges = opened.filter((to) => to !== undefined);
    expect(ranges).toContain('ff02::1:2');
    for (const to of ranges) {
      const range = to.includes('/') ? to : `${to}/${to.includes(':') ? 128 : 32}`;
      expect(internetShare([range]), to).toEqual({ 4: 0, 6: 0 });
    }
  });

  test('name the tunnel’s interface, and a listen port of the profile', () => {
    const rules = killSwitchRules({ lan: [] }, { device: 'utun7', listenPort: 51_820 });
    expect(rules).toContain('pass out quick on utun7 all no state\n');
    expect(rules).toContain('pass out quick proto udp from any port 51820 to any user root no state\n');
    expect(killSwitchRules({ lan: [] }, { device: 'utun7', listenPort: 62_000 })).not.toContain('62000');
  });

  test('let the LAN out only from an address of the same LAN', () => {
    const rules = killSwitchRules({ lan: ['192.168.1.7/24', 'fe80::1/64'] }, undefined);
    expect(rules).toContain('pass out quick inet from 192.168.1.7/24 to 192.168.1.7/24 no state\n');
    expect(rules).toContain('pass out quick inet6 from fe80::1/64 to fe80::1/64 no state\n');
    expect(rules).toContain('pass out quick inet from any to 224.0.0.0/24 no state\n');
  });

  test('open name servers by DNS, hosts by HTTP and HTTPS, and the port that the page names on its own host alone', () => {
    const page = { hosts: ['2001:db8::80'], port: 8880 };
    const signIn = { resolvers: ['192.0.2.1'], hosts: ['203.0.113.1', '2001:db8::80'], page };
    const without = killSwitchRules({ lan: [] }, undefined).split('\n');
    const rules = killSwitchRules({ lan: [], signIn }, undefined).split('\n');
    expect(rules.filter((rule) => !without.includes(rule))).toEqual([
      'pass out quick inet proto udp from any to 192.0.2.1 port 53 no state',
      'pass out quick inet proto tcp from any to 192.0.2.1 port 53 no state',
      'pass out quick inet proto tcp from any to 203.0.113.1 port 80 no state',
      'pass out quick inet proto tcp from any to 203.0.113.1 port 443 no state',
      'pass out quick inet6 proto tcp from any to 2001:db8::80 port 80 no state',
      'pass out quick inet6 proto tcp from any to 2001:db8::80 port 443 no state',
      'pass out quick inet6 proto tcp from any to 2001:db8::80 port 8880 no state',
    ]);
  });

  test('keep no state, and everything they do not name is blocked', () => {
    const rules = killSwitchRules({ lan: ['10.0.0.1/8'] }, { device: 'utun7', listenPort: 1 })
      .trim()
      .split('\n');
    expect(rules.at(-1)).toBe('block return out quick all');
    for (const rule of rules.slice(0, -1)) expect(rule).toMatch(/^pass out quick .* no state$/);
  });
});

describe('the commands', () => {
  test('load the rules, enable pf and journal the token; the main ruleset stays', async () => {
    await killSwitch().set({ lan: [] });
    expect(pf.changes()).toEqual(['-a com.apple/homing -f -', '-E', '-F states']);
    expect(readFileSync(tokenFile, 'utf8')).toBe(pf.tokens[0]);
    expect(pf.main).toEqual(new FakePf().main);
    await killSwitch().clear();
    expect(pf.changes().slice(3)).toEqual([
      '-a com.apple/homing -F rules',
      expect.stringMatching(/^-X \d+$/),
    ]);
    expect([pf.tokens, pf.rules]).toEqual([[], []]);
    expect(() => readFileSync(tokenFile)).toThrow();
  });

  test('enable pf once, however often the rules are set and the helper restarts', async () => {
    for (let start = 0; start < 3; start += 1) {
      const one = killSwitch();
      await one.set({ lan: [] });
      await one.set({ lan: ['10.0.0.1/8'] });
    }
    expect(pf.tokens).toHaveLength(1);
  });

  test('enable it again after a restart of the Mac, or when somebody turned it off for everybody', async () => {
    const one = killSwitch();
    await one.set({ lan: [] });
    pf.tokens.length = 0;
    expect(await one.isIntact()).toBe(false);
    await one.set({ lan: [] });
    expect(pf.tokens).toHaveLength(1);
    expect(await one.isIntact()).toBe(true);
  });

  test('leave pf on for another program', async () => {
    pf.tokens.push('1');
    const one = killSwitch();
    await one.set({ lan: [] });
    await one.clear();
    expect(pf.tokens).toEqual(['1']);
  });

  test('release nothing that a damaged file names', async () => {
    pf.tokens.push('1');
    writeFileSync(tokenFile, 'what?');
    await killSwitch().clear();
    expect(pf.tokens).toEqual(['1']);
  });
});

test('a tunnel is let out when it comes, and no more when it is gone', async () => {
  await killSwitch().set({ lan: [] });
  expect(pf.rules.join()).not.toContain('utun');
  await own.set({ device: 'utun7', listenPort: 51_820 });
  expect(pf.rules).toContain('pass out quick on utun7 all no state');
  await own.set(undefined);
  expect(pf.rules.join()).not.toContain('utun');
});

test('a tunnel changes nothing while the kill switch is off', async () => {
  const one = killSwitch();
  await one.set({ lan: [] });
  await one.clear();
  await own.set({ device: 'utun7', listenPort: 51_820 });
  expect([pf.rules, pf.tokens]).toEqual([[], []]);
});

test.each([
  ['are flushed', () => pf.rules.splice(0)],
  ['are opened', () => pf.rules.unshift('pass out quick all no state')],
  ['are no longer evaluated', () => pf.main.splice(0)],
])('rules that %s by another program are noticed', async (_, change) => {
  const one = killSwitch();
  await one.set({ lan: [] });
  expect(await one.isIntact()).toBe(true);
  change();
  expect(await one.isIntact()).toBe(false);
});

test.each([
  ['do not evaluate com.apple/*', []],
  ['let everything pass before', ['pass out quick all', 'anchor "com.apple/*" all']],
  ['evaluate another program’s anchor before', ['anchor "other" all', 'anchor "com.apple/*" all']],
  [
    'evaluate rules of their own before',
    ['anchor all {', '  pass out quick all', '}', 'anchor "com.apple/*" all'],
  ],
])('a main ruleset that would %s is refused with the next step, and nothing stays', async (_, main) => {
  pf.main.splice(0, pf.main.length, ...main);
  const one = killSwitch();
  await expect(one.set({ lan: [] })).rejects.toMatchObject({
    problem: { code: 'kill-switch-failed', remedy: expect.stringContaining('/etc/pf.conf') },
  });
  expect(await one.isIntact()).toBe(false);
  await one.clear();
  expect([pf.rules, pf.tokens, pf.main]).toEqual([[], [], main]);
});

test.each([
  [['anchor "com.apple/*" all', 'anchor "other" all']],
  [['anchor "other" in all', 'anchor "com.apple/*" all']],
  [['anchor "com.apple.internet-sharing" all', 'anchor "com.apple/*" all']],
  [['block drop in all', 'pass out all flags S/SA keep state', 'anchor "com.apple/*" all']],
])('a main ruleset that keeps its last word is used: %j', async (main) => {
  pf.main.splice(0, pf.main.length, ...main);
  const one = killSwitch();
  await one.set({ lan: [] });
  expect(await one.isIntact()).toBe(true);
});

test.each([
  ['the rules were flushed', () => pf.rules.splice(0)],
  ['the rules were opened', () => pf.rules.unshift('pass out quick all')],
  ['pf was off', () => pf.tokens.splice(0)],
])('connections made while %s end with the repair, and no others do', async (_, change) => {
  const one = killSwitch();
  await one.set({ lan: [] });
  change();
  pf.commands.length = 0;
  await one.set({ lan: [] });
  expect(pf.changes()).toContain('-F states');
  pf.commands.length = 0;
  await one.set({ lan: ['10.0.0.1/8'] });
  await own.set({ device: 'utun7', listenPort: 51_820 });
  expect(pf.changes()).not.toContain('-F states');
});

test('connections made while the main ruleset did not evaluate the anchor end once it does', async () => {
  const one = killSwitch();
  await one.set({ lan: [] });
  const main = pf.main.splice(0);
  await expect(one.set({ lan: [] })).rejects.toThrow('no longer evaluate');
  pf.main.push(...main);
  pf.commands.length = 0;
  await one.set({ lan: [] });
  expect(pf.changes()).toContain('-F states');
});

test('at boot, before macOS has loaded its rules, those of Homing wait in the anchor', async () => {
  const main = pf.main.splice(0);
  const one = killSwitch();
  await expect(one.set({ lan: [] })).rejects.toThrow('no longer evaluate');
  pf.main.push(...main);
  expect([pf.rules.at(-1), pf.tokens.length]).toEqual(['block return out quick all', 1]);
  await one.set({ lan: [] });
  expect(await one.isIntact()).toBe(true);
});
