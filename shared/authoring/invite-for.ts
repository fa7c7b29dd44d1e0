import { peerSuffix, planAddresses, suffixText } from '../addresses/plan.ts';
import { partsOf } from '../endpoints/endpoint.ts';
import { HomingError } from '../errors/problem.ts';
import { signCompact } from '../invite/jws.ts';
import { networkKeyOf, type SigningKey } from '../invite/network-key.ts';
import { type InvitePayload, invitePayloadSchema } from '../invite/payload.ts';
import { payloadProblem } from '../invite/payload-problem.ts';
import { inviteVersionFor, newestInviteVersion } from '../invite/version.ts';
import { derivedJoinSecret } from './join-proof.ts';
import type { AuthoredPeer, NetworkFile } from './network-file.ts';
import { derivedPresharedKey } from './preshared-key.ts';

/** Times are whole seconds since 1970. */
export interface InviteTimes {
  readonly issuedAt: number;
  readonly expiresAt?: number | undefined;
}

/** The network's part of every invite. @throws HomingError `no-controller` */
export function networkContent(file: NetworkFile) {
  const controller = defaultControllerOf(file);
  return {
    network: {
      name: file.name,
      domain: file.domain,
      mtu: file.mtu,
      ...(file.ipv4 === undefined ? {} : { ipv4: { range: file.ipv4, controller } }),
    },
    controllers: file.controllers.map(({ name, publicKey, endpoints, routes, ipv4, migrate, exit }) => ({
      name,
      publicKey,
      subnet: planAddresses(file.name, name).subnet,
      endpoints,
      ...(routes.length > 0 ? { routes } : {}),
      ipv4,
      migrate,
      exit,
    })),
    machines: [
      ...file.controllers.map(({ name, ipv4, aliases }) => ({ name, kind: 'controller', ipv4, aliases })),
      ...file.peers.map(({ name, ipv4, aliases, defaultController }) => ({
        name,
        kind: 'peer',
        suffix: suffixText(peerSuffix(name)),
        ipv4,
        aliases,
        controller: defaultController ?? undefined,
      })),
    ],
  };
}

/** The peer's part of its invite. @throws HomingError `no-controller` */
export function peerContent(
  file: NetworkFile,
  { name, ipv4, privateEndpoint, defaultController }: AuthoredPeer,
) {
  return {
    peer: {
      name,
      suffix: suffixText(peerSuffix(name)),
      ipv4,
      listenPort: privateEndpoint === undefined ? undefined : partsOf(privateEndpoint).port,
    },
    defaultController: defaultController ?? defaultControllerOf(file),
  };
}

/**
 * The invite of one peer.
 * @param signingKey for the preshared keys and the join secret
 * @throws HomingError `unknown-peer`, `no-controller`, `invite-malformed`
 */
export function inviteFor(
  file: NetworkFile,
  peerName: string,
  signingKey: SigningKey,
  times: InviteTimes,
): InvitePayload {
  const peer = file.peers.find(({ name }) => name === peerName);
  if (peer === undefined) throw unknownPeer(file, peerName);
  const { controllers, ...content } = networkContent(file);
  const payload = {
    version: newestInviteVersion,
    ...content,
    ...peerContent(file, peer),
    controllers: controllers.map((controller) => ({
      ...controller,
      ...(file.presharedKeys
        ? { presharedKey: derivedPresharedKey(signingKey, controller.name, peer.name) }
        : {}),
    })),
    joinSecret: derivedJoinSecret(signingKey, peer.name),
    issuedAt: times.issuedAt,
    ...(times.expiresAt === undefined ? {} : { expiresAt: times.expiresAt }),
    serial: file.serial,
  };
  const parsed = invitePayloadSchema.safeParse(payload);
  if (parsed.success) return { ...parsed.data, version: inviteVersionFor(parsed.data) };
  throw payloadProblem(parsed.error, payload, {
    code: 'invite-malformed',
    title: 'The network file does not make a valid invite',
    remedy: 'Correct the network file.',
  });
}

/** The signed line of one peer's invite. @throws as {@link inviteFor}, and `other-signing-key` */
export function signedInviteFor(
  file: NetworkFile,
  peerName: string,
  signingKey: SigningKey,
  times: InviteTimes,
): string {
  refuseOtherSigningKey(file, signingKey);
  return signCompact(inviteFor(file, peerName, signingKey, times), signingKey);
}

/** Every laptop would refuse an invite signed with another key as that of another network. */
export function refuseOtherSigningKey(file: NetworkFile, signingKey: SigningKey): void {
  const is = networkKeyOf(signingKey);
  if (is === file.publicKey) return;
  throw new HomingError({
    code: 'other-signing-key',
    title: 'The signing key is not that of this network',
    cause: `It belongs to ${is}; publicKey of "${file.name}" is ${file.publicKey}.`,
    remedy: 'Put the right signing key beside the network file.',
  });
}

function defaultControllerOf(file: NetworkFile): string {
  const name = file.defaultController ?? file.controllers[0]?.name;
  if (name !== undefined) return name;
  throw new HomingError({
    code: 'no-controller',
    title: 'The network has no controller yet',
    cause: `"${file.name}" has no controller that a peer could connect to.`,
    remedy: 'Add one with `homing network add-controller`.',
  });
}

function unknownPeer(file: NetworkFile, name: string): HomingError {
  const known = file.peers.map((peer) => peer.name);
  return new HomingError({
    code: 'unknown-peer',
    title: 'The network has no such peer',
    cause: `"${name}" is not a peer of "${file.name}"${known.length > 0 ? `; it has ${known.join(', ')}` : ''}.`,
    remedy: `Add it with \`homing network add-peer ${name}\`.`,
  });
}
