import type { ProgramResult } from '../../../helper/process/run.ts';

/** The packet filter of a Mac as seen by pfctl(8): main ruleset, one anchor, tokens. It records every command. */
export class FakePf {
  readonly commands: string[] = [];
  readonly main = ['scrub-anchor "com.apple/*" all fragment reassemble', 'anchor "com.apple/*" all'];
  readonly rules: string[] = [];
  readonly tokens: string[] = [];
  #nextToken = 18_446_743;

  /** The commands that change something. */
  changes(): string[] {
    return this.commands.filter((command) => !command.includes('-s '));
  }

  readonly run = async (_path: string, args: readonly string[], input?: string): Promise<ProgramResult> => {
    const command = args.join(' ');
    this.commands.push(command);
    const done = (stdout: string, stderr = '') => ({ exitCode: 0, stdout, stderr });
    if (command === '-s rules') return done(this.main.join('\n'));
    if (command === '-s References')
      return done(this.tokens.map((token) => `1 pfctl ${token} 0 days`).join('\n'));
    if (command === '-a com.apple/homing -s rules') return done(`${this.rules.join('\n')}\n`);
    if (command === '-F states') return done('');
    if (command === '-a com.apple/homing -F rules') this.rules.length = 0;
    else if (command === '-a com.apple/homing -f -')
      this.rules.splice(0, this.rules.length, ...(input ?? '').trim().split('\n'));
    else if (command === '-E') {
      const token = `${this.#nextToken++}`;
      this.tokens.push(token);
      return done('', `pf enabled\nToken : ${token}\n`);
    } else if (args[0] === '-X' && this.tokens.includes(args[1] ?? ''))
      this.tokens.splice(this.tokens.indexOf(args[1] ?? ''), 1);
    else return { exitCode: 1, stdout: '', stderr: `pfctl: ${command}` };
    return done('');
  };

  readonly mustRun = async (path: string, args: readonly string[], input?: string): Promise<string> => {
    const { exitCode, stdout, stderr } = await this.run(path, args, input);
    if (exitCode !== 0) throw new Error(stderr);
    return stdout;
  };
}
