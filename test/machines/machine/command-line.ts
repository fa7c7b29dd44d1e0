import type { Image } from './image.ts';

/** Two network cards on the same wire, of one machine or of two. */
export interface Wire {
  /** Unix sockets, one for each end (qemu(1), -netdev dgram). */
  readonly near: string;
  readonly far: string;
}

/** Files and sockets of one running machine, all in its own folder. */
export interface MachineFiles {
  /** The root disk, on top of the image's. */
  readonly disk: string;
  readonly console: string;
  readonly agent: string;
  readonly monitor: string;
  readonly output: string;
}

/**
 * One virtual nanosecond per instruction: the machine's clock follows its processor, and real time only while it waits.
 * So it is a slow computer (1 GIPS) and always the same, however busy the real machine is: time limits inside hold, and
 * measurements inside are meaningful. Otherwise a machine's clock would run on while the machine does not.
 */
const clock = ['-icount', 'shift=0,sleep=on'];

/**
 * Node does not run on everything that TCG supports (`-cpu max`), and on a processor without AVX2 it would be slower.
 */
const processor = ['-accel', 'tcg,thread=single', '-cpu', 'Haswell-v4'];

/** The same for all machines: a snapshot fits only the memory size it was made with. */
const memoryMiB = 1536;

/** The name of the snapshot of a machine that has started. */
export const bootedSnapshot = 'booted';

/**
 * The arguments of qemu-system-x86_64(1). Further disks and cards are plugged in while it runs, so that one snapshot
 * fits all machines of an image.
 * @param start from the image's kernel, or from the snapshot in its disk
 */
export function qemuArguments(
  name: string,
  image: Image,
  files: MachineFiles,
  start: 'cold' | 'from-snapshot',
): string[] {
  const socket = (id: string, path: string) => [
    '-chardev',
    `socket,id=${id},path=${path},server=on,wait=off`,
  ];
  const port = (id: string, portName: string) => ['-device', `virtserialport,chardev=${id},name=${portName}`];
  return [
    ...['-name', name, '-nodefaults', '-no-user-config', '-display', 'none'],
    ...processor,
    ...clock,
    ...['-m', `${memoryMiB}`],
    ...['-kernel', image.kernel, '-initrd', image.initrd],
    ...['-append', 'root=/dev/vda rw console=ttyS0 quiet net.ifnames=0'],
    ...['-drive', `file=${files.disk},if=virtio,format=qcow2,cache=unsafe`],
    ...['-serial', `file:${files.console}`],
    ...['-device', 'virtio-serial'],
    ...socket('agent', files.agent),
    ...port('agent', 'org.qemu.guest_agent.0'),
    ...socket('output', files.output),
    ...port('output', 'homing.output'),
    ...['-qmp', `unix:${files.monitor},server=on,wait=off`],
    // Keys are generated inside: no program should wait for randomness.
    ...['-device', 'virtio-rng-pci'],
    ...(start === 'cold' ? [] : ['-loadvm', bootedSnapshot]),
  ];
}

/** A hardware address for a card: no two on one wire may have the same. */
export function hardwareAddress({ near }: Wire): string {
  return `52:54:00:00:${lastBytes(near)}`;
}

function lastBytes(path: string): string {
  let sum = 0;
  for (const byte of Buffer.from(path)) sum = (sum * 31 + byte) % 0x10000;
  return sum.toString(16).padStart(4, '0').replace(/^(..)/, '$1:');
}
