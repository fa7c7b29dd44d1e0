import { spawn } from 'node:child_process';
import type { TunnelPlan } from '../../../shared/plan/tunnel-plan.ts';
import { clearedEnvironment } from '../../process/run.ts';
import { tunnelRoutes } from './routing-rules.ts';

/**
 * The lines for `ip -batch -` that configure an interface: one process instead of one per setting (with 100 controllers
 * wg-quick starts 200). `replace`: the same batch repairs missing settings. `nodad`: no other host can have these
 * addresses on a point-to-point link. `noprefixroute`: the plan's own routes decide what goes through the tunnel, in a
 * separate table.
 * @param hasIpv6 whether the kernel has IPv6
 */
export function dressLines(plan: TunnelPlan, hasIpv6: boolean): string[] {
  const device = plan.interfaceName;
  return [
    ...plan.addresses.map((address) =>
      address.includes(':')
        ? `address replace ${address} dev ${device} nodad noprefixroute`
        : `address replace ${address} dev ${device} noprefixroute`,
    ),
    // Before it is up: the kernel would send router solicitations from a link-local address into the tunnel, which no
    // host answers (RFC 4861 section 6.3.7).
    ...(hasIpv6 ? [`link set dev ${device} addrgenmode none`] : []),
    `link set dev ${device} mtu ${plan.mtu} up`,
    ...tunnelRoutes(plan).map((route) => `route replace ${route}`),
  ];
}

/** The arguments of `ip` for a batch whose rules are of one family. */
export function batchArgs(family: 4 | 6): readonly string[] {
  return family === 4 ? ['-batch', '-'] : ['-6', '-batch', '-'];
}

/** The lines as a batch's input. */
export function batchText(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

const timeoutMs = 10_000;

/** A started `ip -batch -` that waits for its lines. */
export interface WaitingBatch {
  /** Sends its lines and waits for its end. @throws Error with its message when a line fails */
  run(lines: readonly string[]): Promise<void>;
  /** Ends it without lines. */
  abandon(): void;
}

/**
 * Starts `ip -batch -` ahead of its lines, while wireguard-go starts.
 * @param family for rules without an address; other lines have addresses
 */
export function startIpBatch(program: string, family: 4 | 6): WaitingBatch {
  const child = spawn(program, [...batchArgs(family)], {
    env: clearedEnvironment,
    cwd: '/',
    stdio: ['pipe', 'ignore', 'pipe'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  // Its exit status says why it ended early.
  child.stdin.on('error', () => undefined);
  const ended = new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) =>
      resolve(code === 0 ? undefined : `(${signal ?? code}): ${said.trim()}`),
    );
  });
  return {
    run: async (lines) => {
      child.stdin.end(batchText(lines));
      const failure = await ended;
      if (failure !== undefined)
        throw new Error(`${program} -batch - failed ${failure.replaceAll(/\s*\n\s*/g, '; ')}`);
    },
    abandon: () => child.stdin.destroy(),
  };
}
