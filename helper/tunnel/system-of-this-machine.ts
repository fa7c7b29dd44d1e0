import type { ProgramRunner } from '../process/run.ts';
import type { DnsSystem } from './dns.ts';
import { LinuxDns } from './linux/dns/linux-dns.ts';
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
