import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { platform } from 'node:os';
import { findTool, tool } from './tools.ts';

/** Each tool of the lab and its Debian package. */
const packages: Readonly<Record<string, string>> = {
  bash: 'bash',
  ip: 'iproute2',
  mount: 'mount',
  nft: 'nftables',
  nsenter: 'util-linux',
  ping: 'iputils-ping',
  python3: 'python3',
  setpriv: 'util-linux',
  unshare: 'util-linux',
  wg: 'wireguard-tools',
  'wg-quick': 'wireguard-tools',
};

/** What this machine lacks for the lab, one sentence each with the remedy; empty if nothing is missing. */
export function missingForLab(): string[] {
  if (platform() !== 'linux') return [`The lab builds on Linux namespaces; this is ${platform()}.`];
  const missing = Object.entries(packages).flatMap(([name, from]) =>
    findTool(name) === undefined ? [`The lab needs ${name}: install the package ${from}.`] : [],
  );
  if (process.getuid?.() !== 0) missing.push('The lab makes network namespaces: run it as root (sudo).');
  if (missing.length > 0) return missing;
  const forWireGuard = kernelHasWireGuard() ? [] : missingForWireguardGo();
  return forWireGuard.length > 0 ? forWireGuard : missingFromKernel();
}

/**
 * Whether the kernel carries the tunnels of the lab; otherwise wireguard-go does. Only an attempt shows it, in a
 * temporary network namespace.
 */
export function kernelHasWireGuard(): boolean {
  const argv = ['--net', tool('ip'), 'link', 'add', 'wg0', 'type', 'wireguard'];
  return spawnSync(tool('unshare'), argv, { timeout: 10_000 }).status === 0;
}

function missingForWireguardGo(): string[] {
  const missing =
    findTool('wireguard-go') === undefined
      ? ['This kernel has no WireGuard, so the lab needs wireguard-go: install the package wireguard-go.']
      : [];
  if (usable('/dev/net/tun')) return missing;
  return [
    ...missing,
    'The lab needs /dev/net/tun: load the module (modprobe tun), or give the container the device.',
  ];
}

/** Tries what the lab needs, in temporary namespaces. */
function missingFromKernel(): string[] {
  const namespaces = ['--net', '--mount', '--pid', '--uts', '--ipc', '--fork', '--mount-proc'];
  const script = [
    'ip link add name sw1 type bridge',
    'ip link add name p1 type veth peer name p2',
    'mount -t tmpfs tmpfs /tmp',
    'printf "table ip nat {\\n chain c {\\n type nat hook postrouting priority srcnat\\n masquerade\\n }\\n}\\n" | nft -f -',
  ].join(' && ');
  const argv = [...namespaces, tool('bash'), '-c', script];
  const result = spawnSync(tool('unshare'), argv, { encoding: 'utf8', timeout: 10_000 });
  if (result.status === 0) return [];
  const said = result.stderr.trim();
  return [
    `The lab cannot make namespaces, bridges, veth pairs or NAT here (${said}): in a container, run it privileged.`,
  ];
}

function usable(device: string): boolean {
  try {
    accessSync(device, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
