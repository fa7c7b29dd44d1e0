import type { Host } from '../../lab/host.ts';

/** Counts packets of a host that match, from now on, with a table of its own. */
export class PacketCount {
  readonly #host: Host;
  readonly #table: string;

  private constructor(host: Host, table: string) {
    this.#host = host;
    this.#table = table;
  }

  /** @param match what nft(8) calls a match expression, such as `udp dport 51820` */
  static async start(
    host: Host,
    name: string,
    hook: 'input' | 'output',
    match: string,
  ): Promise<PacketCount> {
    const table = `count_${name}`;
    const rules = `table inet ${table} {\n chain c {\n type filter hook ${hook} priority -400\n ${match} counter\n }\n}\n`;
    await host.run(['nft', '-f', '-'], { input: rules });
    return new PacketCount(host, table);
  }

  async packets(): Promise<number> {
    const text = await this.#host.run(['nft', 'list', 'table', 'inet', this.#table]);
    return Number(/counter packets (\d+)/.exec(text)?.[1] ?? Number.NaN);
  }

  async stop(): Promise<void> {
    await this.#host.run(['nft', 'delete', 'table', 'inet', this.#table]);
  }
}
