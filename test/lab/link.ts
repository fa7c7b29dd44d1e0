import { DelayLine, sendPlainFrames } from './delay-line.ts';
import type { Fabric, Switch } from './fabric.ts';
import type { Host } from './host.ts';

/** The network configuration of a host. */
export interface LinkAddressing {
  /** Addresses with prefix length, such as 192.0.2.10/24 or 2001:db8:1::10/64. */
  readonly addresses: readonly string[];
  /** Default gateways, one per family at most. */
  readonly gateways?: readonly string[];
  /** Metric of the default routes; by default the kernel's. */
  readonly metric?: number;
  /** Further routes: `to` a prefix, `via` a gateway. */
  readonly routes?: readonly { readonly to: string; readonly via: string }[];
}

export interface LinkSettings extends LinkAddressing {
  /** Name of the interface in the host, 15 characters at most. */
  readonly interfaceName: string;
  /** One-way delay in milliseconds in each direction. Default 0: no delay line at all. */
  readonly delayMs?: number;
}

/** A cable between a host and a switch. */
export class Link {
  readonly host: Host;
  readonly interfaceName: string;
  readonly #fabric: Fabric;
  /** The far end of the host's cable, in the fabric. */
  readonly #port: string;
  #switch: Switch;
  #addressing: LinkAddressing;
  #delayLine: DelayLine | undefined;
  /** False while no frame may pass although the carrier is up. */
  #passing = true;

  private constructor(fabric: Fabric, host: Host, to: Switch, settings: LinkSettings) {
    this.#fabric = fabric;
    this.host = host;
    this.interfaceName = settings.interfaceName;
    this.#port = `p${fabric.nextNumber()}`;
    this.#switch = to;
    this.#addressing = settings;
  }

  /** Lays the cable and configures the host's end. */
  static async plug(fabric: Fabric, host: Host, to: Switch, settings: LinkSettings): Promise<Link> {
    const link = new Link(fabric, host, to, settings);
    // Created from inside the fabric, so that neither end is ever in the machine's own network namespace.
    const peer = `peer name ${link.interfaceName} netns ${host.pid}`;
    await fabric.holder.ip([
      `link add name ${link.#port} type veth ${peer}`,
      `link set ${link.#port} master ${to.bridge} up`,
    ]);
    await link.#configure();
    if (settings.delayMs !== undefined && settings.delayMs > 0) await link.setDelay(settings.delayMs);
    return link;
  }

  /** The switch it is plugged into, or was last. */
  get switch(): Switch {
    return this.#switch;
  }

  /** A pulled cable on a computer with a network manager: no carrier, then no addresses and no routes. */
  async unplug(): Promise<void> {
    await this.carrierDown();
    const device = this.interfaceName;
    // The link-local prefix route stays: the kernel sets it once, when the interface is first enabled.
    const routes6 = ['exact ::/0', 'root 2000::/3', 'root fc00::/7'];
    await this.host.holder.ip(
      routes6.map((selection) => `route flush ${selection} dev ${device}`),
      '-6',
    );
    await this.host.holder.ip([`address flush dev ${device} scope global`, `route flush dev ${device}`]);
  }

  /** A pulled cable without a network manager: addresses and routes stay. */
  async carrierDown(): Promise<void> {
    await this.#fabric.holder.ip([`link set ${this.#port} down`]);
  }

  /** Nothing passes in either direction, and the host cannot detect why: its carrier stays up. */
  async silence(): Promise<void> {
    this.#passing = false;
    await this.#fabric.holder.ip([`link set ${this.#bridged} nomaster`]);
  }

  /** Undoes unplug, carrierDown and silence. */
  async restore(): Promise<void> {
    this.#passing = true;
    await this.#fabric.holder.ip([
      `link set ${this.#bridged} master ${this.#switch.bridge}`,
      `link set ${this.#port} up`,
    ]);
    await this.#configure();
  }

  /** Carries the host to another network: unplugs it there, plugs it in here. */
  async moveTo(to: Switch, addressing: LinkAddressing): Promise<void> {
    await this.unplug();
    this.#switch = to;
    this.#addressing = addressing;
    await this.restore();
  }

  /** Sets the one-way delay of each direction, in milliseconds. */
  async setDelay(delayMs: number): Promise<void> {
    if (this.#delayLine !== undefined) return this.#delayLine.setDelay(delayMs);
    if (delayMs === 0) return;
    await sendPlainFrames(this.host.holder, this.interfaceName);
    await this.#fabric.holder.ip([`link set ${this.#port} nomaster`]);
    this.#delayLine = await DelayLine.start(this.#fabric, this.#port, delayMs);
    if (this.#passing) {
      await this.#fabric.holder.ip([`link set ${this.#delayLine.uplink} master ${this.#switch.bridge}`]);
    }
  }

  /** The interface that is on the switch's bridge while the link passes frames. */
  get #bridged(): string {
    return this.#delayLine?.uplink ?? this.#port;
  }

  async #configure(): Promise<void> {
    const { addresses, gateways = [], metric, routes = [] } = this.#addressing;
    const device = this.interfaceName;
    const priority = metric === undefined ? '' : ` metric ${metric}`;
    await this.host.holder.ip([
      `link set ${device} up`,
      ...addresses.map((address) => `address replace ${address} dev ${device}${noDad(address)}`),
      ...gateways.map(
        (gateway) => `route replace ${everywhere(gateway)} via ${gateway} dev ${device}${priority}`,
      ),
      ...routes.map(({ to, via }) => `route replace ${to} via ${via} dev ${device}`),
    ]);
  }
}

function noDad(address: string): string {
  return address.includes(':') ? ' nodad' : '';
}

function everywhere(gateway: string): string {
  return gateway.includes(':') ? '::/0' : '0.0.0.0/0';
}
