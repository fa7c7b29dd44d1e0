import { ipv6Text } from '../../shared/addresses/plan.ts';
import { parseAddress } from '../../shared/addresses/range.ts';

/** DNS queries for the addresses of a name, and their responses (RFC 1035 section 4; AAAA: RFC 3596). */

const types = { 4: 1, 6: 28 } as const;
const internetClass = 1;
const headBytes = 12;
/** RFC 1035 section 2.3.4. */
const maxNameBytes = 255;
const maxLabelBytes = 63;

/** @param id 16 bits, to match the response @throws RangeError for a name that cannot be queried */
export function questionBytes(host: string, family: 4 | 6, id: number): Buffer {
  const labels = host
    .replace(/\.$/, '')
    .split('.')
    .map((label) => Buffer.from(label, 'latin1'));
  const name = Buffer.concat([...labels.flatMap((label) => [Buffer.of(label.length), label]), Buffer.of(0)]);
  if (name.length > maxNameBytes || labels.some(({ length }) => length === 0 || length > maxLabelBytes))
    throw new RangeError(`no name that DNS has: ${host}`);
  const head = Buffer.alloc(headBytes);
  head.writeUInt16BE(id, 0);
  // Recursion desired; one question.
  head.writeUInt16BE(0x0100, 2);
  head.writeUInt16BE(1, 4);
  const tail = Buffer.alloc(4);
  tail.writeUInt16BE(types[family], 0);
  tail.writeUInt16BE(internetClass, 2);
  return Buffer.concat([head, name, tail]);
}

/**
 * The addresses in a response; other records are skipped.
 * @param id of the query
 * @returns undefined if it answers another query
 * @throws RangeError for a truncated message
 */
export function addressesInAnswer(message: Buffer, family: 4 | 6, id: number): string[] | undefined {
  const isAnswer = (message.readUInt16BE(2) & 0x8000) !== 0;
  if (!isAnswer || message.readUInt16BE(0) !== id) return undefined;
  let at = headBytes;
  for (let left = message.readUInt16BE(4); left > 0; left -= 1) at = afterName(message, at) + 4;
  const found: string[] = [];
  for (let left = message.readUInt16BE(6); left > 0; left -= 1) {
    at = afterName(message, at);
    const type = message.readUInt16BE(at);
    const length = message.readUInt16BE(at + 8);
    const data = message.subarray(at + 10, at + 10 + length);
    at += 10 + length;
    if (at > message.length) throw new RangeError('a record is cut off');
    if (type === types[family] && data.length === (family === 4 ? 4 : 16)) found.push(addressText(data));
  }
  return found.filter((address) => parseAddress(address) !== undefined);
}

/** The offset after a name, which ends with an empty label or a pointer to an earlier one (RFC 1035 section 4.1.4). */
function afterName(message: Buffer, start: number): number {
  let at = start;
  for (;;) {
    const length = message.readUInt8(at);
    if (length === 0) return at + 1;
    if (length >= 0xc0) return at + 2;
    at += 1 + length;
  }
}

function addressText(data: Buffer): string {
  return data.length === 4 ? data.join('.') : ipv6Text(data);
}
