import { describe, expect, test } from 'vitest';
import { type ControllerMove, Mover } from '../../../../helper/paths/mover.ts';
import { endpoint, FakeSystem, plannedNas } from '../../support/fake-system.ts';

const lan = endpoint('192.0.2.7:51820');
const internet = endpoint('198.51.100.7:51820');
const linkLocal = endpoint('[fe80::7%eth0]:51820');

const order: ControllerMove = {
  controller: plannedNas(),
  from: internet,
  to: lan,
  fromWorks: true,
  roundTripMs: 40,
  device: 'eth0',
  renew: false,
  maxOutageMs: null,
};

/** With a clock that runs fast, so that a second of waiting takes a third. */
function moverOf(system: FakeSystem): Mover {
  return new Mover(system, 'hm-wgnet', () => performance.now() * 3);
}

describe('a move', () => {
  test('is committed when the tunnel receives over the new endpoint, and sets it once', async () => {
    const system = new FakeSystem(internet, [lan]);
    expect(await moverOf(system).move(order)).toMatchObject({ moved: true });
    expect(system.moves).toEqual([
      {
        interfaceName: 'hm-wgnet',
        controller: order.controller,
        renew: false,
        from: internet,
        to: lan,
        guardMs: 500,
        takeIn: { device: 'eth0', forMs: 65 },
      },
    ]);
    expect(system.pokes).toBe(1);
  });

  test('without a session waits for a handshake, which WireGuard tries every 5 s', async () => {
    const system = new FakeSystem(internet, []);
    if (system.peer !== undefined) system.peer = { ...system.peer, latestHandshakeSeconds: undefined };
    system.onMove = () => setTimeout(() => system.receiveFrom(lan, 92), 500);
    expect(await moverOf(system).move(order)).toMatchObject({ moved: true });
  });

  test('without a session puts the controller in anew, so that a handshake starts at once', async () => {
    const system = new FakeSystem(internet, [lan]);
    if (system.peer !== undefined) system.peer = { ...system.peer, latestHandshakeSeconds: undefined };
    expect(await moverOf(system).move(order)).toMatchObject({ moved: true });
    expect(system.moves).toMatchObject([{ to: lan, renew: true }]);
  });

  test('renews a session that the controller seems to have forgotten', async () => {
    const system = new FakeSystem(internet, [lan]);
    expect(await moverOf(system).move({ ...order, renew: true })).toMatchObject({ moved: true });
    expect(system.moves).toMatchObject([{ to: lan, renew: true }]);
  });

  test('that only the tunnel can prove goes back before anybody notices', async () => {
    const system = new FakeSystem(internet, []);
    const mover = new Mover(system, 'hm-wgnet', () => performance.now());
    const startMs = performance.now();
    expect(await mover.move({ ...order, maxOutageMs: 180 })).toMatchObject({ moved: false, reverted: true });
    expect(performance.now() - startMs).toBeLessThan(400);
    expect(system.peer?.endpoint).toBe(internet);
  });

  test('that is under way when the tunnel is taken down ends without going back', async () => {
    const system = new FakeSystem(internet, []);
    const mover = moverOf(system);
    system.onMove = () => mover.stop();
    expect(await mover.move(order)).toMatchObject({ moved: false, reverted: false });
    expect(system.moves).toHaveLength(1);
  });

  test('shuts the old endpoint out for four round trips of a slow path', async () => {
    const system = new FakeSystem(internet, [lan]);
    await moverOf(system).move({ ...order, roundTripMs: 300 });
    expect(system.moves[0]?.guardMs).toBe(1_200);
  });

  test('is reverted when nothing answers there', async () => {
    const system = new FakeSystem(internet, []);
    expect(await moverOf(system).move(order)).toEqual({
      moved: false,
      reason: 'the tunnel did not answer there',
      reverted: true,
    });
    expect(system.moves.map(({ from, to }) => [from, to])).toEqual([
      [internet, lan],
      [lan, internet],
    ]);
    expect(system.peer?.endpoint).toBe(internet);
  });

  test('is reverted when packets from the old endpoint took it back', async () => {
    const system = new FakeSystem(internet, []);
    system.onMove = () => setTimeout(() => system.receiveFrom(internet, 128), 1);
    expect(await moverOf(system).move({ ...order, device: null })).toEqual({
      moved: false,
      reason: `packets from ${internet} took it back`,
      reverted: true,
    });
  });

  test('holds while what is in flight from the old endpoint is let in', async () => {
    const system = new FakeSystem(internet, [lan]);
    system.onMove = () => setTimeout(() => system.receiveFrom(internet, 128), 1);
    expect(await moverOf(system).move(order)).toMatchObject({ moved: true });
    expect(system.peer?.endpoint).toBe(lan);
  });

  test('is not proven by what was in flight', async () => {
    const system = new FakeSystem(internet, []);
    system.onMove = () => setTimeout(() => system.receiveFrom(internet, 128), 1);
    expect(await moverOf(system).move(order)).toMatchObject({
      moved: false,
      reason: 'the tunnel did not answer there',
    });
  });

  test('has nothing to go back to when the old path does not work, and guards against nobody', async () => {
    const system = new FakeSystem(internet, []);
    const outcome = await moverOf(system).move({ ...order, fromWorks: false });
    expect(outcome).toMatchObject({ moved: false, reverted: false });
    expect(system.moves).toMatchObject([{ from: null, to: lan }]);
  });

  test('fails with that reason when the interface is gone', async () => {
    const system = new FakeSystem(internet, []);
    system.onMove = () => {
      system.peer = undefined;
    };
    expect(await moverOf(system).move(order)).toMatchObject({
      moved: false,
      reason: 'the interface is gone',
    });
  });

  test('to a link-local address holds although wireguard-go tells it without its zone', async () => {
    const system = new FakeSystem(internet, [endpoint('[fe80::7]:51820')]);
    system.onMove = () => system.receiveFrom(endpoint('[fe80::7]:51820'), 0);
    expect(await moverOf(system).move({ ...order, to: linkLocal })).toMatchObject({ moved: true });
  });

  test('throws what the system threw, for the caller to tell', async () => {
    const system = new FakeSystem(internet, []);
    system.onMove = () => {
      throw new Error('no such device');
    };
    await expect(moverOf(system).move(order)).rejects.toThrow('no such device');
  });
});

test('setting an endpoint waits for no answer', async () => {
  const system = new FakeSystem(lan, []);
  const outcome = await moverOf(system).set({ ...order, from: lan, to: internet, fromWorks: false });
  expect(outcome).toMatchObject({ moved: true });
  expect(system.moves).toMatchObject([{ from: null, to: internet }]);
  expect(system.pokes).toBe(0);
});

test('setting the endpoint in use again shuts nobody out', async () => {
  const system = new FakeSystem(lan, []);
  await moverOf(system).reset(order.controller, lan);
  expect(system.moves).toMatchObject([{ from: null, to: lan, takeIn: undefined }]);
});
