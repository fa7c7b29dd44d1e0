import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectedTunnel } from '../../../shared/contract/status.ts';
import { generateKeys, startController } from '../../lab/wireguard-host.ts';
import type { World } from '../../lab/world.ts';
import { worldAddresses as at } from '../../lab/world-addresses.ts';
import { CarrierWatch, wireGuardTraffic } from './carrier-watch.ts';
import { endpointOf, pathFrom, pathTo } from './endpoints.ts';
import { HomingLaptop } from './homing-laptop.ts';
import type { Subject } from './subject.ts';

const network = 'wgnet';
const file = '/home/user/wgnet.network.json';
/** The interface of `nas`, which startController names. */
const nasDevice = 'wg0';
const connectTimeoutMs = 20_000;

export interface HomingSubject extends Subject {
  readonly laptop: HomingLaptop;
  readonly tunnel: ConnectedTunnel;
}

/**
 * Authors a network with the real command line, joins the laptop to it, and connects.
 * @param changeConfig changes the controller's configuration printed by `homing network render`
 */
export async function startHoming(
  world: World,
  bundles: string,
  changeConfig: (config: string) => string = (same) => same,
): Promise<HomingSubject> {
  const laptop = await HomingLaptop.install(world.laptop, bundles);
  await authorAndJoin(world, laptop, changeConfig);
  await laptop.startHelper();
  await laptop.homing(['up']);
  const tunnel = await connected(laptop);
  const [controller] = tunnel.controllers;
  const [own] = tunnel.addresses;
  if (controller?.address == null || own === undefined) throw new Error('the tunnel has no addresses');
  const { publicKey } = controller;
  return {
    name: 'homing',
    world,
    laptop,
    tunnel,
    inside: { laptop: own.replace(/\/.*/, ''), nas: controller.address },
    watch: await CarrierWatch.start(world.nas, 'eth0', wireGuardTraffic),
    force: async () => {
      await laptop.client.probe({});
    },
    configured: async () => [
      pathTo(await endpointOf(world.laptop, await laptop.deviceOf(tunnel.interfaceName), publicKey)),
      pathFrom(await endpointOf(world.nas, nasDevice, tunnel.publicKey)),
    ],
    lastWord: async () => {
      const { timeline } = await laptop.client.status();
      return timeline
        .slice(-3)
        .map(({ at: when, kind, to, reason, tookMs }) => {
          const took = tookMs === null ? '' : ` (${Math.round(tookMs)} ms)`;
          return `${when.slice(17, 23)} ${kind} ${to ?? ''}: ${reason}${took}`;
        })
        .join(' | ');
    },
  };
}

async function authorAndJoin(
  world: World,
  laptop: HomingLaptop,
  changeConfig: (config: string) => string,
): Promise<void> {
  const author = (args: readonly string[], input?: string) =>
    laptop.homing(['network', ...args, '--file', file], input);
  const keys = await generateKeys(world.nas);
  await author(['init', network]);
  await author([
    'add-controller',
    'nas',
    '--public-key',
    keys.publicKey,
    '--private-endpoint',
    `${at.private.nas}:51820`,
    '--public-endpoint',
    `${at.internet.home}:51820`,
  ]);
  await author(['add-peer', 'laptop']);
  await laptop.homing(['import', '-', '--yes'], await author(['invite', 'laptop']));
  await author(['add-peer', 'laptop', '--card', '-'], await laptop.homing(['join-card', network]));
  const rendered = await author(['render', '--controller', 'nas', '--format', 'wg-quick']);
  const configText = changeConfig(rendered);
  await startController(world.nas, { configText, privateKey: keys.privateKey, interfaceName: nasDevice });
}

async function connected(laptop: HomingLaptop): Promise<ConnectedTunnel> {
  const deadline = Date.now() + connectTimeoutMs;
  while (true) {
    const { tunnel } = await laptop.client.status();
    if (tunnel.state === 'connected' && tunnel.controllers.every(({ path }) => path !== 'none'))
      return tunnel;
    if (Date.now() > deadline) throw new Error(`did not connect:\n${JSON.stringify(tunnel, null, 2)}`);
    await sleep(100);
  }
}
