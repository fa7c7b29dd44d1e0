import { setTimeout as sleep } from 'node:timers/promises';
import { PingStream } from '../../lab/ping-stream.ts';
import { natRouter } from '../../lab/router.ts';
import { wireGuardPort } from '../../lab/wireguard-host.ts';
import { worldAddresses as at } from '../../lab/world-addresses.ts';
import {
  type Cast,
  decisionText,
  type Expectation,
  type Story,
  type StoryChange,
  settleMs,
} from '../../simulation/stories/stories.ts';
import type { Loss } from '../../simulation/world/network.ts';
import { changeNasAddress } from './roaming-lan-loss.ts';
import { controllerIn, timelineText } from './roaming-laptop.ts';
import { createRoamingMesh, networkName, type RoamingMesh, withoutProbePeers } from './roaming-mesh.ts';

/** Runs a story in the lab: the same changes, waits and decisions as in the simulation. */

const otherLanHost = '192.0.2.77';
const patienceMs = 40_000;
/** An unused address, on an interface that leads nowhere. */
const unrelated = '2001:db8:99::1/128';

/** One world for all stories of a cast. */
export function createStoryMesh(cast: Cast): Promise<RoamingMesh> {
  return createRoamingMesh({
    parts: cast === 'nas-and-vps' ? ['vps'] : ['cafe', 'hotel', 'mobile'],
    withMobile: cast !== 'nas-and-vps',
    hairpin: true,
    publicDelayMs: 20,
    vpsDelayMs: 20,
    ...(cast === 'nas-and-vps' ? { controllers: ['nas', 'vps'] } : {}),
    ...(cast === 'nas-without-probe-key' ? { changeConfig: withoutProbePeers } : {}),
  });
}

export interface LivedStory {
  /** Every decision about a path, in order. */
  readonly decisions: readonly string[];
  /** The timeline, for a failure. */
  readonly timeline: string;
}

/** Runs one story. The world is new before and after it. */
export async function liveInLab(mesh: RoamingMesh, story: Story): Promise<LivedStory> {
  const { world, laptop } = mesh;
  const staged = new StagedChanges(mesh);
  await world.laptopMobile?.unplug();
  await world.moveLaptop(story.place);
  await setHairpin(mesh, story.hairpin);
  await setDiscovery(mesh, story.discovery);
  // No story may depend on what an earlier one learned.
  await laptop.host.run(['sh', '-c', 'rm -f /var/lib/homing/endpoints-*.json']);
  await laptop.installed.mustHoming(['up']);
  const talk = story.talk === 'answered' ? await Talk.start(mesh, story.peerTalks) : undefined;
  try {
    await waitFor(mesh, { controller: 'nas', path: story.place === 'home' ? 'lan' : 'internet' });
    await sleep(settleMs(story));
    const mark = await laptop.mark();
    for (const { change, until, thenMs } of story.steps) {
      await staged.make(change);
      if (until !== undefined) await waitFor(mesh, until);
      await sleep(thenMs);
    }
    const decisions = (await laptop.decisionsSince(mark)).flatMap((decision) => {
      const text = decisionText(decision);
      return text === null ? [] : [text];
    });
    return { decisions, timeline: timelineText(await laptop.status()) };
  } catch (error) {
    throw new Error(`${String(error)}\n${timelineText(await laptop.status())}`);
  } finally {
    await talk?.stop();
    await laptop.installed.mustHoming(['down']);
    await staged.undo();
  }
}

async function waitFor({ laptop }: RoamingMesh, { controller, path }: Expectation): Promise<void> {
  await laptop.until(
    `${controller} is reached by ${path}`,
    (status) => {
      const found = controllerIn(status, controller);
      if (path !== 'none') return found.path === path;
      const last = status.timeline.findLast(
        (decision) =>
          decision.controller === controller && ['lost', 'found', 'moved', 'renewed'].includes(decision.kind),
      );
      return last?.kind === 'lost';
    },
    patienceMs,
  );
}

/** A conversation with every controller, 50 packets a second, and as many that the NAS sends by itself. */
class Talk {
  readonly #streams: readonly PingStream[];

  private constructor(streams: readonly PingStream[]) {
    this.#streams = streams;
  }

  static async start({ world, laptop }: RoamingMesh, peerTalks: boolean): Promise<Talk> {
    const { controllers, addresses } = await laptop.tunnel();
    const [own] = addresses;
    if (own === undefined) throw new Error('the laptop has no address in the tunnel');
    const streams = await Promise.all(
      controllers.map(({ name }) =>
        PingStream.start(world.laptop, `${name}.${networkName}`, { intervalMs: 20 }),
      ),
    );
    if (peerTalks)
      streams.push(await PingStream.start(world.nas, own.replace(/\/.*/, ''), { intervalMs: 20 }));
    return new Talk(streams);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#streams.map((stream) => stream.stop()));
  }
}

/** Carries out a story's changes in the lab, and undoes them. */
class StagedChanges {
  readonly #mesh: RoamingMesh;
  readonly #undo: (() => Promise<unknown>)[] = [];

  constructor(mesh: RoamingMesh) {
    this.#mesh = mesh;
  }

  async undo(): Promise<void> {
    for (const undo of this.#undo.splice(0).reverse()) await undo();
  }

  async make(change: StoryChange): Promise<void> {
    const { world, laptop } = this.#mesh;
    switch (change.do) {
      case 'go':
        await world.moveLaptop(change.place);
        break;
      case 'replug':
        await world.laptopLan.unplug();
        await sleep(change.pauseMs);
        await world.laptopLan.restore();
        break;
      case 'modem':
        await (change.isOn ? world.laptopMobile?.restore() : world.laptopMobile?.unplug());
        break;
      case 'lose':
        await this.#loseLan(change.loss);
        break;
      case 'home-uplink':
        await this.#silence(world.homeWan, !change.isUp);
        break;
      case 'portal':
        await this.#silence(world.wan('hotel'), change.isClosed);
        break;
      case 'restart':
        await world.nas.run(['wg-quick', 'down', 'wg0']);
        await sleep(change.downMs);
        await world.nas.run(['wg-quick', 'up', 'wg0']);
        break;
      case 'controller':
        await world.nas.run(['wg-quick', change.isUp ? 'up' : 'down', 'wg0']);
        if (!change.isUp) this.#undo.push(() => world.nas.exec(['wg-quick', 'up', 'wg0']));
        break;
      case 'readdress':
        await changeNasAddress(world, at.private.nas, otherLanHost);
        this.#undo.push(() => changeNasAddress(world, otherLanHost, at.private.nas));
        break;
      case 'unrelated-event':
        await world.laptop.run(['ip', 'address', 'add', unrelated, 'dev', 'lo']);
        this.#undo.push(() => world.laptop.run(['ip', 'address', 'del', unrelated, 'dev', 'lo']));
        break;
      case 'request':
        await laptop.probe();
        break;
      case 'restart-helper':
        await laptop.installed.killHelper();
        await sleep(change.downMs);
        await laptop.installed.startHelper();
        break;
    }
  }

  async #silence(
    link: { silence(): Promise<void>; restore(): Promise<void> },
    isSilent: boolean,
  ): Promise<void> {
    if (!isSilent) {
      await link.restore();
      return;
    }
    await link.silence();
    this.#undo.push(() => link.restore());
  }

  /** Between the laptop and `nas` only, in one direction or both: no link, address or route changes anywhere. */
  async #loseLan(loss: Loss): Promise<void> {
    const { nas } = this.#mesh.world;
    if (loss === 'none') {
      await nas.run(['nft', 'delete', 'table', 'inet', 'apart']);
      return;
    }
    const outward =
      loss === 'inward'
        ? []
        : [`ip saddr ${at.private.laptop} drop`, 'meta nfproto ipv6 udp dport 51820 drop'];
    const inward =
      loss === 'outward'
        ? []
        : [`ip daddr ${at.private.laptop} drop`, 'meta nfproto ipv6 udp sport 51820 drop'];
    const rules = [
      'table inet apart {',
      'chain inbound { type filter hook prerouting priority raw;',
      ...outward,
      '}',
      'chain outbound { type filter hook output priority raw;',
      ...inward,
      '}',
      '}',
      '',
    ];
    await nas.run(['nft', '-f', '-'], { input: rules.join('\n') });
    this.#undo.push(() => nas.exec(['nft', 'delete', 'table', 'inet', 'apart']));
  }
}

const discovering = new WeakMap<RoamingMesh, boolean>();

/** The command takes a moment: it runs only if the previous story used another setting. */
async function setDiscovery(mesh: RoamingMesh, isOn: boolean): Promise<void> {
  if (discovering.get(mesh) === isOn) return;
  await mesh.laptop.installed.mustHoming(['settings', '--discovery', isOn ? 'on' : 'off']);
  discovering.set(mesh, isOn);
}

function setHairpin({ world }: RoamingMesh, hairpin: boolean): Promise<void> {
  return natRouter(world.homeRouter, {
    inside: 'lan0',
    outside: 'wan0',
    forwards: [{ protocol: 'udp', port: wireGuardPort, to: `${at.private.nas}:${wireGuardPort}` }],
    pinholes: [{ protocol: 'udp', address: at.home6.nas, port: wireGuardPort }],
    hairpin,
  });
}
