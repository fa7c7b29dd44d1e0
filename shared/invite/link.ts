import { HomingError, shown } from '../errors/problem.ts';
import { inviteLimitBytes, tooLarge } from './jws.ts';

const linkStart = 'homing://join/';

/** The link form of an invite. */
export function inviteLink(jws: string): string {
  return `${linkStart}${jws}`;
}

/** The file form of an invite: `name.homing` with one line. */
export function inviteFile(jws: string): string {
  return `${jws}\n`;
}

/**
 * The JWS in a file, a link or a pasted text, without white space that mail programs and terminals add at its ends.
 * @throws HomingError `invite-too-large`, `invite-empty`, `invite-binary`, `invite-bad-link`
 */
export function jwsIn(text: string): string {
  if (text.length > inviteLimitBytes) throw tooLarge(text.length);
  const line = text.replace(/^\uFEFF/, '').replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
  if (line === '') {
    throw new HomingError({
      code: 'invite-empty',
      title: 'The invite is empty',
      cause: text === '' ? 'It has 0 bytes.' : 'It contains only white space.',
      remedy: 'Save or download the invite again.',
    });
  }
  // Decoding replaces bytes that are not UTF-8 with U+FFFD.
  if (/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\uFFFD]/.test(line)) {
    throw new HomingError({
      code: 'invite-binary',
      title: 'This file is not an invite',
      cause: `It begins with ${shown(line.slice(0, 12))}: it is not a text file.`,
      remedy: 'Give the .homing file itself, not an archive or a picture of it.',
    });
  }
  if (!/^homing:/i.test(line)) return line;
  if (line.toLowerCase().startsWith(linkStart)) return line.slice(linkStart.length);
  throw new HomingError({
    code: 'invite-bad-link',
    title: 'The link is not an invite',
    cause: `It begins with ${shown(line.slice(0, 24))}, not with "${linkStart}".`,
    remedy: 'Copy the whole link again.',
  });
}
