import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { discoveryTargets } from '../../../helper/paths/probe/discovery-targets.ts';
import { mac } from '../../../helper/paths/probe/kdf.ts';
import { initiatorFor } from '../../../helper/paths/probe/noise.ts';
import { defaultTiming, type ProbedController, Prober } from '../../../helper/paths/probe/prober.ts';
import { tai64n } from '../../../helper/paths/probe/tai64n.ts';
import { parseLinks } from '../../../helper/tunnel/linux/links.ts';
import { generatePrivateKey, publicKeyOf } from '../../../shared/keys/probe-key.ts';
import { keyBytes, keyText, type PresharedKey, type PublicKey } from '../../../shared/keys/wireguard-key.ts';
import type { ProbeOutcome, ProbeTarget, ProbeTiming } from '../../../shared/paths/probe-target.ts';

import { SeededRandom } from '../../support/seeded-random.ts';

/**
 * Runs inside namespaces of its own (network, mounts, processes), probes real wireguard-go there, and
 * prints what came of it as one line of JSON. Started by wireguard.test.ts.
 */

const run = (command: string, ...args: string[]): string => execFileSync(command, args, { encoding: 'utf8' });
const waitMs = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const random = new SeededRandom();
process.stderr.write(`Repeat with HOMING_SEED=${random.seed}\n`);

const probeKey = generatePrivateKey();
const secretProbeKey = generatePrivateKey();
const presharedKey = generatePresharedKey();
const devices: ChildProcess[] = [];

function generatePresharedKey(): PresharedKey {
  return keyText(random.bytes(32)) as PresharedKey;
}

/** Starts a controller that knows both probe keys, as more [Peer]s with no AllowedIPs. */
async function startController(
  device: string,
  port: number,
  prefix: readonly string[] = [],
): Promise<{ publicKey: PublicKey; process: ChildProcess }> {
  const [command = '', ...args] = [...prefix, 'wireguard-go', '-f', device];
  // With one processor its reader fills the queue of handshakes before a worker gets its turn: see overload.
  const child = spawn(command, args, { stdio: 'ignore', env: { ...process.env, GOMAXPROCS: '1' } });
  devices.push(child);
  while (!existsSync(`/var/run/wireguard/${device}.sock`)) await waitMs(5);
  const privateKey = generatePrivateKey();
  const config = [
    `[Interface]\nPrivateKey = ${privateKey}\nListenPort = ${port}`,
    `[Peer]\nPublicKey = ${publicKeyOf(probeKey)}`,
    `[Peer]\nPublicKey = ${publicKeyOf(secretProbeKey)}\nPresharedKey = ${presharedKey}`,
  ];
  writeFileSync(`/run/${device}.conf`, `${config.join('\n')}\n`, { mode: 0o600 });
  run('wg', 'setconf', device, `/run/${device}.conf`);
  run(
    prefix[0] ?? 'ip',
    ...prefix.slice(1),
    ...(prefix.length > 0 ? ['ip'] : []),
    'link',
    'set',
    device,
    'up',
  );
  return { publicKey: publicKeyOf(privateKey), process: child };
}

/**
 * Makes wireguard-go answer with cookies: it does so for 1 s once 128 of its 1,024 places for handshakes
 * are taken. Messages with a valid mac1 are put into its socket while it is stopped (some 270 fit), so that
 * it finds them all at once.
 */
async function overload(child: ChildProcess, publicKey: PublicKey, port: number): Promise<void> {
  const { mac1Key } = initiatorFor(random.bytes(32), keyBytes(publicKey));
  const socket = createSocket('udp4').bind(0, '127.0.0.2');
  await once(socket, 'listening');
  child.kill('SIGSTOP');
  for (let i = 0; i < 400; i++) {
    const message = random.bytes(148);
    message.writeUInt32LE(1);
    message.set(mac(mac1Key, message.subarray(0, 116)), 116);
    await new Promise((resolve) => socket.send(message, port, '127.0.0.1', resolve));
  }
  child.kill('SIGCONT');
  socket.close();
}

function prepare(): void {
  run('mount', '-t', 'tmpfs', 'tmpfs', realpathSync('/var/run'));
  mkdirSync('/var/run/wireguard', { recursive: true });
  run('ip', 'link', 'set', 'lo', 'up');
  run('ip', 'netns', 'add', 'nas');
  // Without duplicate address detection, link-local addresses are usable at once.
  for (const inside of [[], ['ip', 'netns', 'exec', 'nas']]) {
    const [command = '', ...args] = [...inside, 'sysctl', '-qw'];
    run(command, ...args, 'net.ipv6.conf.all.accept_dad=0', 'net.ipv6.conf.default.accept_dad=0');
  }
  run('ip', 'link', 'add', 'lan0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', 'nas');
  run('ip', 'address', 'add', '192.0.2.10/24', 'dev', 'lan0');
  run('ip', 'link', 'set', 'lan0', 'up');
  run('ip', '-n', 'nas', 'address', 'add', '192.0.2.1/24', 'dev', 'eth0');
  run('ip', '-n', 'nas', 'link', 'set', 'eth0', 'up');
}

async function measure(): Promise<Record<string, unknown>> {
  const near = await startController('wg-near', 51820);
  const stranger = await startController('wg-stranger', 51821);
  const nas = await startController('wg-nas', 51822, ['ip', 'netns', 'exec', 'nas']);
  await waitMs(100);

  let lastNs = BigInt(Date.now()) * 1_000_000n;
  const timestamps = { next: () => tai64n(++lastNs) };
  const plain = new Prober({ privateKey: probeKey, timestamps, isForbidden: () => false });
  const secret = new Prober({ privateKey: secretProbeKey, timestamps, isForbidden: () => false });
  const ask = async (
    prober: Prober,
    controller: Omit<ProbedController, 'name'>,
    target: ProbeTarget,
    timing: ProbeTiming = defaultTiming,
  ): Promise<ProbeOutcome | undefined> => {
    const [outcome] = await prober.probe({
      controller: { name: 'nas', ...controller },
      targets: [target],
      ...timing,
    });
    return outcome;
  };
  const repeat = async (...question: Parameters<typeof ask>): Promise<unknown> => {
    const outcomes: (ProbeOutcome | undefined)[] = [];
    for (let i = 0; i < 8; i++) outcomes.push(await ask(...question));
    const times = outcomes.flatMap((outcome) =>
      outcome?.verdict === 'verified' ? [outcome.roundTripMs] : [],
    );
    times.sort((a, b) => a - b);
    return { last: outcomes.at(-1), answered: times.length, medianMs: times[times.length >> 1] ?? null };
  };
  const brief: ProbeTiming = { timeoutMs: 300, attempts: 1 };
  const ipv4: ProbeTarget = { kind: 'unicast', host: '127.0.0.1', port: 51820 };
  const { publicKey } = near;
  const found: Record<string, unknown> = {};
  found.ipv4 = await repeat(plain, { publicKey }, ipv4);
  found.ipv6 = await repeat(plain, { publicKey }, { ...ipv4, host: '::1' });
  found.presharedKey = await repeat(secret, { publicKey, presharedKey }, ipv4);
  const otherSecret = generatePresharedKey();
  found.wrongPresharedKey = await ask(secret, { publicKey, presharedKey: otherSecret }, ipv4, brief);
  found.noPresharedKey = await ask(secret, { publicKey }, ipv4, brief);
  found.otherKey = await ask(plain, { publicKey }, { ...ipv4, port: 51821 }, brief);
  found.stranger = await ask(plain, { publicKey: stranger.publicKey }, { ...ipv4, port: 51821 });
  found.noRoute = await ask(plain, { publicKey }, { ...ipv4, host: '203.0.113.1' });
  found.unicast = await repeat(plain, nas, { kind: 'unicast', host: '192.0.2.1', port: 51822 });

  const links = parseLinks(JSON.parse(run('ip', '-j', '-d', 'address')), () => false);
  const targets = discoveryTargets(links);
  found.targets = targets;
  for (const target of targets) found[target.kind] = await repeat(plain, nas, { ...target, port: 51822 });

  for (let tries = 0; tries < 3 && found.underLoadPackets !== 2; tries++) {
    const before = plain.counters;
    await overload(near.process, publicKey, 51820);
    found.underLoad = await ask(plain, { publicKey }, ipv4, { timeoutMs: 2000, attempts: 1 });
    found.underLoadPackets = plain.counters.sentPackets - before.sentPackets;
    found.underLoadAnswers = plain.counters.receivedPackets - before.receivedPackets;
    found.underLoadTries = tries + 1;
  }
  plain.close();
  secret.close();
  return found;
}

prepare();
try {
  console.log(JSON.stringify(await measure()));
} finally {
  for (const device of devices) device.kill();
}
