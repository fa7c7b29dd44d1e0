import { findProgram } from '../../process/programs.ts';
import type { ProgramRunner } from '../../process/run.ts';
import type { DiagnosticText } from '../system.ts';
import { anchor } from './pf/pf.ts';
import { systemPrograms } from './system-programs.ts';

/** The output of the system's tools about links, routes and name servers. */
export function systemDiagnostics(runner: Pick<ProgramRunner, 'run'>): Promise<DiagnosticText[]> {
  const command = async (path: string, args: readonly string[]): Promise<DiagnosticText> => {
    const title = [path.split('/').at(-1), ...args].join(' ');
    try {
      const { stdout, stderr } = await runner.run(path, args);
      return { title, text: `${stdout}${stderr}`.trim() || '(nothing)' };
    } catch (error) {
      return { title, text: error instanceof Error ? error.message : String(error) };
    }
  };
  const wg = findProgram('wg');
  return Promise.all([
    command(systemPrograms.swVers, []),
    ...(wg === undefined ? [] : [command(wg, ['show', 'all'])]),
    command(systemPrograms.ifconfig, ['-a']),
    command(systemPrograms.netstat, ['-nr', '-f', 'inet']),
    command(systemPrograms.netstat, ['-nr', '-f', 'inet6']),
    command(systemPrograms.networksetup, ['-listallnetworkservices']),
    command(systemPrograms.pfctl, ['-s', 'rules']),
    command(systemPrograms.pfctl, ['-a', anchor, '-s', 'rules']),
    command(systemPrograms.pfctl, ['-s', 'References']),
  ]);
}
