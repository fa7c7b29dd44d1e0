import { expect, test } from 'vitest';
import { controllerStatus } from '../../../../helper/paths/controller-status.ts';
import { endpoint, plannedNas } from '../../support/fake-system.ts';
import { internet, lan, MachineRun } from '../../support/machine-run.ts';

function shown(run: MachineRun) {
  const { path, isMoving } = controllerStatus(plannedNas(), run.state, undefined, 1_000, () => '');
  return isMoving ? `${path}, moving` : path;
}

test('a path is not shown as the path before it is verified', () => {
  const run = new MachineRun();
  run.startAtHome();
  expect(shown(run)).toBe('internet');
  run.answer(lan, 1);
  expect(shown(run)).toBe('internet, moving');
  run.endMove();
  expect(shown(run)).toBe('lan');
});

test('a LAN whose network is gone is no path', () => {
  const run = new MachineRun();
  run.startAtHome();
  run.answer(lan, 1);
  run.endMove();
  run.send({ type: 'network-changed', removed: { devices: ['eth0'], addresses: [] } });
  expect(shown(run)).toBe('none');
});

test('the endpoint is the one with its zone, where WireGuard reports it without', () => {
  const zoned = endpoint('[fe80::7%eth0]:51820');
  const run = new MachineRun([{ endpoint: zoned, path: 'lan', source: 'invite' }]);
  run.send({ type: 'started', endpoint: zoned });
  const peer = {
    publicKey: plannedNas().publicKey,
    endpoint: endpoint('[fe80::7]:51820'),
    latestHandshakeSeconds: undefined,
    receivedBytes: 1,
    sentBytes: 2,
  };
  const status = controllerStatus(plannedNas(), run.state, peer, null, () => '');
  expect(status).toMatchObject({ endpoint: zoned, latestHandshakeAt: null, probing: 'unknown' });
});

test('a controller with a handshake that answers no probe does not know the probe key', () => {
  const run = new MachineRun();
  run.startAtHome();
  run.answer(internet, { verdict: 'unanswered', reason: 'no answer' });
  const status = (ageMs: number | null) =>
    controllerStatus(plannedNas(), run.state, undefined, ageMs, () => '');
  expect(status(1_000).probing).toBe('not-supported');
  expect(status(null).probing).toBe('unknown');
});
