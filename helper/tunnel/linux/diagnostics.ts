import { findProgram } from '../../process/programs.ts';
import type { ProgramRunner } from '../../process/run.ts';
import type { DiagnosticText } from '../system.ts';
import { killSwitchTable } from './kill-switch-rules.ts';
import { ownProtocol } from './routing-rules.ts';

/** The system tools' output about links, routes, rules and tunnels. It may contain keys. */
export function systemDiagnostics(runner: ProgramRunner): Promise<DiagnosticText[]> {
  const command = async (name: string, args: readonly string[]) => {
    const title = [name, ...args].join(' ');
    const path = findProgram(name);
    if (path === undefined) return { title, text: 'not installed' };
    const { stdout, stderr } = await runner.run(path, args);
    return { title, text: `${stdout}${stderr}`.trim() || '(nothing)' };
  };
  return Promise.all([
    command('uname', ['-srm']),
    command('wg', ['show', 'all']),
    command('ip', ['-brief', 'link']),
    command('ip', ['-brief', 'address']),
    command('ip', ['route']),
    command('ip', ['-6', 'route']),
    command('ip', ['rule']),
    command('ip', ['-6', 'rule']),
    command('ip', ['route', 'show', 'table', 'all', 'protocol', `${ownProtocol}`]),
    command('ip', ['-6', 'route', 'show', 'table', 'all', 'protocol', `${ownProtocol}`]),
    command('nft', ['list', 'tables']),
    command('nft', ['list', 'table', ...killSwitchTable.split(' ')]),
  ]);
}
