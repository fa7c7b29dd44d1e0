import { describe, expect, test } from 'vitest';
import { domainRefusal } from '../../../../shared/names/domain.ts';
import { isHostLabel } from '../../../../shared/names/host-label.ts';
import { hostEntries } from '../../../../shared/plan/host-names.ts';
import { inviteProfileSchema } from '../../../../shared/profile/profile.ts';
import { goodProfileJson } from '../../support/profiles.ts';

describe('the domain of a network', () => {
  test.each([['wgnet'], ['home'], ['wgnet.internal'], ['a.b.internal'], ['clan'], ['büro']])(
    'may be %s',
    (domain) => {
      expect(domainRefusal(domain)).toBeUndefined();
    },
  );

  test.each([
    ['archive.ubuntu.com', 'public internet'],
    ['us.archive.ubuntu.com', 'public internet'],
    ['code.visualstudio.com', 'public internet'],
    ['vpn.example.org', 'public internet'],
    ['me.github.io', 'public internet'],
    ['github.io', 'public suffix'],
    ['box', 'public suffix'],
    ['local', 'multicast DNS'],
    ['svc.cluster.local', 'multicast DNS'],
    ['localdomain', 'machines of a LAN'],
    ['lan', 'machines of a LAN'],
    ['google.internal', 'machines in clouds'],
    ['eu-west-1.compute.internal', 'machines in clouds'],
    ['internal', 'shared by all private networks'],
    ['x.localhost', 'RFC 6761'],
    ['home.arpa', 'RFC 8375'],
    ['x.alt', 'RFC 9476'],
    ['x.onion', 'RFC 7686'],
  ])('is refused when it is %s: %s', (domain, why) => {
    expect(domainRefusal(domain)).toContain(why);
  });
});

test('short names omit names that programs look up themselves', () => {
  const profile = goodProfileJson();
  const names = ['wpad', 'localhost', 'isatap', '_gateway', 'desk'].filter((name) => isHostLabel(name));
  const machines = names.map((name, i) => ({ name, kind: 'peer', suffix: `1:2:3:${i + 5}` }));
  const parsed = inviteProfileSchema.parse({
    ...profile,
    settings: { ...profile.settings, shortNames: true },
    machines: [...profile.machines.slice(0, 3), ...machines],
  });
  const written = hostEntries(parsed, 'nas').flatMap((entry) => entry.names);
  expect(written.filter((name) => !name.includes('.'))).toEqual(['nas', 'vps', 'laptop', 'desk']);
  expect(written).toContain('wpad.wgnet');
});

describe('a host label', () => {
  test.each([['nas'], ['büro'], ['сервер'], ['服务器'], ['カメラ1'], ['نانو'], ['nas-2']])(
    'may be %s',
    (label) => {
      expect(isHostLabel(label)).toBe(true);
    },
  );

  test.each([
    ['a Cyrillic letter among Latin ones', 'n\u0430s'],
    ['a Greek letter among Latin ones', 'n\u03b1s'],
    ['a letter that shows nothing', 'nas\u3164'],
    ['a half-width letter that shows nothing', 'nas\uffa0'],
    ['a variation selector', 'nas\ufe00x'],
    ['a zero-width joiner', 'na\u200ds'],
    ['a right-to-left override', 'na\u202es'],
    ['a letter in two pieces', 'bu\u0308ro'],
    ['a full-width letter', '\uff4eas'],
    ['a C1 control character', 'na\u009bs'],
  ])('may not have %s', (_, label) => {
    expect(isHostLabel(label)).toBe(false);
  });
});
