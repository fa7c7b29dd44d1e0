/** Progress goes to standard error, so that standard output holds the result alone. */
export function progress(text: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
}
