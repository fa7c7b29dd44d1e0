import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bundlePrograms } from '../../../scripts/bundle.ts';
import { runOrThrow } from '../../lab/command.ts';

/**
 * The network's administrator, on this computer: authoring needs no machine, and every start of the command line there
 * takes long.
 */
export class Admin {
  readonly #folder: string;
  readonly #file: readonly string[];

  /** @param folder for the programs and the network's file */
  constructor(folder: string) {
    this.#folder = folder;
    this.#file = ['--file', join(folder, 'network.json')];
  }

  /** `homing network …` @throws Error with its output if it fails */
  async network(args: readonly string[], input = ''): Promise<string> {
    const programs = join(this.#folder, 'programs');
    if (!existsSync(programs)) await bundlePrograms(programs);
    const command = [
      process.execPath,
      join(programs, 'homing/homing.mjs'),
      'network',
      ...args,
      ...this.#file,
    ];
    const env = { PATH: '/usr/bin:/bin', HOME: this.#folder, LANG: 'C.UTF-8' };
    return await runOrThrow(command, { input, env });
  }
}
