import { describe, expect, test } from 'vitest';
import { dnsPlan } from '../../../../shared/plan/dns-plan.ts';
import { exitOf, possibleExits } from '../../../../shared/plan/exit.ts';
import { refuseUnsafeProfile } from '../../../../shared/plan/refusals.ts';
import { otherTraffic } from '../../../../shared/plan/traffic.ts';
import { tunnelPlan } from '../../../../shared/plan/tunnel-plan.ts';
import { type InviteProfile, inviteProfileSchema } from '../../../../shared/profile/profile.ts';
import { goodProfile } from '../../support/profiles.ts';

/** The profile of the tests with an exit through one of its controllers. */
function withExit(options: { dns?: string[]; chosen?: boolean; ipv4?: boolean } = {}): InviteProfile {
  const { dns = [], chosen = true, ipv4 = true } = options;
  const base = inviteProfileSchema.parse(goodProfile());
  const [first] = base.controllers;
  if (first === undefined) throw new Error('the profile of the tests has no controller');
  return inviteProfileSchema.parse({
    ...base,
    ...(ipv4
      ? {
          network: { ...base.network, ipv4: { range: '10.42.0.0/16', controller: first.name } },
          peer: { ...base.peer, ipv4: '10.42.1.2' },
        }
      : {}),
    controllers: base.controllers.map((controller) =>
      controller === first
        ? { ...controller, exit: { dns }, ...(ipv4 ? { ipv4: '10.42.1.4' } : {}) }
        : controller,
    ),
    settings: { ...base.settings, ...(chosen ? { exit: first.name } : {}) },
  });
}

describe('an exit that an invite offers', () => {
  test('carries both families when it is chosen, and the helper accepts it', () => {
    const profile = withExit();
    refuseUnsafeProfile(profile);
    const plan = tunnelPlan(profile);
    const exit = exitOf(profile);
    expect(plan.routes.filter(({ range }) => range.endsWith('/0'))).toEqual([
      { range: '::/0', source: plan.addresses[0]?.replace('/128', ''), controller: exit },
      { range: '0.0.0.0/0', source: '10.42.1.2', controller: exit },
    ]);
    expect(plan.blocked).toEqual([]);
    const everything = plan.controllers.filter(({ allowedIps }) => allowedIps.includes('0.0.0.0/0'));
    expect(everything.map(({ name }) => name)).toEqual([exit]);
    expect(otherTraffic(profile)).toEqual({ isUntouched: false, text: `goes through ${exit}, all of it` });
  });

  test('changes nothing until it is chosen, and the review says that it can be', () => {
    const profile = withExit({ chosen: false, ipv4: false });
    const { controllers: _controllers, ...plan } = tunnelPlan(profile);
    const { controllers: _others, ...plain } = tunnelPlan(inviteProfileSchema.parse(goodProfile()));
    expect(plan).toEqual(plain);
    expect(dnsPlan(withExit({ chosen: false, dns: ['9.9.9.9'] }))).toBeUndefined();
    const [exit = ''] = possibleExits(profile);
    expect(otherTraffic(profile).text).toBe(
      `${otherTraffic(inviteProfileSchema.parse(goodProfile())).text}, unless you choose ${exit} as your exit`,
    );
  });

  test('blocks IPv4 for a laptop that has no IPv4 address in the network', () => {
    expect(tunnelPlan(withExit({ ipv4: false })).blocked).toEqual(['0.0.0.0/0']);
  });

  test('has all names looked up at its servers', () => {
    expect(dnsPlan(withExit({ dns: ['9.9.9.9'] }))).toEqual({
      servers: ['9.9.9.9'],
      zones: [],
      scope: 'all',
    });
    expect(dnsPlan(withExit())).toBeUndefined();
  });

  test('that is no longer offered is refused, not dropped: traffic would leave outside it', () => {
    const profile = withExit();
    const controllers = profile.controllers.map(({ exit: _exit, ...one }) => one);
    expect(() => refuseUnsafeProfile({ ...profile, controllers })).toThrow(/offers no exit/);
  });
});
