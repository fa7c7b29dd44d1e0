/**
 * Sends a signal to a process that may just have ended: its pid may already be unknown to the kernel before its end is
 * reported.
 */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
