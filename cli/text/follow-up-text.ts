import type { FollowUp } from '../../shared/authoring/follow-up.ts';

/** More lines of commands are no help; `homing network list` lists all members. */
const shownCommands = 8;

/** The next command of `homing network` to type, with the given file. */
export function networkCommand(words: string, file: string | undefined): string {
  return `  homing network ${words}${file === undefined ? '' : ` --file ${file}`}`;
}

function commands(names: readonly string[], line: (name: string) => string): string[] {
  const more = names.length - shownCommands;
  return [
    ...names.slice(0, shownCommands).map(line),
    ...(more > 0 ? [`  and ${more} more of the same`] : []),
  ];
}

/**
 * What must be rendered or sent after a change, with the commands; empty when nothing.
 * @param file the value of --file, for the commands
 */
export function followUpText(todo: FollowUp, file: string | undefined): string {
  const render = (name: string) => networkCommand(`render --controller ${name} --format wg-quick`, file);
  const renamed = new Set(todo.renamed);
  const invited = todo.invite.filter((name) => !renamed.has(name));
  return [
    ...section(
      'Render again, and put the result on the controller (or --format networkd, nixos):',
      commands(todo.render, render),
    ),
    ...section(
      'No longer part of the network, and running until stopped on the machine itself:',
      commands(todo.stop, (name) => `  ${name}`),
    ),
    ...section(
      'Send the invite, and add the join card that comes back:',
      commands(todo.firstInvite, (name) => networkCommand(`invite ${name} --out ${name}.homing`, file)),
    ),
    ...section(
      'Send a new invite; until it is imported, the laptop uses what it has:',
      commands(invited, (name) => networkCommand(`invite ${name} --out ${name}.homing`, file)),
    ),
    ...section(
      'These laptops still use the old name. Run `homing forget` and import there, then add the new join card:',
      commands(todo.renamed, (name) => networkCommand(`invite ${name} --out ${name}.homing`, file)),
    ),
    ...section(
      'Only names of other machines changed for these; a new invite or --format hosts can wait:',
      [...todo.renderNames, ...todo.inviteNames].length === 0
        ? []
        : [`  ${shortened([...todo.renderNames, ...todo.inviteNames])}`],
    ),
  ].join('');
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`${title}\n${lines.join('\n')}\n`];
}

function shortened(names: readonly string[]): string {
  const more = names.length - shownCommands;
  return `${names.slice(0, shownCommands).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
