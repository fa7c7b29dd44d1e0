import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  parseServices,
  parseValues,
  setCommands,
} from '../../../../../helper/tunnel/macos/dns/network-services.ts';
import { areSame, kindOf, linksOf, removedBetween } from '../../../../../helper/tunnel/macos/links.ts';
import { neighbourhoodIn } from '../../../../../helper/tunnel/macos/neighbourhood.ts';
import { parseRouteGet, routeGetArgs } from '../../../../../helper/tunnel/macos/route-get.ts';
import { isChange, lostAddress, RouteMessages } from '../../../../../helper/tunnel/macos/route-messages.ts';
import {
  isOwnWord,
  longestMatch,
  parseRoutingTable,
  rangeIn,
} from '../../../../../helper/tunnel/macos/routing-table.ts';
import { parseRange, rangeOf } from '../../../../../shared/addresses/range.ts';

function recorded(name: string): string {
  return readFileSync(fileURLToPath(new URL(`recorded/${name}`, import.meta.url)), 'utf8');
}

describe('what route -n get prints', () => {
  const through = [
    '   route to: 198.51.100.7',
    'destination: default',
    '       mask: default',
    '    gateway: 192.168.1.1',
    '  interface: en0',
    '      flags: <UP,GATEWAY,DONE,STATIC,PRCLONING,GLOBAL>',
    ' recvpipe  sendpipe  ssthresh  rtt,msec    rttvar  hopcount      mtu     expire',
    '       0         0         0         0         0         0      1500         0 ',
    '',
  ].join('\n');

  test('is a route by a gateway', () => {
    expect(parseRouteGet(through)).toEqual({
      device: 'en0',
      gateway: '192.168.1.1',
      flags: ['UP', 'GATEWAY', 'DONE', 'STATIC', 'PRCLONING', 'GLOBAL'],
    });
  });

  test.each([
    ['no gateway', ''],
    ['a link', '    gateway: link#6\n'],
    ['a hardware address', '    gateway: bc:67:1c:40:3:f6\n'],
  ])('with %s is a route to a neighbour', (_, gateway) => {
    const text = `   route to: 192.168.1.9\ndestination: 192.168.1.9\n${gateway}  interface: en0\n      flags: <UP,HOST,DONE,LLINFO>\n`;
    expect(parseRouteGet(text)).toMatchObject({ device: 'en0', gateway: undefined });
  });

  test('is no route when it is not in the table', () => {
    expect(parseRouteGet('route: writing to routing socket: not in table\n')).toBeUndefined();
  });

  test('is queried for one host, never for a network', () => {
    expect(routeGetArgs('128.0.0.0')).toEqual(['-n', 'get', '-inet', '-host', '128.0.0.0']);
    expect(routeGetArgs('2001:db8::1')).toEqual(['-n', 'get', '-inet6', '-host', '2001:db8::1']);
  });

  test('never contains more than was printed', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const found = parseRouteGet(text);
        return found === undefined || text.includes(found.device);
      }),
    );
  });
});

describe('what netstat -nr prints', () => {
  const table = parseRoutingTable(recorded('netstat.txt'));

  test('is a table of routes by their ranges', () => {
    const own = table.filter(isOwnWord).map(({ range, device, gateway }) => [range, device, gateway]);
    expect(own).toEqual([
      ['0.0.0.0/0', 'en0', '192.168.1.1'],
      ['10.99.0.0/16', 'utun3', undefined],
      ['169.254.0.0/16', 'en0', undefined],
      ['192.168.1.0/24', 'en0', undefined],
      ['192.168.1.1/32', 'en0', undefined],
      ['192.168.1.42/32', 'en0', undefined],
      ['255.255.255.255/32', 'en0', undefined],
      ['::/0', 'en0', 'fe80::1%en0'],
      ['2001:db8:1::/64', 'en0', undefined],
    ]);
  });

  test('has its interface in another column in older versions', () => {
    const devices = parseRoutingTable(recorded('netstat-before-10.15.txt')).map(({ device }) => device);
    expect(devices).toEqual(['en0', 'en0', 'en0', 'lo0', 'vmnet1']);
  });

  test('lists the neighbours on a link, and identifies the network', () => {
    const en0 = {
      name: 'en0',
      kind: 'lan' as const,
      isUp: true,
      hasBroadcast: true,
      addresses: [],
      members: [],
    };
    const { networks, neighbours, unknownGateways } = neighbourhoodIn(recorded('netstat.txt'), [en0]);
    expect([...networks]).toEqual([['en0', 'bc:67:1c:40:03:f6']]);
    expect(neighbours).toEqual([{ address: '2001:db8:1::7', device: 'en0' }]);
    expect(unknownGateways).toEqual([]);
  });

  test.each([
    ['default', 4, '0.0.0.0/0'],
    ['10', 4, '10.0.0.0/8'],
    ['192.168.1', 4, '192.168.1.0/24'],
    ['0/1', 4, '0.0.0.0/1'],
    ['128.0/1', 4, '128.0.0.0/1'],
    ['192.168.1.9', 4, '192.168.1.9/32'],
    ['8000::/1', 6, '8000::/1'],
    ['fe80::%en0/64', 6, 'fe80::/64'],
    ['fd00::7', 6, 'fd00::7/128'],
    ['10.0.0.1/8', 4, undefined],
    ['1.2.3.4.5', 4, undefined],
    ['nonsense', 6, undefined],
  ] as const)('abbreviates ranges: %s', (text, family, range) => {
    expect(rangeIn(text, family)).toBe(range);
  });

  test('gives ranges or nothing, whatever is printed', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const routes = parseRoutingTable(`Internet:\nDestination Gateway Flags Netif Expire\n${text}\n`);
        return routes.every(({ range }) => parseRange(range) !== undefined);
      }),
    );
  });

  test('says which route an address takes: the longest', () => {
    const by = (address: string) => longestMatch(table.filter(isOwnWord), rangeOf(`${address}/32`))?.range;
    expect(by('192.168.1.1')).toBe('192.168.1.1/32');
    expect(by('192.168.1.9')).toBe('192.168.1.0/24');
    expect(by('198.51.100.7')).toBe('0.0.0.0/0');
  });
});

describe('what route -n monitor prints', () => {
  test('is cut into messages, of which lookups, neighbours and interface flags are no change', () => {
    const messages = new RouteMessages().take(recorded('route-monitor.txt'));
    expect(messages.map(({ type }) => type)).toEqual([
      'RTM_DELETE',
      'RTM_IFINFO',
      'RTM_NEWADDR',
      'RTM_DELADDR',
      'RTM_ADD',
      'RTM_MISS',
      'RTM_GET',
    ]);
    const changes = messages.filter((message) => isChange(message, 'utun7'));
    // The deletion failed: errno 3, ESRCH.
    expect(changes.map(({ type }) => type)).toEqual(['RTM_NEWADDR', 'RTM_DELADDR']);
    expect(messages.flatMap((message) => lostAddress(message) ?? [])).toEqual(['192.168.44.90']);
    expect(messages[0]?.addresses.get('IFA')).toBe('192.168.44.90');
  });

  test('is a change when a route was deleted, and none when that failed', () => {
    const [failed = ''] = recorded('route-monitor.txt').trimStart().split('\n\n');
    const parsed = (text: string) =>
      new RouteMessages().take(`${text}\n\n`).map((one) => isChange(one, 'utun7'));
    expect(parsed(failed)).toEqual([false]);
    expect(parsed(failed.replace('errno 3', 'errno 0'))).toEqual([true]);
  });

  test('of the tunnel’s own interface is no change', () => {
    const own = recorded('route-monitor.txt').replaceAll('en0:a4.83.e7.1.2.3', 'utun7');
    const [, , added] = new RouteMessages().take(own);
    expect(added === undefined || isChange(added, 'utun7')).toBe(false);
  });

  test('gives the same messages however it arrives', () => {
    const text = recorded('route-monitor.txt');
    const whole = new RouteMessages().take(text);
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9]{1,40}$/), (digits) => {
        const messages = new RouteMessages();
        const found = [];
        let at = 0;
        for (const digit of digits) {
          const next = at + Number(digit) * 7 + 1;
          found.push(...messages.take(text.slice(at, next)));
          at = next;
        }
        found.push(...messages.take(text.slice(at)));
        expect(found).toEqual(whole);
      }),
    );
  });

  test('is invalid when it continues without a message', () => {
    const messages = new RouteMessages();
    expect(messages.take('what?\n')).toEqual([]);
    expect(() => messages.take('x'.repeat(70_000))).toThrow(RangeError);
  });
});

describe('the interfaces', () => {
  const address = (text: string, netmask = '255.255.255.0', bits = 24) => ({
    address: text,
    netmask,
    family: 'IPv4' as const,
    mac: '00:00:00:00:00:00',
    internal: text.startsWith('127.'),
    cidr: `${text}/${bits}`,
  });
  const here = {
    lo0: [address('127.0.0.1', '255.0.0.0', 8)],
    en0: [address('192.168.1.42')],
    utun7: [address('10.99.0.7')],
  };

  test('are links with the broadcast address of their network; loopback is none', () => {
    expect(linksOf(here)).toMatchObject([
      {
        name: 'en0',
        kind: 'lan',
        isUp: true,
        hasBroadcast: true,
        addresses: [{ broadcast: '192.168.1.255', prefixLength: 24 }],
      },
      { name: 'utun7', kind: 'tunnel', hasBroadcast: false, addresses: [{ broadcast: undefined }] },
    ]);
  });

  test.each([
    ['en0', 'lan'],
    ['bridge0', 'lan'],
    ['bridge100', 'container'],
    ['utun3', 'tunnel'],
    ['ipsec0', 'tunnel'],
    ['ppp0', 'point-to-point'],
    ['awdl0', 'container'],
    ['vmnet8', 'container'],
    ['feth0', 'lan'],
  ])('%s is a link of the kind %s', (name, kind) => {
    expect(kindOf(name)).toBe(kind);
  });

  test('that lost all or some addresses are losses, except the tunnel’s own', () => {
    const gone = { ...here, en0: undefined, utun7: undefined };
    expect(removedBetween(here, gone, 'utun7')).toEqual({ devices: ['en0'], addresses: ['192.168.1.42'] });
    const another = { ...here, en0: [address('192.168.1.43')] };
    expect(removedBetween(here, another, 'utun7')).toEqual({ devices: [], addresses: ['192.168.1.42'] });
    expect(areSame(here, { ...here, utun7: undefined }, 'utun7')).toBe(true);
    expect(areSame(here, another, 'utun7')).toBe(false);
  });
});

describe('what networksetup prints', () => {
  test('is the names of services, also of disabled ones', () => {
    const text =
      'An asterisk (*) denotes that a network service is disabled.\nWi-Fi\n*Thunderbolt Bridge\niPhone USB\n';
    expect(parseServices(text)).toEqual(['Wi-Fi', 'Thunderbolt Bridge', 'iPhone USB']);
  });

  test('is values, or a sentence where there are none', () => {
    expect(parseValues('192.0.2.53\n2001:db8::53\n')).toEqual(['192.0.2.53', '2001:db8::53']);
    expect(parseValues("There aren't any DNS Servers set on Wi-Fi.\n")).toEqual([]);
  });

  test('goes back as it was printed', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9a-f.:]{1,20}$/), (server) => {
        expect(parseValues(`${server}\n`)).toEqual([server]);
      }),
    );
    expect(setCommands({ service: 'Wi-Fi', servers: [], searchDomains: ['corp.example'] })).toEqual([
      ['-setdnsservers', 'Wi-Fi', 'Empty'],
      ['-setsearchdomains', 'Wi-Fi', 'corp.example'],
    ]);
  });
});
