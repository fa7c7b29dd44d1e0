import type { RemoteInfo } from 'node:dgram';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { IgnoredReport } from '../../../../../helper/paths/probe/ignored.ts';
import { type ProbeOrder, Prober } from '../../../../../helper/paths/probe/prober.ts';
import { tai64n } from '../../../../../helper/paths/probe/tai64n.ts';
import { generatePrivateKey } from '../../../../../shared/keys/probe-key.ts';
import { keyText, parsePublicKey } from '../../../../../shared/keys/wireguard-key.ts';
import type { ProbeOutcome, ProbeTarget } from '../../../../../shared/paths/probe-target.ts';
import { randomForTests } from '../../../../support/random-for-tests.ts';
import { type Listener, listen } from '../../../support/probe-listener.ts';
import { type TestResponder, testResponder } from '../../../support/probe-responder.ts';

const random = randomForTests();

const publicKeyOf = (responder: TestResponder) => parsePublicKey(keyText(responder.publicKey), 'test');
const unicast = (port: number, host = '127.0.0.1'): ProbeTarget => ({ kind: 'unicast', host, port });
const waitMs = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

let responder: TestResponder;
let ignored: IgnoredReport[];
let prober: Prober;
let listeners: Listener[];
let lastNs = 0n;

function newProber(isForbidden: ((host: string) => boolean) | null = () => false): Prober {
  const timestamps = { next: () => tai64n(++lastNs) };
  return new Prober({
    privateKey: generatePrivateKey(),
    timestamps,
    onIgnored: (report) => ignored.push(report),
    ...(isForbidden && { isForbidden }),
  });
}

async function listening(
  answer: (message: Buffer, from: RemoteInfo, self: Listener) => void,
): Promise<Listener> {
  const listener: Listener = await listen((message, from) => answer(message, from, listener));
  listeners.push(listener);
  return listener;
}

/** A well-behaved controller: it answers valid probes. */
const controller = (): Promise<Listener> =>
  listening((message, from, self) => {
    const opened = responder.open(message);
    if (opened) self.send(opened.respond(), from);
  });

const request = (
  targets: ProbeTarget[],
  timing: { timeoutMs?: number; attempts?: number } = {},
): ProbeOrder => ({
  controller: { name: 'nas', publicKey: publicKeyOf(responder) },
  targets,
  timeoutMs: 400,
  attempts: 1,
  ...timing,
});

beforeEach(() => {
  responder = testResponder(random, Uint8Array.from(random.bytes(32)));
  ignored = [];
  listeners = [];
  prober = newProber();
});
afterEach(async () => {
  prober.close();
  for (const listener of listeners) await listener.close();
});

describe('a probe', () => {
  it('verifies the holder of the key, and reports its address and the round-trip time', async () => {
    const { port } = await controller();
    const [outcome] = await prober.probe(request([unicast(port)]));
    expect(outcome).toEqual({
      verdict: 'verified',
      from: { host: '127.0.0.1', port },
      roundTripMs: expect.any(Number),
    });
    expect(prober.counters).toEqual({ sentPackets: 1, sentBytes: 148, receivedPackets: 1 });
  });

  it('reports each outcome as soon as it is known, and returns them in the order of the targets', async () => {
    const quiet = await listening(() => {});
    const { port } = await controller();
    const seen: [number, ProbeOutcome['verdict']][] = [];
    const outcomes = await prober.probe(request([unicast(quiet.port), unicast(port)]), {
      onOutcome: (outcome, index) => seen.push([index, outcome.verdict]),
    });
    expect(seen).toEqual([
      [1, 'verified'],
      [0, 'unanswered'],
    ]);
    expect(outcomes.map(({ verdict }) => verdict)).toEqual(['unanswered', 'verified']);
  });

  it('probes as often as requested, and then reports it', async () => {
    let messages = 0;
    const { port } = await listening(() => messages++);
    const [outcome] = await prober.probe(request([unicast(port)], { timeoutMs: 80, attempts: 3 }));
    expect(messages).toBe(3);
    expect(outcome).toEqual({ verdict: 'unanswered', reason: 'No answer (3 messages, 80 ms each).' });
  });

  it('takes a late answer to its first message while it waits for the second', async () => {
    const { port } = await listening((message, from, self) => {
      const opened = responder.open(message);
      setTimeout(() => opened && self.send(opened.respond(), from), 250);
    });
    const [outcome] = await prober.probe(request([unicast(port)], { timeoutMs: 200, attempts: 2 }));
    expect(outcome?.verdict).toBe('verified');
    expect(outcome?.verdict === 'verified' && outcome.roundTripMs).toBeGreaterThan(240);
  });

  it('recovers by a retry when a later message overtook it on a faster path', async () => {
    let newest = Buffer.alloc(12);
    const consume = (message: Buffer, from: RemoteInfo, self: Listener): void => {
      const opened = responder.open(message);
      if (!opened || Buffer.compare(opened.timestamp, newest) <= 0) return;
      newest = Buffer.from(opened.timestamp);
      self.send(opened.respond(), from);
    };
    const slow = await listening((message, from, self) =>
      setTimeout(() => consume(message, from, self), 250),
    );
    const fast = await listening(consume);
    const timing = { timeoutMs: 500, attempts: 2 };
    const outcomes = await prober.probe(request([unicast(slow.port), unicast(fast.port)], timing));
    expect(outcomes.map(({ verdict }) => verdict)).toEqual(['verified', 'verified']);
    expect(prober.counters.sentPackets).toBe(3);
  });

  it('proves itself to a controller under load with the cookie, once', async () => {
    const cookie = Uint8Array.from(random.bytes(16));
    const macs: boolean[] = [];
    const { port } = await listening((message, from, self) => {
      const proven = responder.hasMac2(message, cookie);
      macs.push(proven);
      self.send(
        (proven && responder.open(message)?.respond()) || responder.cookieReply(message, cookie),
        from,
      );
    });
    const [first] = await prober.probe(request([unicast(port)], { timeoutMs: 1000 }));
    const [second] = await prober.probe(request([unicast(port)]));
    expect([first?.verdict, second?.verdict]).toEqual(['verified', 'verified']);
    expect(macs).toEqual([false, true, true]);
  });

  it('accepts no cookie reply as proof, and does not keep sending because of them', async () => {
    let messages = 0;
    const { port } = await listening((message, from, self) => {
      messages++;
      self.send(responder.cookieReply(message, Uint8Array.from(random.bytes(16))), from);
    });
    const [outcome] = await prober.probe(request([unicast(port)]));
    expect(outcome?.verdict).toBe('unanswered');
    expect(outcome?.verdict === 'unanswered' && outcome.reason).toContain('under load');
    expect(messages).toBe(2);
  });

  it('that is aborted rejects with the reason and leaves no answer open', async () => {
    const quiet = await listening(() => {});
    const abort = new AbortController();
    const running = prober.probe(request([unicast(quiet.port)], { attempts: 20 }), { signal: abort.signal });
    setTimeout(() => abort.abort(new Error('the link changed')), 60);
    await expect(running).rejects.toThrow('the link changed');
    const before = prober.counters.sentPackets;
    await waitMs(250);
    expect(prober.counters.sentPackets).toBe(before);
    await expect(prober.probe(request([]), { signal: abort.signal })).rejects.toThrow('the link changed');
  });

  it('refuses a timing that makes no sense', async () => {
    await expect(prober.probe(request([], { timeoutMs: 0 }))).rejects.toThrow(RangeError);
    await expect(prober.probe(request([], { attempts: 1.5 }))).rejects.toThrow(RangeError);
  });
});

describe('targets that are not probed', () => {
  const refusal = async (target: ProbeTarget): Promise<string> => {
    const [outcome] = await prober.probe(request([target]));
    return outcome?.verdict === 'refused' ? outcome.reason : `not refused: ${outcome?.verdict}`;
  };

  it('are this computer and the unspecified address, unless the caller decides otherwise', async () => {
    prober.close();
    prober = newProber(null);
    for (const host of ['127.0.0.1', '127.9.9.9', '::1', '0.0.0.0', '::', '::ffff:127.0.0.1']) {
      expect(await refusal(unicast(51820, host))).toContain('this computer or inside the tunnel');
    }
    expect(prober.counters.sentPackets).toBe(0);
  });

  it('are those that the caller forbids', async () => {
    prober.close();
    prober = newProber((host) => host.startsWith('fd28:'));
    expect(await refusal(unicast(51820, 'FD28:387A:00c1::1'))).toContain(
      'fd28:387a:c1::1 is this computer or',
    );
  });

  it('are names, impossible ports and addresses of another kind', async () => {
    expect(await refusal(unicast(51820, 'nas.example.org'))).toContain('is not an IP address');
    expect(await refusal(unicast(0))).toContain('is not 1 to 65535');
    expect(await refusal(unicast(51820, 'ff02::1%lo'))).toContain('not a unicast address');
    expect(await refusal({ kind: 'neighbour', host: '239.1.1.1', port: 1 })).toContain(
      'not a neighbour address',
    );
    expect(await refusal({ kind: 'broadcast', host: 'ff02::1', port: 1 })).toContain(
      'not a broadcast address',
    );
    expect(await refusal({ kind: 'multicast', host: '192.0.2.255', port: 1 })).toContain('not a multicast');
    expect(await refusal(unicast(51820, 'fe80::1'))).toContain('through an interface, and none is given');
  });

  it('are those the system does not send to, with its error', async () => {
    const target = { ...unicast(51820, 'fe80::1'), interfaceName: 'nosuch0' };
    expect(await refusal(target)).toContain('the interface does not exist here (ENODEV)');
    const { port } = await controller();
    expect((await prober.probe(request([unicast(port)])))[0]?.verdict).toBe('verified');
  });

  it('are all targets of a controller whose key is a point of small order', async () => {
    const publicKey = parsePublicKey(keyText(new Uint8Array(32)), 'test');
    const [outcome] = await prober.probe({ controller: { name: 'nas', publicKey }, targets: [unicast(1)] });
    expect(outcome?.verdict).toBe('refused');
  });
});

describe('answers that are ignored', () => {
  it('come from another address than the probed one', async () => {
    const other = await listening(() => {});
    const { port } = await listening((message, from) => {
      const opened = responder.open(message);
      if (opened) other.send(opened.respond(), from);
    });
    const [outcome] = await prober.probe(request([unicast(port)]));
    expect(outcome?.verdict).toBe('unanswered');
    expect(ignored).toEqual([{ from: '127.0.0.1', reason: 'from another address than asked', count: 1 }]);
  });

  it('are made with another preshared key, and the outcome says that something answers', async () => {
    const secret = Uint8Array.from(random.bytes(32));
    const privateKey = Uint8Array.from(random.bytes(32));
    responder = testResponder(random, privateKey);
    const wrong = testResponder(random, privateKey, secret);
    const { port } = await listening((message, from, self) => {
      const opened = wrong.open(message);
      if (opened) self.send(opened.respond(), from);
    });
    const [outcome] = await prober.probe(request([unicast(port)]));
    expect(outcome?.verdict === 'unanswered' && outcome.reason).toContain("without the controller's key");
    expect(ignored.map(({ reason }) => reason)).toEqual(['wrong tag']);
  });

  it('are repeated, of another length, of another type or to no message of ours', async () => {
    const { port } = await listening((message, from, self) => {
      const answer = responder.open(message)?.respond() ?? new Uint8Array();
      self.send(answer.subarray(0, 91), from);
      self.send(Buffer.concat([answer, Buffer.of(0)]), from);
      self.send(Buffer.of(2, 0), from);
      self.send(Buffer.concat([Buffer.of(4, 0, 0, 0), random.bytes(28)]), from);
      self.send(Buffer.concat([Buffer.of(2, 0, 0, 0), random.bytes(88)]), from);
      self.send(answer, from);
      self.send(answer, from);
    });
    expect((await prober.probe(request([unicast(port)])))[0]?.verdict).toBe('verified');
    await waitMs(50);
    prober.close();
    const counts = Object.fromEntries(ignored.map(({ reason }) => [reason, 0]));
    for (const { reason, count } of ignored) counts[reason] = (counts[reason] ?? 0) + count;
    expect(counts).toEqual({
      'too short': 2,
      'too long': 1,
      'wrong type': 1,
      'unknown index': 1,
      'already answered': 1,
    });
  });

  it('cost a bounded number of key agreements for one message, then nothing', async () => {
    const privateKey = Uint8Array.from(random.bytes(32));
    responder = testResponder(random, privateKey);
    const otherKey = testResponder(random, privateKey, Uint8Array.from(random.bytes(32)));
    const { port } = await listening((message, from, self) => {
      const opened = otherKey.open(message);
      for (let i = 0; opened && i < 30; i++) self.send(opened.respond(), from);
    });
    // Making thirty answers takes half a second on a busy machine.
    await prober.probe(request([unicast(port)], { timeoutMs: 2_000 }));
    prober.close();
    const total = (reason: string): number =>
      ignored.filter((report) => report.reason === reason).reduce((sum, { count }) => sum + count, 0);
    expect(total('wrong tag')).toBe(8);
    expect(total('too many wrong answers to one message')).toBe(22);
  });

  it('are junk by the ten thousand: reports stay few, and the right answer still counts', async () => {
    let flooded = 0;
    const { port } = await listening((message, from, self) => {
      const opened = responder.open(message);
      const lengths = [0, 3, 64, 91, 92, 93, 148, 1400];
      const shower = async (): Promise<void> => {
        for (; flooded < 10_000; flooded++) {
          const junk = random.bytes(lengths[flooded % lengths.length] ?? 0);
          if (flooded % 2 === 0 && junk.length > 4) junk.writeUInt32LE(flooded % 3 === 0 ? 3 : 2);
          self.send(junk, from);
          if (flooded % 50 === 0) await waitMs(1);
        }
        await waitMs(50);
        if (opened) self.send(opened.respond(), from);
      };
      void shower();
    });
    const cpu = process.cpuUsage();
    const [outcome] = await prober.probe(request([unicast(port)], { timeoutMs: 15_000 }));
    const { user, system } = process.cpuUsage(cpu);
    expect(outcome?.verdict).toBe('verified');
    expect(flooded).toBe(10_000);
    prober.close();
    const seen = ignored.reduce((sum, { count }) => sum + count, 0);
    console.log(
      `${seen} of 10,000 junk datagrams seen in ${ignored.length} reports, ` +
        `${((user + system) / 1000 / 10_000).toFixed(3)} ms of CPU each, sending included`,
    );
    expect(seen).toBe(prober.counters.receivedPackets - 1);
    expect(ignored.length).toBeLessThanOrEqual(12);
  }, 20_000);
});

describe('the pace', () => {
  it('never exceeds 20 messages a second to one controller, in the order of the targets', async () => {
    const arrivals: { atMs: number; port: number }[] = [];
    const ports: number[] = [];
    for (let i = 0; i < 12; i++) {
      const quiet = await listening(() => arrivals.push({ atMs: performance.now(), port: quiet.port }));
      ports.push(quiet.port);
    }
    const targets = ports.map((port) => unicast(port));
    // Two requests at once share the controller's pace.
    await Promise.all([
      prober.probe(request(targets, { timeoutMs: 100, attempts: 2 })),
      prober.probe(request(targets.slice(0, 4), { timeoutMs: 100 })),
    ]);
    expect(arrivals).toHaveLength(28);
    // Each request keeps the order of its targets; between the two there is none.
    expect([...new Set(arrivals.map(({ port }) => port))]).toEqual(ports);
    // 1 ms for the time between sending and reading the datagram in this process.
    for (const { atMs } of arrivals) {
      const within = arrivals.filter((other) => other.atMs >= atMs && other.atMs < atMs + 999);
      expect(within.length).toBeLessThanOrEqual(20);
    }
    const times = arrivals.map(({ atMs }) => atMs);
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThanOrEqual(27 * 50 - 5);
  });

  it('of one controller does not hold up another', async () => {
    let held = 0;
    const { port } = await controller();
    const others = await listening(() => held++);
    const busy = prober.probe(request(Array.from({ length: 8 }, () => unicast(others.port))));
    responder = testResponder(random, Uint8Array.from(random.bytes(32)));
    const [outcome] = await prober.probe(request([unicast(port)]));
    expect(outcome?.verdict).toBe('verified');
    expect(held).toBeLessThan(8);
    await busy;
  });
});

describe('closing', () => {
  it('rejects what is running, and leaves no socket and no timer', async () => {
    const quiet = await listening(() => {});
    const open = (): number =>
      process.getActiveResourcesInfo().filter((name) => name === 'UDPWRAP' || name === 'Timeout').length;
    const before = open();
    const own = newProber();
    const running = own.probe(request([unicast(quiet.port), unicast(quiet.port)], { timeoutMs: 5000 }));
    setTimeout(() => own.close(), 20);
    await expect(running).rejects.toThrow('Probing has ended');
    await waitMs(20);
    expect(open()).toBeLessThanOrEqual(before);
    await expect(own.probe(request([unicast(quiet.port)]))).rejects.toThrow('Probing has ended');
  });
});
