/** Everything a command may use besides files, passed in for tests. */
export interface CliIo {
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: NodeJS.WritableStream;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly env: NodeJS.ProcessEnv;
  /** Milliseconds since 1970. */
  now(): number;
}

/** Exit statuses of `homing`; also printed by `homing --help`. */
export const exitStatus = {
  ok: 0,
  /** The input was refused, or the command could not be carried out. */
  failed: 1,
  /** The command line itself is wrong. */
  usage: 2,
  helperNotRunning: 3,
  helperOtherVersion: 4,
  noWireGuard: 5,
  notPermitted: 6,
} as const;

const statusOfCode: Readonly<Record<string, number>> = {
  'helper-not-running': exitStatus.helperNotRunning,
  'helper-too-old': exitStatus.helperOtherVersion,
  'helper-too-new': exitStatus.helperOtherVersion,
  'no-wireguard': exitStatus.noWireGuard,
  'helper-not-permitted': exitStatus.notPermitted,
  'helper-socket-unsafe': exitStatus.notPermitted,
  'approval-needed': exitStatus.notPermitted,
  'network-key-changed': exitStatus.notPermitted,
};

/** The exit status for the code of a problem. */
export function exitStatusOf(problemCode: string): number {
  return statusOfCode[problemCode] ?? exitStatus.failed;
}
