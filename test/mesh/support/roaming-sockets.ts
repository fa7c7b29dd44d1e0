import { readdir, readFile, readlink } from 'node:fs/promises';

/** The UDP ports over IPv4 that a process has open, by its pid on this machine. */
export async function udpPortsOf(pid: number): Promise<number[]> {
  const links = await Promise.all(
    (await readdir(`/proc/${pid}/fd`)).map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')),
  );
  const inodes = new Set(links.map((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1]));
  const table = (await readFile(`/proc/${pid}/net/udp`, 'utf8')).split('\n').slice(1);
  return table.flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const port = fields[1]?.split(':')[1];
    return port !== undefined && inodes.has(fields[9]) ? [Number.parseInt(port, 16)] : [];
  });
}
