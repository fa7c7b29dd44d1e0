import type { Host } from '../../lab/host.ts';
import type { HostProcess } from '../../lab/host-process.ts';
import type { World } from '../../lab/world.ts';
import { worldAddresses as at } from '../../lab/world-addresses.ts';
import { CarrierWatch } from './carrier-watch.ts';
import type { Subject } from './subject.ts';

/** Nebula's own default port, which the home's router has to forward. */
export const nebulaPort = 4_242;

/** Addresses for benchmarks (RFC 2544); this version of Nebula has IPv4 alone inside. */
const inside = { laptop: '198.18.0.2', nas: '198.18.0.1' };
const folder = '/etc/nebula';

/** First byte of a data packet: version 1, type 1 (nebula, header.go). */
const traffic = { port: nebulaPort, firstByte: 0x11 };

/** Both know both endpoints of `nas`, which is the lighthouse; the LAN is the preferred range. */
function configOf(name: 'laptop' | 'nas'): string {
  const isLighthouse = name === 'nas';
  const endpoints = `["${at.internet.home}:${nebulaPort}", "${at.private.nas}:${nebulaPort}"]`;
  return `pki:
  ca: ${folder}/ca.crt
  cert: ${folder}/${name}.crt
  key: ${folder}/${name}.key
static_host_map: ${isLighthouse ? '{}' : `{"${inside.nas}": ${endpoints}}`}
lighthouse:
  am_lighthouse: ${isLighthouse}
  interval: 10
  hosts: ${isLighthouse ? '[]' : `["${inside.nas}"]`}
listen:
  host: 0.0.0.0
  port: ${isLighthouse ? nebulaPort : 0}
punchy:
  punch: true
preferred_ranges: ["${at.private.router.replace(/\d+$/, '0')}/24"]
tun:
  dev: nebula1
logging:
  level: info
firewall:
  outbound: [{port: any, proto: any, host: any}]
  inbound: [{port: any, proto: any, host: any}]
`;
}

async function certify({ nas, laptop }: World): Promise<void> {
  await nas.run(['mkdir', '-p', folder]);
  const cert = (args: readonly string[]) => nas.run(['nebula-cert', ...args]);
  const file = (name: string) => `${folder}/${name}`;
  await cert(['ca', '-name', 'bench', '-out-crt', file('ca.crt'), '-out-key', file('ca.key')]);
  for (const name of ['nas', 'laptop'] as const) {
    const authority = ['-ca-crt', file('ca.crt'), '-ca-key', file('ca.key')];
    const out = ['-out-crt', file(`${name}.crt`), '-out-key', file(`${name}.key`)];
    await cert(['sign', ...authority, '-name', name, '-ip', `${inside[name]}/24`, ...out]);
  }
  for (const name of ['ca.crt', 'laptop.crt', 'laptop.key']) {
    await laptop.writeFile(file(name), await nas.readFile(file(name)), 0o600);
  }
}

async function startNebula(host: Host, name: 'laptop' | 'nas'): Promise<HostProcess> {
  await host.writeFile(`${folder}/config.yml`, configOf(name));
  return host.spawn(['nebula', '-config', `${folder}/config.yml`]);
}

/** Debian's Nebula with `preferred_ranges`, its own way to prefer a LAN. The world forwards {@link nebulaPort}. */
export async function startNebulaMesh(world: World): Promise<Subject> {
  await certify(world);
  const watch = await CarrierWatch.start(world.nas, 'eth0', traffic);
  await startNebula(world.nas, 'nas');
  let onLaptop = await startNebula(world.laptop, 'laptop');
  return {
    name: 'nebula',
    world,
    inside,
    watch,
    // It can only be restarted: it chooses the endpoint itself.
    force: async () => {
      await onLaptop.stop();
      onLaptop = await startNebula(world.laptop, 'laptop');
    },
    configured: async () => [],
    lastWord: async () => onLaptop.stdout.lines.concat(onLaptop.stderr.lines).at(-1)?.slice(0, 160) ?? '',
  };
}
