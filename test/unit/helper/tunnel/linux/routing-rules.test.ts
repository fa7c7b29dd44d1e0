import { describe, expect, test } from 'vitest';
import {
  isRuleRemoval,
  parseOwnRules,
  ruleChanges,
  rulesOf,
} from '../../../../../helper/tunnel/linux/routing-rules.ts';
import { tunnelPlan } from '../../../../../shared/plan/tunnel-plan.ts';
import { goodProfile, goodWgQuickProfile } from '../../../support/profiles.ts';

const printed = (rules: readonly object[]) => parseOwnRules(JSON.stringify(rules));

describe('the rules of a plan', () => {
  test('name each range once, the network as a whole, after the ways past the tunnel', () => {
    const plan = tunnelPlan(goodProfile());
    const network = plan.network[0];
    expect(rulesOf(plan, 6, 0)).toEqual([
      'priority 18599 nop',
      'priority 18500 uidrange 0-0 ipproto 17 sport 61440-61951 goto 18599',
      'priority 18500 uidrange 0-0 ipproto 6 sport 61440-61951 goto 18599',
      'priority 18501 fwmark 0x686f6d goto 18599',
      'priority 18510 lookup 6844270',
      `priority 18520 from ${network} lookup 6844269`,
      `priority 18530 to ${network} lookup 254 suppress_prefixlength 31`,
      'priority 18540 lookup 6844269',
    ]);
    expect(rulesOf(plan, 4, 7)).toContain(
      'priority 18530 to 203.0.113.0/25 lookup 254 suppress_prefixlength 7',
    );
  });

  test('are empty for a family without routes', () => {
    const plan = tunnelPlan(goodWgQuickProfile());
    const family = plan.routes.some(({ range }) => range.includes(':')) ? 4 : 6;
    const other = {
      ...plan,
      routes: plan.routes.filter(({ range }) => range.includes(':') !== (family === 6)),
    };
    expect(rulesOf(other, family, 0)).toEqual([]);
  });
});

describe('the rules that are there', () => {
  test('are read as they were written, and no others', () => {
    const rules = [
      { priority: 0, src: 'all', table: '255' },
      {
        priority: 18_500,
        src: 'all',
        uid_start: 0,
        uid_end: 0,
        ipproto: 'ipproto-17',
        sport_start: 61_440,
        sport_end: 61_951,
        goto: 18_599,
        protocol: '104',
      },
      { priority: 18_501, src: 'all', fwmark: '0x686f6d', goto: 18_599, protocol: '104' },
      { priority: 18_520, src: '10.42.1.2', table: '6844269', protocol: '104' },
      {
        priority: 18_530,
        src: 'all',
        dst: '192.168.0.0',
        dstlen: 16,
        table: '254',
        suppress_prefixlen: 7,
        protocol: '104',
      },
      { priority: 18_540, src: 'all', table: '51820', protocol: '3' },
      { priority: 18_599, src: 'all', nop: null, protocol: '104' },
    ];
    expect(printed(rules)).toEqual([
      'priority 18500 uidrange 0-0 ipproto 17 sport 61440-61951 goto 18599',
      'priority 18501 fwmark 0x686f6d goto 18599',
      'priority 18520 from 10.42.1.2/32 lookup 6844269',
      'priority 18530 to 192.168.0.0/16 lookup 254 suppress_prefixlength 7',
      'priority 18599 nop',
    ]);
    expect(parseOwnRules('')).toEqual([]);
  });

  test.each([4, 6] as const)('need no change when they are those of the plan (IPv%i)', (family) => {
    const rules = rulesOf(tunnelPlan(goodProfile()), family, 0);
    expect(rules.length).toBeGreaterThan(0);
    expect(ruleChanges(rules, rules)).toEqual([]);
    expect(ruleChanges([], rules)).toHaveLength(rules.length);
  });

  test('stay when they are wanted; only the others are added or deleted', () => {
    const kept = 'priority 18520 from fd00::7/128 lookup 6844269';
    const changes = ruleChanges(
      ['priority 18520 from fd00:0:0::7/128 lookup 6844269', 'priority 18530 to 10.0.0.0/8 lookup 254'],
      [kept, 'priority 18599 nop'],
    );
    expect(changes).toEqual([
      'rule add priority 18599 nop protocol 104',
      'rule delete priority 18530 to 10.0.0.0/8 lookup 254 protocol 104',
    ]);
  });
});

test.each([
  ['Deleted 18530:\tfrom all to 192.0.2.0/24 lookup main suppress_prefixlength 7 proto 104', true],
  ['18530:\tfrom all to 192.0.2.0/24 lookup main suppress_prefixlength 7 proto 104', false],
  ['Deleted 32765:\tnot from all fwmark 0xca6c lookup 51820', false],
  ['Deleted 18530: eth0    inet 192.0.2.50/24', false],
])('%j says that a rule of ours was removed: %s', (line, expected) => {
  expect(isRuleRemoval(line)).toBe(expected);
});
