import type { HostFirewall } from '../../shared/contract/status.ts';
import type { Problem } from '../../shared/errors/problem.ts';
import type { ProgramRunner } from '../process/run.ts';
import type { DnsSystem } from './dns.ts';
import type { KillSwitchSystem } from './kill-switch.ts';
import { LinuxDns } from './linux/dns/linux-dns.ts';
import { linuxHostFirewall } from './linux/host-firewall.ts';
import { systemResolvers } from './linux/host-routing.ts';
import { LinuxKillSwitch } from './linux/kill-switch.ts';
import { LinuxTunnelSystem } from './linux/linux-tunnel-system.ts';
import { MacosDns } from './macos/dns/macos-dns.ts';
import { MacosTunnelSystem } from './macos/macos-tunnel-system.ts';
import { OwnTraffic } from './macos/own-traffic.ts';
import { MacosKillSwitch } from './macos/pf/kill-switch.ts';
import { resolversOf } from './resolv-conf.ts';
import type { TunnelSystem } from './system.ts';

/** What the helper needs from an operating system. */
export interface OperatingSystem {
  readonly tunnel: TunnelSystem;
  /** The resolver. */
  readonly dns: DnsSystem;
  /** The packet filter. */
  readonly killSwitch: KillSwitchSystem;
  /** The host firewall that drops answers to broadcasts; null if there is none, or if that is unknown. */
  readonly hostFirewall: () => Promise<HostFirewall | null>;
}

export interface SystemParts {
  readonly runner: ProgramRunner;
  /** Owned by root; cleared by a reboot. */
  readonly runtimeDirectory: string;
  /** Owned by root; survives a reboot. */
  readonly stateDirectory: string;
  /** Called with what the live tunnel can no longer do. */
  readonly onProblem: (problem: Problem) => void;
}

export type OperatingSystemFactory = (parts: SystemParts) => OperatingSystem;

export const linux: OperatingSystemFactory = ({ runner, runtimeDirectory, stateDirectory, onProblem }) => ({
  tunnel: new LinuxTunnelSystem(runner, runtimeDirectory, onProblem),
  dns: LinuxDns.ofThisMachine(runner, runtimeDirectory),
  killSwitch: LinuxKillSwitch.ofThisMachine(runner, stateDirectory),
  hostFirewall: () => linuxHostFirewall(runner),
});

export const macos: OperatingSystemFactory = ({ runner, runtimeDirectory, stateDirectory }) => {
  const own = new OwnTraffic();
  return {
    tunnel: new MacosTunnelSystem(runner, runtimeDirectory, own),
    dns: new MacosDns({ runner, stateDirectory }),
    killSwitch: MacosKillSwitch.ofThisMachine(runner, stateDirectory, own),
    // Its firewall filters programs, not packets: whether answers get in cannot be determined.
    hostFirewall: async () => null,
  };
};

/** The operating system of this machine. @throws Error on an unsupported one */
export const ofThisMachine: OperatingSystemFactory = (parts) => {
  if (process.platform === 'linux') return linux(parts);
  if (process.platform === 'darwin') return macos(parts);
  throw new Error(`the helper has no tunnel for ${process.platform}; it runs on Linux and macOS`);
};

/** Removes the rules of the kill switch, whoever left them. @throws HomingError `kill-switch-failed` */
export async function removeKillSwitch(runner: ProgramRunner, stateDirectory: string): Promise<void> {
  await (process.platform === 'darwin'
    ? MacosKillSwitch.ofThisMachine(runner, stateDirectory, new OwnTraffic())
    : LinuxKillSwitch.ofThisMachine(runner, stateDirectory)
  ).clear();
}

/** The name servers of the networks that this machine is in. */
export function networkResolvers(): readonly string[] {
  return process.platform === 'linux' ? systemResolvers() : resolversOf(['/etc/resolv.conf']);
}
