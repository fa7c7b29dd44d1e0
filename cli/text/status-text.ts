import type { ProbeResponse } from '../../shared/contract/control-api.ts';
import { shownPath } from '../../shared/contract/path.ts';
import type {
  CandidateStatus,
  ConnectedTunnel,
  ControllerStatus,
  Status,
  Verdict,
} from '../../shared/contract/status.ts';
import { lookupText } from '../../shared/text/dns-words.ts';
import { firewallAdvice } from '../../shared/text/firewall-words.ts';
import { endpointSide, pathLabel, reachText } from '../../shared/text/path-words.ts';
import {
  ageText,
  bytesText,
  clockText,
  durationText,
  millisecondsText,
} from '../../shared/text/quantities.ts';
import type { Decision } from '../../shared/timeline/decision.ts';
import { timelineEntry } from '../../shared/timeline/titles.ts';
import { protectionLines } from './protection-text.ts';
import { routeRows } from './routes-text.ts';
import { alignedRows } from './table.ts';

const shownDecisions = 5;
const shownAddresses = 2;

function verdictText(verdict: Verdict, nowMs: number): string {
  if (verdict.verdict === 'untested') return 'not tested';
  const ago = ageText(verdict.at, nowMs);
  if (verdict.verdict === 'verified') return `answered in ${millisecondsText(verdict.roundTripMs)}, ${ago}`;
  return `${verdict.verdict === 'silent' ? 'no answer' : 'refused'}: ${verdict.reason}, ${ago}`;
}

function candidateRow(candidate: CandidateStatus, inUse: string | null, nowMs: number): string[] {
  const mark = candidate.endpoint === inUse ? '*' : ' ';
  return [
    `${mark} ${candidate.endpoint}`,
    endpointSide[candidate.path],
    candidate.source,
    verdictText(candidate.last, nowMs),
  ];
}

function handshakeText(controller: ControllerStatus, nowMs: number): string {
  if (controller.latestHandshakeAt === null) return 'never';
  return ageText(controller.latestHandshakeAt, nowMs);
}

function controllerRows(controllers: readonly ControllerStatus[], nowMs: number): string {
  const head = ['CONTROLLER', 'PATH', 'ENDPOINT', 'ROUND TRIP', 'HANDSHAKE', 'RECEIVED', 'SENT'];
  const rows = controllers.map((c) => [
    c.name,
    pathLabel[shownPath(c)],
    c.endpoint ?? '-',
    c.roundTripMs === null ? '-' : millisecondsText(c.roundTripMs),
    handshakeText(c, nowMs),
    bytesText(c.receivedBytes),
    bytesText(c.sentBytes),
  ]);
  return alignedRows([head, ...rows]);
}

function addressesText(tunnel: ConnectedTunnel): string {
  const shown = tunnel.addresses
    .slice(0, shownAddresses)
    .map((address) => address.replace(/\/(128|32)$/, ''));
  const rest = tunnel.addresses.length - shown.length;
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ');
}

function lookupRows({ dns }: ConnectedTunnel): string[][] {
  if (dns === null || dns === undefined) return [];
  const text =
    dns.problem === null ? `${lookupText(dns)}, by ${dns.carrier}` : `as before: ${dns.problem.cause}`;
  return [['lookups', text]];
}

function connectedText(tunnel: ConnectedTunnel, nowMs: number): string {
  const serial = tunnel.serial === null ? '' : `, invite serial ${tunnel.serial}`;
  const kept = tunnel.adopted ? ', kept through a restart of the helper' : '';
  const names =
    tunnel.hosts.problem === null
      ? `${tunnel.hosts.names} ending in .${tunnel.domain}, through ${tunnel.hosts.via}`
      : `none: ${tunnel.hosts.problem.cause} ${tunnel.hosts.problem.remedy}`;
  const facts = alignedRows(
    [
      ['as', `${tunnel.peer}${serial}`],
      ['since', `${clockText(tunnel.since)}, ${durationText(nowMs - Date.parse(tunnel.since))}${kept}`],
      ['addresses', addressesText(tunnel)],
      ['interface', `${tunnel.interfaceName}, UDP port ${tunnel.listenPort}`],
      ['names', names],
      ...(tunnel.exit === null || tunnel.exit === undefined
        ? []
        : [['all traffic', `through ${tunnel.exit}`]]),
      ...lookupRows(tunnel),
    ],
    '  ',
  );
  const candidates = tunnel.controllers
    .filter((c) => c.candidates.length > 0)
    .map(
      (c) =>
        `${c.name}\n${alignedRows(
          c.candidates.map((candidate) => candidateRow(candidate, c.endpoint, nowMs)),
          '  ',
        )}`,
    );
  // An awake range is the normal case, so it is not listed.
  const notable = routeRows({
    ...tunnel,
    routes: (tunnel.routes ?? []).filter(({ state, instead }) => state !== 'awake' || instead.length > 0),
  });
  return [
    `Connected to ${tunnel.network}`,
    facts,
    '',
    controllerRows(tunnel.controllers, nowMs),
    '',
    ...(tunnel.droppedAnswers == null ? [] : [firewallAdvice(tunnel.droppedAnswers), '']),
    ...(notable.length > 0 ? ['Ranges', alignedRows(notable, '  '), ''] : []),
    ...(candidates.length > 0 ? ['Ways to each (* in use)', candidates.join('\n')] : []),
  ].join('\n');
}

/** One decision on one line: `19:04:12  nas moved to your LAN in 12 ms (192.0.2.1:51820): <reason>`. */
export function decisionLine(decision: Decision): string {
  const { at, tookMs, to, reason } = decision;
  const took = tookMs === null ? '' : ` in ${millisecondsText(tookMs)}`;
  const endpoint = to === null || decision.kind === 'names-moved' ? '' : ` (${to})`;
  return `${clockText(at)}  ${timelineEntry(decision).title}${took}${endpoint}: ${reason}`;
}

/** The state of the tunnel in a few words, for `--watch` and one-line output. */
export function stateText(status: Pick<Status, 'tunnel'>): string {
  const { tunnel } = status;
  if (tunnel.state === 'off') return 'Not connected. Connect with: homing up';
  if (tunnel.state === 'connecting') return `Connecting to ${tunnel.network}`;
  if (tunnel.state === 'disconnecting') return `Disconnecting from ${tunnel.network}`;
  if (tunnel.state === 'failed') {
    return `Not connected to ${tunnel.network}: ${tunnel.problem.cause}\n${tunnel.problem.remedy}`;
  }
  const paths = tunnel.controllers.map((controller) => reachText(controller.name, shownPath(controller)));
  return `Connected to ${tunnel.network}: ${paths.join(', ')}`;
}

/** What `homing status` prints. */
export function statusText(status: Status, nowMs: number): string {
  const { tunnel, timeline } = status;
  const state = tunnel.state === 'connected' ? connectedText(tunnel, nowMs) : stateText(status);
  const lines = protectionLines(status);
  const head = lines.length === 0 ? state : `${lines.join('\n')}\n\n${state}`;
  const last = timeline.slice(-shownDecisions).map((d) => `  ${decisionLine(d)}`);
  return last.length === 0 ? head : `${head}\n\nTimeline\n${last.join('\n')}`;
}

/** What `homing probe` prints. */
export function probeText(response: ProbeResponse, nowMs: number): string {
  return response.controllers
    .map(({ name, candidates }) => {
      const rows = candidates.map((candidate) => candidateRow(candidate, null, nowMs));
      return `${name}\n${rows.length === 0 ? '  no way to it is known' : alignedRows(rows, '  ')}`;
    })
    .join('\n');
}
