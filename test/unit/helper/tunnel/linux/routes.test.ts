import { describe, expect, test } from 'vitest';
import { parseLinks } from '../../../../../helper/tunnel/linux/links.ts';
import { parseRouteAnswers, routeQueries } from '../../../../../helper/tunnel/linux/routes.ts';
import { printedLink } from '../../../support/printed-links.ts';

const links = [
  printedLink('lo', { flags: ['LOOPBACK', 'UP', 'LOWER_UP'], link_type: 'loopback' }),
  printedLink('eth0'),
  printedLink('br-lan', { linkinfo: { info_kind: 'bridge' } }),
  printedLink('lan1', { master: 'br-lan' }),
  printedLink('docker0', { linkinfo: { info_kind: 'bridge' } }),
  printedLink('wwan0', { flags: ['POINTOPOINT', 'NOARP', 'UP', 'LOWER_UP'], link_type: 'none' }),
  printedLink('work', { linkinfo: { info_kind: 'wireguard' }, link_type: 'none' }),
  printedLink('hm-wgnet', { linkinfo: { info_kind: 'tun' }, link_type: 'none' }),
];
const parse = (printed: unknown) => parseLinks(printed, () => false);
const line = (route: object): string => `${JSON.stringify(links)}\n${JSON.stringify([route])}\n`;
const parsed = (route: object) => parseRouteAnswers(line(route), parse, 'hm-wgnet').get('192.0.2.7');
const base = { dst: '192.0.2.7', dev: 'eth0', prefsrc: '192.0.2.50', flags: [] };

describe('the answers of route get', () => {
  test('give the device, its kind, the own address and whether a gateway stands between', () => {
    expect(parsed(base)).toEqual({
      device: 'eth0',
      linkKind: 'lan',
      onLink: true,
      source: '192.0.2.50',
      usable: true,
    });
    expect(parsed({ ...base, gateway: '192.0.2.1' })).toMatchObject({ onLink: false, usable: true });
    expect(parsed({ ...base, via: { family: 'inet6', host: 'fe80::1' } })).toMatchObject({ onLink: false });
  });

  test('call an address on a bridge with a real member a neighbour, whatever the bridge is called', () => {
    expect(parsed({ ...base, dev: 'br-lan' })).toMatchObject({ linkKind: 'lan', onLink: true, usable: true });
  });

  test.each(['wwan0', 'work'])('over %s lead to no neighbour, though no gateway stands between', (dev) => {
    expect(parsed({ ...base, dev })).toMatchObject({ onLink: false, usable: true });
  });

  test.each([
    ['the tunnel itself', { dev: 'hm-wgnet' }],
    ['a bridge that only containers are plugged into', { dev: 'docker0' }],
    ['a link that is down', { flags: ['linkdown'] }],
    ['a dead link', { flags: ['dead', 'linkdown'] }],
  ])('through %s are no way to a controller', (_, change) => {
    expect(parsed({ ...base, ...change })).toMatchObject({ usable: false });
  });

  test('are missing for loopback, an address of this machine, an unreachable one and one without a route', () => {
    expect(parsed({ ...base, dev: 'lo' })).toBeUndefined();
    expect(parsed({ ...base, type: 'local', dev: 'lo' })).toBeUndefined();
    expect(parsed({ dst: '192.0.2.7', type: 'unreachable' })).toBeUndefined();
    const output = `RTNETLINK answers: Network is unreachable\n${line(base)}`;
    expect([...parseRouteAnswers(output, parse, 'hm-wgnet').keys()]).toEqual(['192.0.2.7']);
    expect(parseRouteAnswers('', parse, 'hm-wgnet').size).toBe(0);
  });

  test('are queried with the interface of a link-local address, and listed by the address alone', () => {
    expect(routeQueries(['192.0.2.7', 'fe80::1%eth0'])).toBe(
      'address show\nroute get 192.0.2.7 mark 6844269\nroute get fe80::1 oif eth0 mark 6844269\n',
    );
    const answer = line({ dst: 'fe80::7', dev: 'eth0', prefsrc: 'fe80::50', flags: [] });
    expect(parseRouteAnswers(answer, parse, 'hm-wgnet').get('fe80::7')).toMatchObject({ onLink: true });
  });
});
