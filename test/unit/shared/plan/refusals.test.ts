import { describe, expect, test } from 'vitest';
import { planAddresses } from '../../../../shared/addresses/plan.ts';
import { HomingError } from '../../../../shared/errors/problem.ts';
import { keyText } from '../../../../shared/keys/wireguard-key.ts';
import { refuseUnsafeProfile } from '../../../../shared/plan/refusals.ts';
import { profileSchema } from '../../../../shared/profile/profile.ts';
import {
  goodProfile,
  goodProfileJson,
  goodWgQuickProfile,
  goodWgQuickProfileJson,
  nasKey,
} from '../../support/profiles.ts';

/** Why the helper refuses a profile: its shape or its content; undefined if it accepts it. */
function refusal(json: unknown): string | undefined {
  const parsed = profileSchema.safeParse(json);
  if (!parsed.success) return `shape: ${parsed.error.issues[0]?.path.join('.')}`;
  try {
    refuseUnsafeProfile(parsed.data);
    return undefined;
  } catch (error) {
    if (!(error instanceof HomingError)) throw error;
    expect(error.problem.code).toBe('profile-refused');
    expect(error.problem.remedy).not.toBe('');
    return error.problem.cause;
  }
}

function withNas(change: Readonly<Record<string, unknown>>): unknown {
  const profile = goodProfileJson();
  const [nas, ...others] = profile.controllers;
  return { ...profile, controllers: [{ ...nas, ...change }, ...others] };
}

test('a good profile of either origin is accepted', () => {
  expect(() => refuseUnsafeProfile(goodProfile())).not.toThrow();
  expect(() => refuseUnsafeProfile(goodWgQuickProfile())).not.toThrow();
});

describe('an extra route is refused', () => {
  test.each([
    ['0.0.0.0/0', 'all traffic'],
    ['::/0', 'all traffic'],
    ['127.0.0.0/8', 'loopback'],
    ['127.0.0.1/32', 'loopback'],
    ['126.0.0.0/7', 'loopback'],
    ['::1/128', 'loopback'],
    ['169.254.0.0/16', 'link-local'],
    ['fe80::/10', 'link-local'],
    ['fe80::/64', 'link-local'],
    ['224.0.0.0/4', 'multicast'],
    ['ff02::/16', 'multicast'],
    ['255.255.255.255/32', 'broadcast'],
    ['0.0.0.0/32', 'unspecified'],
  ])('when it is %s, which covers %s', (range, what) => {
    expect(refusal(withNas({ routes: [range] }))).toMatch(`controllers[0].routes[0] is "${range}"`);
    expect(refusal(withNas({ routes: [range] }))).toMatch(what);
  });

  test.each(['192.0.2.0/24', '192.0.2.7/32', '198.51.100.0/24', '2001:db8::/32'])(
    'not when it is %s, the LAN that a controller stands in: what WireGuard sends never enters the tunnel',
    (range) => expect(refusal(withNas({ routes: [range] }))).toBeUndefined(),
  );

  test.each([['-x/24'], ['203.0.113.1/24'], ['203.0.113.0'], ['203.0.113.0/33'], ['203.0.113.0/24\n']])(
    'when it is %j, which is no range',
    (range) => {
      expect(refusal(withNas({ routes: [range] }))).toBe('shape: controllers.0.routes.0');
    },
  );
});

test('routes that together take most of the internet are refused, however they are cut up', () => {
  // 57 ranges that cover no endpoint and no protected range: 93 % of IPv4, measured on an earlier helper.
  const pieces = [...Array(222).keys()]
    .map((i) => i + 1)
    .filter((i) => ![127, 169, 192, 198, 203].includes(i));
  const routes = pieces.map((i) => `${i}.0.0.0/8`);
  const [first, second] = goodProfileJson().controllers;
  const quarter = (n: number) => routes.slice(n * 56, (n + 1) * 56);
  const json = {
    ...goodProfileJson(),
    controllers: [
      { ...first, routes: quarter(0) },
      { ...second, routes: quarter(1) },
      {
        ...second,
        name: 'c',
        publicKey: keyText(new Uint8Array(32).fill(3)),
        routes: [...quarter(2), ...quarter(3)].slice(0, 64),
      },
    ],
  };
  expect(refusal(json)).toMatch(/together cover \d\d % of the internet/);
  expect(refusal(withNas({ routes: ['2000::/4', '3000::/4'] }))).toMatch(/covers|of the internet/);
});

describe('a profile is refused', () => {
  const profile = goodProfileJson();
  const [nas, vps] = profile.controllers;
  const machine = (name: string) => ({ ...profile, machines: [{ name, kind: 'controller' }] });
  const domain = (text: string) => ({ ...profile, network: { name: 'wgnet', domain: text } });

  test.each([
    ['eth0'],
    ['--x'],
    ['wg0'],
    ['hm'],
    ['hm-../../x'],
    ['hm-a b'],
    ['hm-abcdefghijklmn'],
    ['hm-A'],
  ])('when its interface is %j', (interfaceName) => {
    expect(refusal({ ...profile, interfaceName })).toBe('shape: interfaceName');
  });

  test.each([['fd00::/56'], ['fd7d:31c7:4::/48'], ['::/0'], ['fe80::/56'], ['2001:db8::/56'], ['x']])(
    'when a subnet is %s',
    (subnet) => {
      expect(refusal(withNas({ subnet }))).toMatch(/controllers\[0\]\.subnet .* not a \/56 of the network/);
    },
  );

  test.each([
    ['a b'],
    ['a\n192.0.2.1 bank'],
    ['a..b'],
    ['-a'],
    ['.a'],
    ['a.'],
    [''],
    ['a\u0000'],
    ['#a'],
    ['a\tb'],
  ])('when a host is called %j', (name) => {
    expect(refusal(machine(name))).toBe('shape: machines.0.name');
  });

  test.each([
    ['com'],
    ['github.com'],
    ['co.uk'],
    ['localhost'],
    ['a b'],
    ['x\ny'],
    ['192.0.2.1'],
    [''],
    ['-x'],
  ])('when its domain is %j', (text) => {
    expect(refusal(domain(text))).toBe('shape: network.domain');
  });

  test('when two controllers have one key', () => {
    const json = { ...profile, controllers: [nas, { ...vps, publicKey: nasKey }] };
    expect(refusal(json)).toMatch(/controllers\[1\]\.publicKey .* stands there twice/);
  });

  test('when two controllers, or two machines, have one name', () => {
    const machines = [...profile.machines, { name: 'desk', kind: 'peer', suffix: '1:2:3:4' }];
    expect(refusal({ ...profile, controllers: [nas, { ...vps, name: 'nas' }] })).toMatch(/twice/);
    expect(refusal({ ...profile, machines })).toMatch(/machines\[4\]\.name is "desk".*twice/);
  });

  test('when its default controller is none of its controllers', () => {
    expect(refusal({ ...profile, defaultController: 'nobody' })).toMatch(/not a listed controller/);
  });

  test.each([
    ['postUp', 'touch /tmp/x'],
    ['table', 'auto'],
  ])('when it has a field %s that no profile has', (key, value) => {
    expect(refusal({ ...profile, [key]: value })).toMatch('shape');
  });

  test.each([['198.51.100.7:0'], ['-x:1'], ['[fe80::1%eth0]:51820'], ['a b:1'], ['198.51.100.7']])(
    'when an endpoint is %s',
    (endpoint) => {
      expect(refusal(withNas({ endpoints: { private: [], public: [endpoint] } }))).toMatch('shape');
    },
  );
});

describe('a profile of a wg-quick file is refused', () => {
  const profile = goodWgQuickProfileJson();
  const [nas] = profile.controllers;

  test.each([['224.0.0.0/4'], ['fe80::/10'], ['127.0.0.0/8']])(
    'when a controller takes %s and that covers a protected range',
    (range) => {
      expect(refusal({ ...profile, controllers: [{ ...nas, allowedIps: [range] }] })).toBeDefined();
    },
  );

  test.each([['203.0.113.0/24'], ['192.0.2.4/30']])('not when %s covers an endpoint', (range) => {
    expect(
      refusal({ ...profile, machines: [], controllers: [{ ...nas, allowedIps: [range] }] }),
    ).toBeUndefined();
  });

  test('when an own address is an endpoint', () => {
    const peer = { name: 'laptop', addresses: ['203.0.113.7/24'] };
    expect(refusal({ ...profile, peer })).toMatch(/peer\.addresses\[0\].*endpoint/);
  });

  test.each([['127.0.0.2/8'], ['fe80::2/64'], ['224.0.0.1/4'], ['0.0.0.0/0'], ['::1/128']])(
    'when the own address is %s',
    (address) => {
      expect(refusal({ ...profile, peer: { name: 'laptop', addresses: [address] } })).toMatch(
        'peer.addresses[0]',
      );
    },
  );
});

describe('a wg-quick profile', () => {
  const profile = goodWgQuickProfileJson();
  const own = (...addresses: string[]) => ({ ...profile, machines: [], peer: { name: 'laptop', addresses } });
  const named = (address: string) => ({ ...profile, machines: [{ name: 'bank', kind: 'peer', address }] });

  test.each([['9.9.9.9/32'], ['1.1.1.1/24'], ['2620:fe::fe/128'], ['172.32.0.1/16'], ['8.8.8.8/0']])(
    'is refused with the own address %s, which is somebody else’s on the internet',
    (address) => {
      expect(refusal(own(address))).toMatch(/peer\.addresses\[0\] .* belongs to somebody on the internet/);
    },
  );

  test.each([['10.42.1.2/16'], ['172.31.0.2/32'], ['192.168.9.2/24'], ['100.64.0.2/10'], ['fd00::2/64']])(
    'may have the own address %s',
    (address) => {
      expect(refusal(own(address))).toBeUndefined();
    },
  );

  test.each([['203.0.113.7'], ['93.184.215.14'], ['2001:db8:a::1']])(
    'is refused with a name for %s, which is in none of its ranges',
    (address) => {
      expect(refusal(named(address))).toMatch(/machines\[0\]\.address .* lead out of the tunnel/);
    },
  );

  test('may name what is inside AllowedIPs, and in the network of its own address', () => {
    expect(refusal(named('198.51.100.200'))).toBeUndefined();
    const json = { ...named('10.0.44.4'), peer: { name: 'laptop', addresses: ['10.0.44.1/24'] } };
    expect(refusal(json)).toBeUndefined();
    const whole = { ...named('93.184.215.14'), peer: { name: 'laptop', addresses: ['10.0.0.1/0'] } };
    expect(refusal(whole)).toMatch(/machines\[0\]/);
  });

  test.each([
    [1, false],
    [53, false],
    [1_023, false],
    [1_024, true],
    [51_820, true],
  ])('with the listen port %i is taken: %s', (listenPort, isTaken) => {
    const json = { ...profile, settings: { ...profile.settings, listenPort } };
    expect(refusal(json) === undefined).toBe(isTaken);
  });
});

describe('a profile of the largest size', () => {
  /** 128 controllers with 64 endpoints and 64 routes each: the maximum of the schema. */
  const largest = (perController: number) => {
    const numbered = (head: number, n: number) => `${head}.${n >> 16}.${(n >> 8) & 255}.${n & 255}`;
    const controllers = Array.from({ length: 128 }, (_, i) => ({
      name: `c${i}`,
      publicKey: keyText(new Uint8Array(32).fill(i)),
      subnet: planAddresses('wgnet', `c${i}`).subnet,
      endpoints: {
        private: [],
        public: Array.from(
          { length: perController },
          (_, j) => `${numbered(100, i * perController + j)}:51820`,
        ),
      },
      routes: Array.from({ length: perController }, (_, j) => `${numbered(10, i * perController + j)}/32`),
    }));
    return { ...goodProfileJson(), defaultController: 'c0', controllers, machines: [] };
  };

  test('is checked in a second or two, where comparing every range with every endpoint took minutes', () => {
    const text = JSON.stringify(largest(64));
    const startedAt = performance.now();
    expect(refusal(JSON.parse(text))).toBeUndefined();
    const tookMs = performance.now() - startedAt;
    console.log(`8,192 endpoints and 8,192 routes, ${text.length} bytes: ${tookMs.toFixed(0)} ms`);
    expect(tookMs).toBeLessThan(3_000);
  });

  test('is refused with one range or one endpoint more, before any of them is parsed', () => {
    const [first, ...others] = largest(64).controllers;
    const more = (change: object) => ({
      ...largest(64),
      controllers: [...others, { ...first, ...change }, nas],
    });
    const [nas] = goodProfileJson().controllers;
    const startedAt = performance.now();
    expect(profileSchema.safeParse(more({})).error?.issues).toMatchObject([
      { path: ['controllers'], message: expect.stringContaining('8195 endpoints') },
    ]);
    expect(
      profileSchema.safeParse(more({ endpoints: { private: [], public: [] } })).error?.issues,
    ).toMatchObject([{ path: ['controllers'], message: expect.stringContaining('8193 ranges') }]);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});
