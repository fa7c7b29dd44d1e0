import { setTimeout as sleep } from 'node:timers/promises';
import type { Path } from '../../shared/contract/path.ts';
import type { ControllerStatus, Status } from '../../shared/contract/status.ts';
import { type PingRecord, PingStream } from '../lab/ping-stream.ts';
import { startImpostor } from '../lab/wireguard-host.ts';
import { worldAddresses as at } from '../lab/world-addresses.ts';
import { type Cast, networkName } from './cast.ts';
import type { Story } from './steps.ts';

/** The roaming story: the purpose of the product. Each step fails if the path is not the right one at its end. */

const nas = `nas.${networkName}`;
const settleMs = 600;
/** How long a path must carry the pings after it was reached, including the time to settle. */
const holdMs = 1_600;

function controllerOf(status: Status, name: string): ControllerStatus {
  const found =
    status.tunnel.state === 'connected' ? status.tunnel.controllers.find((c) => c.name === name) : undefined;
  if (found === undefined) throw new Error(`the status has no controller ${name}`);
  return found;
}

function lastMove(status: Status): string {
  const move = status.timeline.findLast(
    (decision) => decision.kind === 'moved' && decision.controller === 'nas',
  );
  return move === undefined ? 'no move was recorded' : `${move.reason}, moved to ${move.to}`;
}

/** The path that must follow a change of the network. */
interface Expected {
  readonly path: Path;
  /** Which endpoints are right; by default all of that path. */
  readonly accepts?: (endpoint: string) => boolean;
}

/**
 * Fails unless pings were answered over the path that was reached: a displayed path alone does not count.
 * @param from Unix time in milliseconds
 */
function requireHeld(records: readonly PingRecord[], from: number): void {
  const sent = records.filter((record) => record.sentAt >= from);
  const answered = sent.filter((record) => record.answeredAt !== undefined);
  if (sent.length > 0 && answered.length >= sent.length * 0.9) return;
  throw new Error(`the path did not hold: ${answered.length} of ${sent.length} pings were answered over it`);
}

/** Changes the network while pings run, waits for the expected path, and requires that it carries the pings. */
async function roam(cast: Cast, change: () => Promise<void>, expected: Expected): Promise<string[]> {
  const { path, accepts = () => true } = expected;
  const stream = await PingStream.start(cast.laptop.host, nas);
  const isExpected = (status: Status) => {
    const found = controllerOf(status, 'nas');
    return found.path === path && found.endpoint !== null && accepts(found.endpoint);
  };
  await sleep(settleMs);
  const changedAt = Date.now();
  await change();
  await cast.laptop.until(`nas is reached by ${path}`, isExpected, 20_000);
  const arrivedAt = Date.now();
  await sleep(holdMs);
  const records = await stream.stop();
  const status = await cast.laptop.status();
  if (!isExpected(status))
    throw new Error(`the path did not stay: it is ${controllerOf(status, 'nas').path}`);
  requireHeld(records, arrivedAt + settleMs);
  const gapMs = stream.longestGapMs(changedAt);
  return [lastMove(status), `longest time without an answered ping: ${Math.round(gapMs)} ms`];
}

export async function tellRoaming(story: Story, cast: Cast): Promise<void> {
  const { world, laptop } = cast;
  story.chapter('Roaming: a ping every 10 ms runs through the tunnel all the time');
  await story.step('Leave home for the café: the NAS is reached over the internet', () =>
    roam(cast, () => world.moveLaptop('cafe'), { path: 'internet' }),
  );
  await story.step('An impostor sits there at the NAS’s private address: it is never followed', async () => {
    await startImpostor(world.host('impostor'));
    const pinged = await laptop.host.exec(['ping', '-c', '1', at.private.nas]);
    await laptop.mustHoming(['probe', 'nas']);
    const found = controllerOf(await laptop.status(), 'nas');
    if (found.path !== 'internet') throw new Error(`the path became ${found.path}`);
    const candidate = found.candidates.find((candidate) => candidate.endpoint === `${at.private.nas}:51820`);
    if (candidate?.last.verdict !== 'silent') throw new Error('the impostor was taken for the NAS');
    return [`${at.private.nas} answers pings: ${pinged.code === 0 ? 'yes' : 'no'}; proves the NAS’s key: no`];
  });
  await story.step('Come back home: the NAS is reached over the LAN', () =>
    roam(cast, () => world.moveLaptop('home'), { path: 'lan' }),
  );
  await story.step('The LAN between the two dies silently: over the internet again', () =>
    roam(cast, () => dropFramesFromLaptop(cast), { path: 'internet' }),
  );
  await story.step('The LAN works again without an event: found by probing', () =>
    roam(cast, () => passFramesFromLaptop(cast), { path: 'lan' }),
  );
  await story.step('The NAS gets another LAN address, which no invite knows: found by broadcast', () =>
    // Its new IPv4 address or its link-local IPv6 one: the invite names neither.
    roam(cast, () => changeNasAddress(cast), {
      path: 'lan',
      accepts: (endpoint) => endpoint !== `${at.private.nas}:51820`,
    }),
  );
}

/** As a switch that drops frames between two ports: the links stay up, the router stays reachable. */
async function dropFramesFromLaptop({ world }: Cast): Promise<void> {
  const device = world.laptopLan.interfaceName;
  const hardware = (await world.laptop.run(['cat', `/sys/class/net/${device}/address`])).trim();
  const chain = `chain inbound { type filter hook input priority raw; ether saddr ${hardware} drop; }`;
  await world.nas.run(['nft', `table inet demo { ${chain}; }`]);
}

async function passFramesFromLaptop({ world }: Cast): Promise<void> {
  await world.nas.run(['nft', 'delete table inet demo']);
}

/** Deleted first: a second address of the same network would be deleted with the first. */
async function changeNasAddress({ world }: Cast): Promise<void> {
  const device = world.nasLan.interfaceName;
  await world.nas.run(['ip', 'address', 'delete', `${at.private.nas}/24`, 'dev', device]);
  await world.nas.run(['ip', 'address', 'add', '192.0.2.77/24', 'dev', device]);
  await world.nas.run(['ip', 'route', 'add', 'default', 'via', at.private.router]);
}
