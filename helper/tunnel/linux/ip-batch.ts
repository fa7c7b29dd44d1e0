import { spawn } from 'node:child_process';
import type { TunnelPlan } from '../../../shared/plan/tunnel-plan.ts';
import { clearedEnvironment } from '../../process/run.ts';

/**
 * The lines for `ip -batch -` that dress an interface in its plan: one process instead of one a setting
 * (at 100 controllers wg-quick starts 200). `replace`: the same batch repairs what was lost. `nodad`: nobody
 * else can hold these addresses on a point-to-point link. `noprefixroute`: the plan's own routes say what goes
 * through the tunnel.
 * @param hasIpv6 whether the kernel knows IPv6 at all
 */
export function ipBatch(plan: TunnelPlan, hasIpv6: boolean): string {
  const device = plan.interfaceName;
  const lines = [
    ...plan.addresses.map((address) =>
      address.includes(':')
        ? `address replace ${address} dev ${device} nodad noprefixroute`
        : `address replace ${address} dev ${device} noprefixroute`,
    ),
    // Before it is up: the kernel would send router solicitations from a link-local address into the tunnel, which
    // nobody answers (RFC 4861 section 6.3.7).
    ...(hasIpv6 ? [`link set dev ${device} addrgenmode none`] : []),
    `link set dev ${device} mtu ${plan.mtu} up`,
    ...plan.routes.map(({ range, source }) =>
      source === undefined
        ? `route replace ${range} dev ${device}`
        : `route replace ${range} dev ${device} src ${source}`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

const timeoutMs = 10_000;

/** An `ip -batch -` that was started and waits for its lines. */
export interface WaitingBatch {
  /** Gives it its lines and waits for its end. @throws Error with its own words when a line fails */
  run(lines: string): Promise<void>;
  /** Ends it, when it was given no lines. */
  abandon(): void;
}

/** Starts `ip -batch -` ahead of its lines: while wireguard-go gets ready there is time for it, and not after. */
export function startIpBatch(program: string): WaitingBatch {
  const child = spawn(program, ['-batch', '-'], {
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
  // Why it ended early is told by its exit.
  child.stdin.on('error', () => undefined);
  const ended = new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) =>
      resolve(code === 0 ? undefined : `(${signal ?? code}): ${said.trim()}`),
    );
  });
  return {
    run: async (lines) => {
      child.stdin.end(lines);
      const failure = await ended;
      if (failure !== undefined)
        throw new Error(`${program} -batch - failed ${failure.replaceAll(/\s*\n\s*/g, '; ')}`);
    },
    abandon: () => child.stdin.destroy(),
  };
}
