import { fileURLToPath } from 'node:url';
import { bundlePrograms } from '../../scripts/bundle.ts';
import { ping } from '../lab/ping.ts';
import { missingForLab } from '../lab/requirements.ts';
import { diffSnapshots, type Snapshot } from '../lab/snapshot.ts';
import type { AuthoredNetwork } from '../mesh/support/authored-network.ts';
import { authorNetwork, buildCast, type Cast, joinNetwork, networkName } from './cast.ts';
import { tellRoaming } from './roaming.ts';
import { Story } from './steps.ts';

/** `npm run demo`: connecting and the roaming story, with times. */

const machines = ['nas', 'vps', 'desk', 'laptop'];
const firstPingMs = 20_000;

function indented(text: string): string[] {
  return text.trimEnd().split('\n');
}

async function pingByName({ laptop }: Cast): Promise<string[]> {
  const found: string[] = [];
  for (const machine of machines) {
    const name = `${machine}.${networkName}`;
    const { sent, received, roundTripsMs } = await ping(laptop.host, name, { count: 5 });
    // One may be lost to the move that follows a connection over the internet; losses of moves are measured separately.
    if (received < sent - 1) throw new Error(`${name}: ${sent - received} of ${sent} pings were lost`);
    const address = (await laptop.host.run(['getent', 'ahostsv6', name])).split(' ')[0] ?? '';
    found.push(`${name.padEnd(14)} ${address.padEnd(40)} ${Math.min(...roundTripsMs).toFixed(1)} ms`);
  }
  return found;
}

async function connect({ laptop }: Cast): Promise<string> {
  const startMs = performance.now();
  const up = laptop.mustHoming(['up']);
  const deadline = startMs + firstPingMs;
  while (
    (await ping(laptop.host, `nas.${networkName}`, { count: 1 }).catch(() => undefined))?.received !== 1
  ) {
    if (performance.now() > deadline) throw new Error('no ping was answered');
  }
  const firstMs = performance.now() - startMs;
  await up;
  await laptop.until(
    'nas is on the LAN',
    (status) => status.tunnel.state === 'connected' && status.tunnel.controllers[0]?.path === 'lan',
  );
  return `first answered ping by name ${Math.round(firstMs)} ms after the command was typed`;
}

async function proveNothingLeft({ laptop }: Cast, before: Snapshot): Promise<string> {
  const left = diffSnapshots(before, await laptop.host.snapshot());
  if (left.length > 0) throw new Error(`left behind: ${left.join('; ')}`);
  return '/etc/hosts is byte for byte as before; no interface, address, route, rule, process or socket is left';
}

async function tellFirstLight(story: Story, cast: Cast, network: AuthoredNetwork): Promise<void> {
  const { laptop, desk } = cast;
  story.chapter('First light: the laptop joins from its invite');
  await story.step('The laptop imports its invite, makes its key, hands back its join card', async () =>
    indented(await joinNetwork(network, 'laptop', laptop)),
  );
  await story.step('The second peer joins the same way', async () => {
    await joinNetwork(network, 'desk', desk);
    return undefined;
  });
  await story.step(
    'The controllers start stock WireGuard on what `homing network render` prints',
    async () => {
      await network.startControllers();
      return undefined;
    },
  );
  await story.step('The helper starts on both peers, as root; the second peer connects', async () => {
    await Promise.all([laptop.startHelper(), desk.startHelper()]);
    await desk.mustHoming(['up']);
    return undefined;
  });
  await story.step('`homing up` on the laptop', () => connect(cast));
  await story.step('Ping every machine by name, over IPv6', () => pingByName(cast));
  await story.step('`homing status`', async () => indented(await laptop.mustHoming(['status'])));
}

async function tell(story: Story): Promise<void> {
  let cast: Cast | undefined;
  try {
    story.chapter('A small internet on this machine');
    await story.step('Build the command line and the helper', async () => {
      await bundlePrograms(fileURLToPath(new URL('../../dist', import.meta.url)));
      return undefined;
    });
    await story.step('Build home, data centre and café from network namespaces', async () => {
      cast = await buildCast();
      return ['home and café have the same private subnet; the café is 40 ms from the internet'];
    });
    if (cast === undefined) return;
    const built = cast;
    let network: AuthoredNetwork | undefined;
    await story.step(
      `Author the network ${networkName}: controllers nas (home) and vps, two peers`,
      async () => {
        network = await authorNetwork(built);
        return undefined;
      },
    );
    if (network === undefined) return;
    const before = await built.laptop.host.snapshot();
    await tellFirstLight(story, built, network);
    await tellRoaming(story, built);
    story.chapter('The end');
    await story.step('`homing down`, and the helper is stopped', async () => {
      await built.laptop.mustHoming(['down']);
      await built.laptop.stopHelper();
      return undefined;
    });
    await story.step('Nothing is left on the laptop', () => proveNothingLeft(built, before));
  } finally {
    await cast?.world.destroy();
  }
}

async function main(): Promise<void> {
  const json = process.argv.includes('--json');
  const missing = missingForLab();
  if (missing.length > 0) {
    process.stderr.write(`The demo cannot run here:\n  ${missing.join('\n  ')}\n`);
    process.exitCode = 1;
    if (json) process.stdout.write(`${JSON.stringify({ ok: false, steps: [] })}\n`);
    return;
  }
  const out = json ? process.stderr : process.stdout;
  const story = new Story((text) => out.write(text));
  out.write('Homing: a laptop joins a mesh and roams, on real WireGuard.\n');
  let ok = true;
  try {
    await tell(story);
  } catch (error) {
    ok = false;
    // A failed step has reported it; other errors are reported here.
    if (story.results.every((step) => step.ok))
      out.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  }
  out.write(ok ? '\nAll of it worked.\n' : '\nThe demo failed; see above.\n');
  if (json) process.stdout.write(`${JSON.stringify({ ok, steps: story.results })}\n`);
  process.exitCode = ok ? 0 : 1;
}

await main();
