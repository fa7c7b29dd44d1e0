import { describe, expect, test } from 'vitest';
import { rulesOf, tunnelRoutes } from '../../../../helper/tunnel/linux/routing-rules.ts';
import { exitOf, possibleExits } from '../../../../shared/plan/exit.ts';
import { refuseUnsafeProfile } from '../../../../shared/plan/refusals.ts';
import { otherTraffic } from '../../../../shared/plan/traffic.ts';
import { tunnelPlan } from '../../../../shared/plan/tunnel-plan.ts';
import { type WgQuickProfile, wgQuickProfileSchema } from '../../../../shared/profile/profile.ts';
import { goodProfile, goodWgQuickProfileJson } from '../../support/profiles.ts';

function withExit(allowedIps: readonly string[], exit: string | undefined): WgQuickProfile {
  const json = goodWgQuickProfileJson();
  const settings = { ...json.settings, ...(exit === undefined ? {} : { exit }) };
  const controllers = json.controllers.map((one) => ({ ...one, allowedIps }));
  return wgQuickProfileSchema.parse({ ...json, settings, controllers });
}

const all = ['0.0.0.0/0', '::/0'];

describe('an exit', () => {
  test.each([[all], [['0.0.0.0/1', '128.0.0.0/1']], [['10.0.0.0/8', '::/0']]])(
    'is offered by %j',
    (ranges) => {
      const profile = withExit(ranges, 'nas');
      expect(possibleExits(profile)).toEqual(['nas']);
      expect(exitOf(profile)).toBe('nas');
      expect(() => refuseUnsafeProfile(profile)).not.toThrow();
      expect(otherTraffic(profile)).toEqual({ isUntouched: false, text: 'goes through nas, all of it' });
    },
  );

  test('that is off takes no traffic, though WireGuard would', () => {
    const profile = withExit([...all, '10.1.0.0/16'], undefined);
    const plan = tunnelPlan(profile);
    expect(plan.routes.map(({ range }) => range)).toEqual(['10.1.0.0/16']);
    expect(plan.controllers[0]?.allowedIps).toEqual([...all, '10.1.0.0/16']);
    expect(plan.blocked).toEqual([]);
    expect(otherTraffic(profile).isUntouched).toBe(true);
  });

  test('is offered by no invite, and a setting that names none is refused', () => {
    expect(possibleExits(goodProfile())).toEqual([]);
    expect(() => refuseUnsafeProfile(withExit(['10.0.0.0/16'], 'nas'))).toThrow(/refuses/);
    expect(() => refuseUnsafeProfile(withExit(all, 'vps'))).toThrow(/refuses/);
  });

  test.each([
    [['0.0.0.0/0'], ['::/0']],
    [['::/0'], ['0.0.0.0/0']],
    [all, []],
    [['0.0.0.0/1', '128.0.0.0/1'], ['::/0']],
  ])('with %j blocks %j, which would leave beside it', (ranges, blocked) => {
    const plan = tunnelPlan(withExit(ranges, 'nas'));
    expect(plan.blocked).toEqual(blocked);
    const refused = tunnelRoutes(plan).filter((route) => route.startsWith('unreachable'));
    expect(refused).toEqual(blocked.map((range) => `unreachable ${range} table 6844269 protocol 104`));
    for (const family of [4, 6] as const)
      expect(rulesOf(plan, family, 0).at(-1)).toBe('priority 18540 lookup 6844269');
  });

  test('leaves the networks that the laptop is in to it', () => {
    expect(rulesOf(tunnelPlan(withExit(all, 'nas')), 4, 0)).toContain(
      'priority 18530 lookup 254 suppress_prefixlength 7',
    );
  });
});
