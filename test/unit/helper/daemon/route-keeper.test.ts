import { expect, test } from 'vitest';
import { RouteKeeper } from '../../../../helper/daemon/route-keeper.ts';
import { Timeline } from '../../../../helper/timeline/timeline.ts';
import type { RemovedLinks } from '../../../../shared/paths/route.ts';

const range = '192.168.1.0/24';

test('an override ends with the link it was for, though the next network has the same range before it is read', async () => {
  let report: (removed: RemovedLinks) => void = () => undefined;
  const set: (readonly string[])[] = [];
  const keeper = new RouteKeeper({
    system: {
      watchNetwork: (_tunnel, onChange) => {
        report = onChange;
        return async () => undefined;
      },
      hostRouting: async () => ({
        routes: [{ range, device: 'en0', isDead: false }],
        gateways: [],
        resolvers: [],
      }),
      overrideRoutes: async (_interfaceName, { over }) => void set.push(over),
    },
    timeline: new Timeline(() => 0),
    plan: {
      interfaceName: 'hm-wgnet',
      mtu: 1380,
      listenPort: undefined,
      addresses: [],
      routes: [{ range, source: undefined, controller: 'nas' }],
      network: [],
      blocked: [],
      controllers: [],
    },
    nameServers: [],
    onChange: () => undefined,
  });
  await keeper.start();
  await keeper.takeOver(range, true);
  report({ devices: ['en5'], addresses: [] });
  expect(keeper.states()).toMatchObject([{ state: 'taken-over' }]);
  report({ devices: ['en0'], addresses: [] });
  expect(keeper.states()).toMatchObject([{ state: 'asleep' }]);
  await expect.poll(() => set.at(-1)).toEqual([]);
  await keeper.stop();
});
