import { describe, expect, test } from 'vitest';
import { type ControllerMove, Mover } from '../../../../helper/paths/mover.ts';
import type { Endpoint } from '../../../../shared/endpoints/endpoint.ts';
import { endpoint, FakeSystem, plannedNas } from '../../support/fake-system.ts';
import { VirtualTime } from '../../support/virtual-time.ts';

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
  renegotiate: false,
  maxOutageMs: null,
};

/** A tunnel whose controller is at `at` and answers at some endpoints, a mover for it, and the time of both. */
function stage(at: Endpoint, answersAt: readonly Endpoint[]) {
  const time = new VirtualTime();
  const system = new FakeSystem(at, answersAt, time.wallMs());
  return { time, system, mover: new Mover(system, 'hm-wgnet', time) };
}

describe('a move', () => {
  test('is committed when the tunnel receives over the new endpoint, and sets it once', async () => {
    const { time, system, mover } = stage(internet, [lan]);
    expect(await time.run(mover.move(order))).toMatchObject({ moved: true });
    expect(system.moves).toEqual([
      {
        interfaceName: 'hm-wgnet',
        controller: order.controller,
        renegotiate: false,
        from: internet,
        to: lan,
        guardMs: 500,
        acceptInFlight: { device: 'eth0', forMs: 65 },
      },
    ]);
    expect(system.pokes).toBe(1);
  });

  test('without a session waits for a handshake, which WireGuard tries every 5 s', async () => {
    const { time, system, mover } = stage(internet, []);
    if (system.peer !== undefined) system.peer = { ...system.peer, latestHandshakeSeconds: undefined };
    system.onMove = () => time.after(5_500, () => system.receiveFrom(lan, 92));
    expect(await time.run(mover.move(order))).toMatchObject({ moved: true });
  });

  test('is not committed for a handshake initiation of the controller, which shows one direction only', async () => {
    const { time, system, mover } = stage(internet, []);
    system.onMove = () => time.after(200, () => system.receiveFrom(lan, 148));
    expect(await time.run(mover.move(order))).toMatchObject({ moved: false });
  });

  test('without a session adds the controller again, so that a handshake starts at once', async () => {
    const { time, system, mover } = stage(internet, [lan]);
    if (system.peer !== undefined) system.peer = { ...system.peer, latestHandshakeSeconds: undefined };
    expect(await time.run(mover.move(order))).toMatchObject({ moved: true });
    expect(system.moves).toMatchObject([{ to: lan, renegotiate: true }]);
  });

  test('renegotiates a session that the controller seems to have forgotten', async () => {
    const { time, system, mover } = stage(internet, [lan]);
    expect(await time.run(mover.move({ ...order, renegotiate: true }))).toMatchObject({ moved: true });
    expect(system.moves).toMatchObject([{ to: lan, renegotiate: true }]);
  });

  test('that only the tunnel can prove is reverted within 180 ms', async () => {
    const { time, system, mover } = stage(internet, []);
    expect(await time.run(mover.move({ ...order, maxOutageMs: 180 }))).toMatchObject({
      moved: false,
      reverted: true,
    });
    expect(time.nowMs()).toBeLessThanOrEqual(180 + 40);
    expect(system.peer?.endpoint).toBe(internet);
  });

  test('whose pings cannot be sent is proven by the traffic of the tunnel', async () => {
    const { time, system, mover } = stage(internet, []);
    system.poke = () => Promise.reject(new Error('ping: command not found'));
    system.onMove = () => time.after(300, () => system.receiveFrom(lan, 128));
    expect(await time.run(mover.move(order))).toMatchObject({ moved: true });
  });

  test('that is in progress when the tunnel is disconnected ends without reverting', async () => {
    const { time, system, mover } = stage(internet, []);
    system.onMove = () => mover.stop();
    expect(await time.run(mover.move(order))).toMatchObject({ moved: false, reverted: false });
    expect(system.moves).toHaveLength(1);
  });

  test('drops packets from the old endpoint for four round trips of a slow path', async () => {
    const { time, system, mover } = stage(internet, [lan]);
    await time.run(mover.move({ ...order, roundTripMs: 300 }));
    expect(system.moves[0]?.guardMs).toBe(1_200);
  });

  test('is reverted when nothing answers there', async () => {
    const { time, system, mover } = stage(internet, []);
    expect(await time.run(mover.move(order))).toEqual({
      moved: false,
      reason: 'no answer through the tunnel on the new path',
      reverted: true,
    });
    expect(system.moves.map(({ from, to }) => [from, to])).toEqual([
      [internet, lan],
      [lan, internet],
    ]);
    expect(system.peer?.endpoint).toBe(internet);
  });

  test('is reverted when packets from the old endpoint change the endpoint back', async () => {
    const { time, system, mover } = stage(internet, []);
    system.onMove = () => time.after(1, () => system.receiveFrom(internet, 128));
    expect(await time.run(mover.move({ ...order, device: null }))).toEqual({
      moved: false,
      reason: `packets from ${internet} changed the endpoint back`,
      reverted: true,
    });
  });

  test('holds while packets in flight from the old endpoint are accepted', async () => {
    const { time, system, mover } = stage(internet, [lan]);
    system.onMove = () => time.after(1, () => system.receiveFrom(internet, 128));
    expect(await time.run(mover.move(order))).toMatchObject({ moved: true });
    expect(system.peer?.endpoint).toBe(lan);
  });

  test('is not proven by packets that were in flight', async () => {
    const { time, system, mover } = stage(internet, []);
    system.onMove = () => time.after(1, () => system.receiveFrom(internet, 128));
    expect(await time.run(mover.move(order))).toMatchObject({
      moved: false,
      reason: 'no answer through the tunnel on the new path',
    });
  });

  test('does not go back to an old path that does not work, and drops no packets', async () => {
    const { time, system, mover } = stage(internet, []);
    const outcome = await time.run(mover.move({ ...order, fromWorks: false }));
    expect(outcome).toMatchObject({ moved: false, reverted: false });
    expect(system.moves).toMatchObject([{ from: null, to: lan }]);
  });

  test('fails with that reason when the interface is gone', async () => {
    const { time, system, mover } = stage(internet, []);
    system.onMove = () => {
      system.peer = undefined;
    };
    expect(await time.run(mover.move(order))).toMatchObject({
      moved: false,
      reason: 'the interface is gone',
    });
  });

  test('to a link-local address holds although wireguard-go reports it without its zone', async () => {
    const { time, system, mover } = stage(internet, [endpoint('[fe80::7]:51820')]);
    system.onMove = () => system.receiveFrom(endpoint('[fe80::7]:51820'), 0);
    expect(await time.run(mover.move({ ...order, to: linkLocal }))).toMatchObject({ moved: true });
  });

  test('throws what the system threw', async () => {
    const { time, system, mover } = stage(internet, []);
    system.onMove = () => {
      throw new Error('no such device');
    };
    await expect(time.run(mover.move(order))).rejects.toThrow('no such device');
  });
});

test('setting an endpoint waits for no answer', async () => {
  const { time, system, mover } = stage(lan, []);
  const outcome = await time.run(mover.set({ ...order, from: lan, to: internet, fromWorks: false }));
  expect(outcome).toMatchObject({ moved: true });
  expect(system.moves).toMatchObject([{ from: null, to: internet }]);
  expect(system.pokes).toBe(0);
});

test('setting the endpoint in use again drops no packets', async () => {
  const { time, system, mover } = stage(lan, []);
  await time.run(mover.reapply(order.controller, lan));
  expect(system.moves).toMatchObject([{ from: null, to: lan, acceptInFlight: undefined }]);
});
