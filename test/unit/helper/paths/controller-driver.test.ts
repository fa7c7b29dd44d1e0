import { expect, test } from 'vitest';
import { ControllerDriver } from '../../../../helper/paths/controller-driver.ts';
import { plannedNas } from '../../support/fake-system.ts';
import { atHome, lan } from '../../support/machine-run.ts';
import { VirtualTime } from '../../support/virtual-time.ts';

test('a test of the tunnel that cannot read the interface has no result: it is recorded, and the silence remains', async () => {
  const recorded: string[] = [];
  const refuse = async (): Promise<never> => {
    throw new Error('nothing may be set');
  };
  const driver: ControllerDriver = new ControllerDriver({
    controller: plannedNas(),
    start: {
      port: 51_820,
      known: [{ endpoint: lan, path: 'lan', source: 'invite' }],
      hasTunnelAddress: true,
    },
    recordedEvents: 100,
    time: new VirtualTime(),
    prober: {
      probe: async ({ targets }, options) => {
        const outcome = { verdict: 'unanswered', reason: 'no answer' } as const;
        for (const index of targets.keys()) options?.onOutcome?.(outcome, index);
        return targets.map(() => outcome);
      },
    },
    mover: {
      move: refuse,
      set: refuse,
      reapply: refuse,
      renegotiate: refuse,
      ping: async () => undefined,
      peer: async () => {
        throw new Error('no buffer space available');
      },
    },
    sends: { packets: () => null, bytes: async () => null },
    record: ({ kind, reason }) => recorded.push(`${kind} ${reason}`),
    remember: () => undefined,
    rememberQuarantines: () => undefined,
    lookUp: ({ what }) => {
      if (what === 'neighbours') driver.send({ type: 'neighbours', entries: [] });
    },
    onDiscovering: () => undefined,
    requestSlot: () => driver.send({ type: 'slot-granted' }),
    releaseSlot: () => undefined,
    onStep: () => undefined,
  });
  driver.send({ type: 'started', endpoint: lan });
  driver.send({ type: 'network', routes: atHome, discovery: [] });
  await new Promise(setImmediate);
  driver.send({ type: 'silent', sinceMs: 0 });
  await new Promise(setImmediate);
  expect(recorded).toContain('trouble the tunnel could not be tested: no buffer space available');
  expect(driver.state.phase).toEqual({ is: 'on', endpoint: lan, silentSinceMs: 0 });
  await driver.stop();
});
