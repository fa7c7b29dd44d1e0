import type { Holder } from './holder.ts';

/** A switch: a bridge in the fabric that forwards at once (no spanning tree) and floods multicast. */
export interface Switch {
  /** The name given by the lab's author. */
  readonly name: string;
  /** The name of its bridge interface in the fabric. */
  readonly bridge: string;
}

/** The network namespace that holds all switches, all cables' far ends and the delay lines between them. */
export class Fabric {
  readonly holder: Holder;
  #used = 0;

  constructor(holder: Holder) {
    this.holder = holder;
  }

  async addSwitch(name: string): Promise<Switch> {
    const bridge = `sw${this.nextNumber()}`;
    await this.holder.ip([
      `link add name ${bridge} type bridge forward_delay 0 stp_state 0 mcast_snooping 0`,
      `link set ${bridge} up`,
    ]);
    return { name, bridge };
  }

  /** An unused number in this fabric: interface names have at most 15 characters, so names are short and numbered. */
  nextNumber(): number {
    this.#used += 1;
    return this.#used;
  }
}
