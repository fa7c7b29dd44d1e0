/** What the helper could not read, resolve or use: sentences of the timeline, without first capital and full stop. */

export const interfaceDeleted = 'the interface is gone; disconnect and connect again';

export function networkNotRead(error: string): string {
  return `the network of this laptop could not be read: ${error}`;
}

/** @param count how many datagrams from one address were ignored for this reason */
export function answersIgnored(count: number, from: string, why: string): string {
  return `${count === 1 ? 'an answer' : `${count} answers`} from ${from}: ${why}`;
}

export function nameNotResolved(host: string, error: string): string {
  return `the name ${host} does not resolve (${error})`;
}

export function resolvedAddressIgnored(host: string, address: string, why: string): string {
  return `${host} resolves to ${address}, ${why}`;
}

export function endpointsNotSaved(error: string): string {
  return `the last good endpoints could not be saved (${error})`;
}

export function endpointsNotLoaded(error: string): string {
  return `the last good endpoints could not be loaded and are discovered again (${error})`;
}

export function quarantinesNotSaved(error: string): string {
  return `which LANs are quarantined could not be saved (${error})`;
}

export function quarantinesNotLoaded(error: string): string {
  return `which LANs are quarantined could not be loaded: each is tried once more (${error})`;
}

export function networksNotSaved(error: string): string {
  return `where controllers answered in this network could not be saved (${error})`;
}

export function networksNotLoaded(error: string): string {
  return `where controllers answered in which network could not be loaded and is discovered again (${error})`;
}
