import { beforeEach, describe, expect, test } from 'vitest';
import type { Endpoint } from '../../../../../shared/endpoints/endpoint.ts';
import { recordVerdict } from '../../../../../shared/paths/candidate.ts';
import {
  addCandidate,
  addOnLink,
  applyResolved,
  applyRoutes,
  applySourceAddresses,
  changeCandidate,
  expireLanProofs,
  type KnownEndpoint,
  markRemoved,
  type PathCandidate,
  wasRemoved,
} from '../../../../../shared/paths/machine/candidates.ts';
import {
  isOnLan,
  type RemovedLinks,
  type Route,
  type SourceAddress,
} from '../../../../../shared/paths/route.ts';
import { endpoint } from '../../../support/fake-system.ts';

/** The candidates as they follow from one another. */
class Following {
  all: readonly PathCandidate[] = [];

  get(which: Endpoint): PathCandidate | undefined {
    return this.all.find((candidate) => candidate.endpoint === which);
  }

  add(known: KnownEndpoint): void {
    this.all = addCandidate(this.all, known);
  }

  addOnLink(which: Endpoint, device: string): void {
    this.all = addOnLink(this.all, which, device);
  }

  update(which: Endpoint, change: (one: PathCandidate) => PathCandidate): void {
    this.all = changeCandidate(this.all, which, change);
  }

  applyRoutes(routes: Readonly<Record<string, Route>>, offLink: boolean, inUse: Endpoint | null): boolean {
    const { candidates: after, isOtherRoute } = applyRoutes(this.all, routes, offLink, inUse);
    this.all = after;
    return isOtherRoute;
  }

  lose(losses: RemovedLinks): void {
    this.all = markRemoved(this.all, losses);
  }

  takeWays(ways: Readonly<Record<string, SourceAddress>>, losses: RemovedLinks): void {
    this.all = applySourceAddresses(this.all, ways, losses);
  }

  wasLost(which: Endpoint, losses: RemovedLinks): boolean {
    const one = this.get(which);
    return one !== undefined && wasRemoved(one, losses);
  }

  expireLanProofs(sinceMs: number): void {
    this.all = expireLanProofs(this.all, sinceMs);
  }

  setResolved(known: readonly KnownEndpoint[], inUse: Endpoint | null): void {
    this.all = applyResolved(this.all, known, inUse);
  }

  isOnLink(which: Endpoint): boolean {
    return isOnLan(this.get(which)?.route ?? null);
  }
}

const lan = endpoint('192.0.2.7:51820');
const internet = endpoint('198.51.100.7:51820');
const linkLocal = endpoint('[fe80::7%eth0]:51820');

const eth0: Route = { device: 'eth0', linkKind: 'lan', onLink: true, source: '192.0.2.50', usable: true };
const gateway: Route = { ...eth0, onLink: false };
const wwan0: Route = {
  device: 'wwan0',
  linkKind: 'point-to-point',
  onLink: false,
  source: '203.0.113.150',
  usable: true,
};

let candidates: Following;

beforeEach(() => {
  candidates = new Following();
  candidates.add({ endpoint: lan, path: 'lan', source: 'invite' });
  candidates.add({ endpoint: internet, path: 'internet', source: 'invite' });
});

function losses(devices: readonly string[], addresses: readonly string[] = []): RemovedLinks {
  return { devices, addresses };
}

function apply(routes: Readonly<Record<string, Route>>, inUse: Endpoint | null = null): boolean {
  return candidates.applyRoutes(routes, false, inUse);
}

function verify(which: Endpoint): void {
  candidates.update(which, (one) => recordVerdict(one, { verdict: 'verified', atMs: 1_000, roundTripMs: 1 }));
}

describe('a candidate', () => {
  test('is usable when a usable route leads to it, a LAN one only on the link itself', () => {
    apply({ '192.0.2.7': eth0, '198.51.100.7': gateway });
    expect(candidates.all.map(({ usable }) => usable)).toEqual([true, true]);
    apply({ '192.0.2.7': gateway, '198.51.100.7': { ...gateway, usable: false } });
    expect(candidates.all.map(({ usable }) => usable)).toEqual([false, false]);
  });

  test('of a LAN behind a gateway is worth a try after an event', () => {
    candidates.applyRoutes({ '192.0.2.7': gateway }, true, null);
    expect(candidates.get(lan)?.usable).toBe(true);
  });

  test('without a route is not usable', () => {
    apply({ '192.0.2.7': eth0 });
    expect(candidates.get(internet)?.usable).toBe(false);
  });

  test('on another link than before is distrusted if it is a LAN candidate, and probed again if it is public', () => {
    apply({ '192.0.2.7': eth0, '198.51.100.7': gateway });
    verify(lan);
    verify(internet);
    apply({ '192.0.2.7': { ...eth0, device: 'wlan0' }, '198.51.100.7': wwan0 });
    expect(candidates.get(lan)).toMatchObject({ proof: null, last: { verdict: 'untested' } });
    expect(candidates.get(internet)).toMatchObject({ last: { verdict: 'untested' } });
    expect(candidates.get(internet)?.proof).not.toBeNull();
  });

  test('on the same routes of another network is distrusted too, when the link was lost between', () => {
    const routes = { '192.0.2.7': eth0, '198.51.100.7': gateway };
    apply(routes);
    verify(lan);
    apply(routes);
    expect(candidates.get(lan)?.proof).not.toBeNull();
    candidates.lose(losses(['eth0']));
    apply(routes);
    expect(candidates.get(lan)?.proof).toBeNull();
  });

  test('in use whose route changed is reported', () => {
    const routes = { '192.0.2.7': eth0, '198.51.100.7': gateway };
    expect(apply(routes, internet)).toBe(false);
    expect(apply(routes, internet)).toBe(false);
    expect(apply({ ...routes, '198.51.100.7': wwan0 }, internet)).toBe(true);
  });

  test('is lost with its device or with the own address it is reached from', () => {
    apply({ '192.0.2.7': eth0, '198.51.100.7': wwan0 });
    expect(candidates.wasLost(lan, losses(['eth0']))).toBe(true);
    expect(candidates.wasLost(lan, losses([], ['192.0.2.50']))).toBe(true);
    expect(candidates.wasLost(lan, losses(['wwan0'], ['203.0.113.150']))).toBe(false);
    expect(candidates.wasLost(internet, losses(['wwan0']))).toBe(true);
  });
});

test('a LAN that answered only before the path fell silent has to answer again, the internet has not', () => {
  apply({ '192.0.2.7': eth0, '198.51.100.7': wwan0 });
  candidates.addOnLink(linkLocal, 'eth0');
  for (const one of [lan, internet, linkLocal]) verify(one);
  candidates.update(linkLocal, (one) =>
    recordVerdict(one, { verdict: 'verified', atMs: 3_000, roundTripMs: 1 }),
  );
  candidates.expireLanProofs(2_000);
  expect(candidates.get(lan)).toMatchObject({ proof: null, last: { verdict: 'untested' } });
  expect(candidates.get(internet)?.last.verdict).toBe('verified');
  expect(candidates.get(linkLocal)?.last.verdict).toBe('verified');
});

test('a LAN that was probed after the silence and did not answer keeps its silent verdict', () => {
  apply({ '192.0.2.7': eth0, '198.51.100.7': wwan0 });
  verify(lan);
  const silent = { verdict: 'unanswered', atMs: 3_000, reason: 'no answer' } as const;
  candidates.update(lan, (one) => recordVerdict(one, silent));
  candidates.expireLanProofs(2_000);
  expect(candidates.get(lan)).toMatchObject({ proof: null, last: silent });
});

describe('a candidate that was discovered', () => {
  test('is lost with the link it answered on, even before any route lookup', () => {
    candidates.addOnLink(linkLocal, 'eth0');
    expect(candidates.isOnLink(linkLocal)).toBe(true);
    expect(candidates.wasLost(linkLocal, losses(['eth0']))).toBe(true);
    expect(candidates.wasLost(linkLocal, losses(['wwan0']))).toBe(false);
    candidates.lose(losses(['eth0']));
    apply({ 'fe80::7': { ...eth0, source: 'fe80::50' } });
    expect(candidates.get(linkLocal)).toBeUndefined();
  });

  test('keeps its proof at its first route lookup', () => {
    candidates.addOnLink(linkLocal, 'eth0');
    verify(linkLocal);
    apply({ 'fe80::7': { ...eth0, source: 'fe80::50' } });
    expect(candidates.get(linkLocal)).toMatchObject({ usable: true, last: { verdict: 'verified' } });
  });

  test('is forgotten on another network, but not while it is in use', () => {
    candidates.addOnLink(linkLocal, 'eth0');
    apply({ 'fe80::7': eth0 });
    apply({ 'fe80::7': { ...eth0, device: 'wlan0' } }, linkLocal);
    expect(candidates.get(linkLocal)).toMatchObject({ proof: null });
    apply({ 'fe80::7': eth0 });
    expect(candidates.get(linkLocal)).toBeUndefined();
  });
});

describe('names that resolve again', () => {
  const first = endpoint('198.51.100.8:51820');
  const second = endpoint('198.51.100.9:51820');
  const resolved = (one: Endpoint) => ({
    endpoint: one,
    path: 'internet' as const,
    source: 'resolved' as const,
  });

  test('replace what they said before, and leave everything else', () => {
    candidates.setResolved([resolved(first)], null);
    candidates.setResolved([resolved(second)], null);
    expect(candidates.all.map((candidate) => candidate.endpoint)).toEqual([lan, internet, second]);
  });

  test('leave what is in use until it is left', () => {
    candidates.setResolved([resolved(first)], null);
    candidates.setResolved([resolved(second)], first);
    expect(candidates.get(first)).toBeDefined();
    candidates.setResolved([resolved(second)], second);
    expect(candidates.get(first)).toBeUndefined();
  });
});

describe('after the link of the LAN is gone', () => {
  const gone = losses(['eth0']);
  const usable = () =>
    candidates.all.filter((candidate) => candidate.usable).map((candidate) => candidate.endpoint);

  beforeEach(() => {
    apply({ '192.0.2.7': eth0, '198.51.100.7': gateway });
  });

  test('the internet is usable at once by another link, and the LAN is not', () => {
    candidates.takeWays({ '198.51.100.7': { device: 'wwan0', source: '203.0.113.150' } }, gone);
    expect(usable()).toEqual([internet]);
    expect(candidates.get(internet)?.route?.device).toBe('wwan0');
  });

  test('nothing is usable while the only route still uses it', () => {
    candidates.takeWays({ '198.51.100.7': { device: 'eth0', source: '192.0.2.50' } }, gone);
    expect(usable()).toEqual([]);
  });

  test('a route to a LAN address proves nothing: it may belong to another host there', () => {
    candidates.takeWays({ '192.0.2.7': { device: 'wwan0', source: '203.0.113.150' } }, gone);
    expect(usable()).toEqual([]);
  });
});

describe('over a modem or another VPN', () => {
  test.each(['point-to-point', 'tunnel'] as const)(
    'a private endpoint is not used: it is somebody else’s (%s)',
    (linkKind) => {
      const candidates = new Following();
      const lan = endpoint('192.0.2.7:51820');
      candidates.add({ endpoint: lan, path: 'lan', source: 'invite' });
      const route: Route = { device: 'x0', linkKind, onLink: false, source: '203.0.113.150', usable: true };
      candidates.applyRoutes({ '192.0.2.7': route }, true, null);
      expect(candidates.get(lan)).toMatchObject({ usable: false });
      candidates.applyRoutes({ '192.0.2.7': { ...route, linkKind: 'lan', onLink: true } }, true, null);
      expect(candidates.get(lan)).toMatchObject({ path: 'lan', usable: true });
    },
  );
});
