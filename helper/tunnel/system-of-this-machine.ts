import type { ProgramRunner } from '../process/run.ts';
import { LinuxTunnelSystem } from './linux/linux-tunnel-system.ts';
import type { TunnelSystem } from './system.ts';

/** The tunnel system of this machine. @throws Error on an operating system that has none */
export function tunnelSystem(runner: ProgramRunner, runtimeDirectory: string): TunnelSystem {
  if (process.platform === 'linux') return new LinuxTunnelSystem(runner, runtimeDirectory);
  throw new Error(`the helper has no tunnel for ${process.platform} yet; it runs on Linux`);
}
