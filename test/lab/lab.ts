import { Fabric, type Switch } from './fabric.ts';
import { type Holder, startHolder } from './holder.ts';
import { Host } from './host.ts';
import { Link, type LinkSettings } from './link.ts';

/**
 * A small internet of Linux namespaces. Everything in it ends with `destroy`, and also when the process that made it
 * ends in any way.
 *
 *     const lab = await createLab();
 *     const lan = await lab.addSwitch('lan');
 *     const box = await lab.addHost('box');
 *     const link = await lab.plug(box, lan, { interfaceName: 'eth0', addresses: ['192.0.2.10/24'] });
 *     await box.run(['ip', 'address']);
 *     await link.silence();
 *     await lab.destroy();
 */
export class Lab {
  readonly #fabric: Fabric;
  readonly #starting = new Set<Promise<Holder>>();
  #destroyed = false;

  constructor(fabric: Fabric) {
    this.#fabric = fabric;
  }

  /** Adds a switch; the name is for readers only. */
  addSwitch(name: string): Promise<Switch> {
    return this.#fabric.addSwitch(name);
  }

  /** Starts a host; its name is its host name, and need not be unique. */
  async addHost(name: string): Promise<Host> {
    if (this.#destroyed) throw new Error(`The lab is destroyed, it takes no host "${name}".`);
    const starting = startHolder(name, 'host');
    this.#starting.add(starting);
    return new Host(await starting);
  }

  /** Lays a cable from a host to a switch and configures the host's end. */
  plug(host: Host, to: Switch, settings: LinkSettings): Promise<Link> {
    return Link.plug(this.#fabric, host, to, settings);
  }

  /** Ends every process of the lab, and with them all its namespaces, interfaces and mounts. */
  async destroy(): Promise<void> {
    this.#destroyed = true;
    const started = await Promise.allSettled(this.#starting);
    const holders = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    await Promise.all([...holders, this.#fabric.holder].map((holder) => holder.stop()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.destroy();
  }
}

/** Creates an empty lab. `missingForLab` reports beforehand whether this machine can. */
export async function createLab(): Promise<Lab> {
  return new Lab(new Fabric(await startHolder('fabric', 'fabric')));
}
