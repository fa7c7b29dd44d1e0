import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { main } from '../../../cli/main.ts';
import { nowMs } from './invite-fixtures.ts';

/** The result of a run of `homing`. */
export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

function sink() {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(String(chunk));
      done();
    },
  });
  return { stream, text: () => chunks.join('') };
}

/** A directory with a CLI: no helper, a store of its own, a clock that stands still. */
export class CliFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<CliFolder> {
    return new CliFolder(await mkdtemp(join(tmpdir(), 'homing-cli-')));
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }

  file(name: string): string {
    return join(this.path, name);
  }

  /** Runs one command; `input` is standard input, and a terminal when `terminal` is set. */
  async run(args: readonly string[], input = '', terminal = false): Promise<Ran> {
    const stdout = sink();
    const stderr = sink();
    const stdin = Object.assign(new PassThrough(), { isTTY: terminal });
    stdin.end(input);
    const env = { HOMING_CONFIG_DIR: this.file('config'), HOMING_SOCKET: this.file('none/helper.sock') };
    const status = await main(['node', 'homing', ...args], {
      stdout: stdout.stream,
      stderr: stderr.stream,
      stdin,
      env,
      now: () => nowMs,
    });
    return { status, stdout: stdout.text(), stderr: stderr.text() };
  }
}
