import { beforeEach, describe, expect, test } from 'vitest';
import { moveRetryMs } from '../../../../../shared/paths/backoff.ts';
import { firstQuarantineMs } from '../../../../../shared/paths/machine/quarantine.ts';
import { internet, lan, MachineRun } from '../../../support/machine-run.ts';

/** The tunnel was connected on a LAN where the controller answers probes, and a new session carries nothing. */

let run: MachineRun;
/** As a relay answers, whose packets cross the internet. */
const relayedMs = 31;

function silent(): void {
  run.send({ type: 'silent', sinceMs: run.nowMs - 300 });
  run.answerRound({ [lan]: relayedMs, [internet]: 30 });
}

function renegotiateInVain(): void {
  silent();
  run.send({ type: 'session-checked', check: run.last('check-session').check, silentMs: 730 });
  const { effect } = run.last('renegotiate');
  run.send({ type: 'renegotiated', effect });
  run.pass(2_000);
  run.send({ type: 'renegotiation-judged', effect, answered: false });
}

beforeEach(() => {
  run = new MachineRun();
  run.startAtHome(lan);
  run.answerRound({ [lan]: relayedMs, [internet]: 30 });
  run.pass(10_000);
});

describe('a path that answers probes, and over which a new session carried nothing', () => {
  test('is left for one that answers when a test of the tunnel shows the same, and its LAN is quarantined', () => {
    renegotiateInVain();
    expect(run.all('test-tunnel')).toHaveLength(1);
    expect(run.all('move')).toEqual([]);
    run.pass(100);
    run.answerRound({ [lan]: relayedMs, [internet]: 30 });
    expect(run.all('move')).toEqual([]);
    run.answerTunnel('silent');
    expect(run.last('move').order.to).toBe(internet);
    run.endMove();
    expect(run.state.quarantines).toMatchObject([{ failures: 1, untilMs: run.nowMs + firstQuarantineMs }]);
    run.pass(firstQuarantineMs - 1_000);
    run.answerRound({ [lan]: relayedMs, [internet]: 30 });
    expect(run.state.phase).toMatchObject({ is: 'on', endpoint: internet });
  });

  test('is kept when pings are answered: its traffic expects no answer', () => {
    renegotiateInVain();
    run.answerRound({ [lan]: relayedMs, [internet]: 30 });
    run.answerTunnel('received');
    expect(run.state.phase).toMatchObject({ is: 'on', endpoint: lan, silentSinceMs: null });
    silent();
    expect(run.all('test-tunnel')).toHaveLength(1);
    run.pass(10_000);
    silent();
    expect(run.all('test-tunnel')).toHaveLength(2);
    expect(run.all('move')).toEqual([]);
  });

  test('is tested again during the pause between sessions, and left as soon as another path answers', () => {
    renegotiateInVain();
    run.answerRound({ [lan]: relayedMs });
    run.answerTunnel('silent');
    run.answerRound({ [lan]: relayedMs });
    expect(run.all('move')).toEqual([]);
    // The response to a handshake of WireGuard's own: it proves nothing, and ends the silence.
    run.send({ type: 'received', afterMs: run.nowMs });
    run.pass(10_000);
    silent();
    expect(run.all('check-session')).toHaveLength(1);
    run.pass(100);
    run.answerTunnel('silent');
    run.answerRound({ [lan]: relayedMs, [internet]: 30 });
    expect(run.last('move').order.to).toBe(internet);
  });

  test('is not quarantined where the controller is on this site, but waits for a second backoff', () => {
    run = new MachineRun();
    run.startAtHome(lan);
    run.answerRound({ [lan]: 1, [internet]: 30 });
    run.pass(10_000);
    run.send({ type: 'silent', sinceMs: run.nowMs - 300 });
    run.answerRound({ [lan]: 1, [internet]: 30 });
    run.send({ type: 'session-checked', check: run.last('check-session').check, silentMs: 730 });
    const { effect } = run.last('renegotiate');
    run.send({ type: 'renegotiated', effect });
    run.send({ type: 'renegotiation-judged', effect, answered: false });
    run.answerRound({ [lan]: 1, [internet]: 30 });
    run.answerTunnel('silent');
    run.endMove();
    expect(run.state.quarantines).toEqual([]);
    run.pass(2 * moveRetryMs - 1_000);
    run.answerRound({ [lan]: 1, [internet]: 30 });
    expect(run.state.phase).toMatchObject({ is: 'on', endpoint: internet });
    run.pass(1_000);
    run.answerRound({ [lan]: 1, [internet]: 30 });
    expect(run.last('move').order.to).toBe(lan);
  });
});
