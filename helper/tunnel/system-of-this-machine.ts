import type { ProgramRunner } from '../process/run.ts';
import type { DnsSystem } from './dns.ts';
import type { KillSwitchSystem } from './kill-switch.ts';
import { LinuxDns } from './linux/dns/linux-dns.ts';
import { LinuxKillSwitch } from './linux/kill-switch.ts';
import { LinuxTunnelSystem } from './linux/linux-tunnel-system.ts';
import type { TunnelSystem } from './system.ts';

/** The tunnel system of this machine. @throws Error on an operating system that has none */
export function tunnelSystem(runner: ProgramRunner, runtimeDirectory: string): TunnelSystem {
  if (process.platform === 'linux') return new LinuxTunnelSystem(runner, runtimeDirectory);
  throw new Error(`the helper has no tunnel for ${process.platform} yet; it runs on Linux`);
}

/** The resolver of this machine. @throws Error as {@link tunnelSystem} */
export function dnsSystem(runner: ProgramRunner, runtimeDirectory: string): DnsSystem {
  if (process.platform === 'linux') return LinuxDns.ofThisMachine(runner, runtimeDirectory);
  throw new Error(`the helper sets no name servers on ${process.platform} yet; it runs on Linux`);
}

/**
 * The packet filter of this machine.
 * @param stateDirectory outlives a reboot: what keeps the machine closed until the helper runs is there
 * @throws Error as {@link tunnelSystem}
 */
export function killSwitchSystem(runner: ProgramRunner, stateDirectory: string): KillSwitchSystem {
  if (process.platform === 'linux') return LinuxKillSwitch.ofThisMachine(runner, stateDirectory);
  throw new Error(`the helper has no kill switch on ${process.platform} yet; it runs on Linux`);
}

/** Removes the rules of the kill switch, whoever left them; a system that has none has nothing to remove. */
export async function removeKillSwitch(runner: ProgramRunner, stateDirectory: string): Promise<void> {
  if (process.platform === 'linux') await LinuxKillSwitch.ofThisMachine(runner, stateDirectory).clear();
}
