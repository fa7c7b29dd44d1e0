import { describe, expect, it } from 'vitest';
import { exitOf } from '../../../../shared/plan/exit.ts';
import { parseWgQuick } from '../../../../shared/wgquick/import.ts';
import { namesKept, withNames } from '../../../../shared/wgquick/rename.ts';
import { nasKey, refusalOf, vpsKey } from '../../support/invite-fixtures.ts';

const privateKey = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAEA=';
const head = `[Interface]\nPrivateKey = ${privateKey}\nAddress = 10.42.1.2/24\n`;
const first = `[Peer]\nPublicKey = ${nasKey}\nAllowedIPs = 10.42.0.1/24\nEndpoint = 198.51.100.7:51820\n`;
const second = `[Peer]\n# vps\nPublicKey = ${vpsKey}\nAllowedIPs = 10.43.0.1/24\nEndpoint = 198.51.100.8:51820\n`;
const { profile } = parseWgQuick(head + first + second, 'wg0.conf');

describe('names given at import', () => {
  it('replace those of the network, its interface, its domain and its machines', () => {
    const named = withNames(profile, { network: 'Home', members: new Map([['controller-1', 'nas']]) });
    expect(named.network).toEqual({ name: 'home', domain: 'home' });
    expect(named.interfaceName).toBe('hm-home');
    expect(named.controllers.map(({ name }) => name)).toEqual(['nas', 'vps']);
    expect(named.machines.map(({ name }) => name)).toEqual(['nas', 'vps']);
    expect(named.defaultController).toBe('nas');
  });

  it('keep the exit, which is chosen by name', () => {
    const exit = parseWgQuick(
      `${head}${first}${second.replace('10.43.0.1/24', '0.0.0.0/0')}`,
      'wg0.conf',
    ).profile;
    expect(exitOf(exit)).toBe('vps');
    expect(exitOf(withNames(exit, { members: new Map([['vps', 'berlin']]) }))).toBe('berlin');
    expect(exitOf(withNames(exit, { members: new Map([['controller-1', 'nas']]) }))).toBe('vps');
  });

  it('may be swapped', () => {
    const members = new Map([
      ['controller-1', 'vps'],
      ['vps', 'controller-1'],
    ]);
    expect(withNames(profile, { members }).controllers.map(({ name }) => name)).toEqual([
      'vps',
      'controller-1',
    ]);
  });

  it.each([
    ['a machine that is not there', { members: new Map([['nas', 'attic']]) }, 'unknown-member'],
    ['a name twice', { members: new Map([['controller-1', 'vps']]) }, 'duplicate-name'],
    ['a name with a space', { members: new Map([['vps', 'a b']]) }, 'bad-name'],
    ['a network without a name', { network: ' ' }, 'bad-name'],
  ])('are refused with %s', (_, names, code) => {
    expect(refusalOf(() => withNames(profile, names)).code).toBe(code);
  });

  it('stay with their keys when the file comes again', () => {
    const stored = withNames(profile, { network: 'home', members: new Map([['controller-1', 'nas']]) });
    const again = parseWgQuick(head + second + first, 'wg0 (1).conf').profile;
    const updated = withNames(again, namesKept(stored, again));
    expect(updated.network.name).toBe('home');
    expect(updated.controllers.map(({ name }) => name)).toEqual(['vps', 'nas']);
  });

  it('give way when the file gives one of them to a new machine', () => {
    const stored = withNames(profile, { members: new Map([['vps', 'attic']]) });
    const third = `[Peer]\n# attic\nPublicKey = ${privateKey}\nAllowedIPs = 10.44.0.1/24\nEndpoint = 198.51.100.9:51820\n`;
    const again = parseWgQuick(head + first + second + third, 'wg0.conf').profile;
    expect(withNames(again, namesKept(stored, again)).controllers.map(({ name }) => name)).toEqual([
      'controller-1',
      'vps',
      'attic',
    ]);
  });
});
