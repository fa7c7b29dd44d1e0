/**
 * Sends a signal to a process that may just have ended: between its end and the report of it, its pid is unknown to
 * the kernel already.
 */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
