import { describe, expect, it } from 'vitest';
import { dnsPlan } from '../../../../shared/plan/dns-plan.ts';
import { parseWgQuick } from '../../../../shared/wgquick/import.ts';
import { nasKey } from '../../support/invite-fixtures.ts';

const privateKey = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAEA=';

function imported(dnsLines: readonly string[], allowedIps = '192.168.178.0/24, fd00:1::/64') {
  const lines = dnsLines.map((value) => `DNS = ${value}`).join('\n');
  return parseWgQuick(
    `[Interface]\nPrivateKey = ${privateKey}\nAddress = 192.168.178.202/24\n${lines}\n[Peer]\nPublicKey = ${nasKey}\nAllowedIPs = ${allowedIps}\nEndpoint = 198.51.100.7:51820\n`,
    'home.conf',
  );
}

describe('the DNS lines of a WireGuard file', () => {
  it('have the names of their domains looked up at their servers, and no others', () => {
    const { profile, refusedLines } = imported(['192.168.178.1,FD00:1:0::1', 'fritz.box']);
    expect(dnsPlan(profile)).toEqual({
      servers: ['192.168.178.1', 'fd00:1::1'],
      zones: ['fritz.box'],
      scope: 'zones',
    });
    expect(refusedLines).toEqual([]);
  });

  it('have all names looked up there when all traffic goes there', () => {
    const { profile } = imported(['203.0.113.53'], '0.0.0.0/0, ::/0');
    expect(dnsPlan(profile)).toEqual({ servers: ['203.0.113.53'], zones: [], scope: 'all' });
  });

  it.each([
    [['192.168.178.1'], '192.168.178.1', /names no domain/],
    [['203.0.113.53', 'lan.example'], '203.0.113.53', /outside of the network/],
    [['203.0.113.53', 'lan.example'], 'lan.example', /without a server/],
    [['192.168.178.1, com'], 'com', /public suffix/],
    [['192.168.178.1, co.uk'], 'co.uk', /public suffix/],
    [['192.168.178.1, localhost'], 'localhost', /RFC 6761/],
    [['192.168.178.1, not a domain'], 'not a domain', /host labels/],
  ])('%j are listed where they are not carried out: %s', (lines, value, reason) => {
    const { profile, refusedLines } = imported(lines);
    expect(dnsPlan(profile)).toBeUndefined();
    expect(refusedLines.find(({ text }) => text === `DNS = ${value}`)?.reason).toMatch(reason);
  });
});
