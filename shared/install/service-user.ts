/**
 * The user who controls the installed helper, as the file of its service has it: `--uid N` of a unit or an init script, or two
 * strings of a property list.
 * @param definition the file's text @returns undefined if it names none
 */
export function serviceUid(definition: string): number | undefined {
  const uid = /--uid(?:[ \t]+|<\/string>\s*<string>)(\d{1,10})(?![\w.])/.exec(definition)?.[1];
  return uid === undefined ? undefined : Number(uid);
}
