import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { z } from 'zod';
import type { Diagnostics, HelperEvent, ProbeResponse } from '../../shared/contract/control-api.ts';
import {
  bodyLimitBytes,
  type KillSwitchRequest,
  killSwitchRequestSchema,
  type PortalRequest,
  type ProbeRequest,
  portalRequestSchema,
  probeRequestSchema,
  type RouteRequest,
  routeRequestSchema,
  signedTunnelRequestSchema,
  type TunnelRequest,
  tunnelRequestSchema,
} from '../../shared/contract/requests.ts';
import type { Status } from '../../shared/contract/status.ts';
import { apiVersion, apiVersionHeader } from '../../shared/contract/version.ts';
import { versionProblem } from '../../shared/contract/version-problem.ts';
import { HomingError, problemOf } from '../../shared/errors/problem.ts';
import { schemaProblem } from '../../shared/errors/schema-problem.ts';
import { profileOfInvite } from '../../shared/invite/profile-from-invite.ts';
import { type VerifiedInvite, verifyInvite } from '../../shared/invite/read-invite.ts';
import { type ControlBindings, streamEvents } from './event-stream.ts';
import { type ControlLimits, controlLimits } from './limits.ts';
import { isSignedByNode } from './signature.ts';
import { Slots } from './slots.ts';

/** The helper's operations for the control API. */
export interface ControlledHelper {
  status(): Promise<Status>;
  /** @param invite what vouches for the profile; undefined when nothing does */
  connect(request: TunnelRequest, invite?: VerifiedInvite): Promise<void>;
  disconnect(): Promise<void>;
  setRoute(request: RouteRequest): Promise<void>;
  setKillSwitch(request: KillSwitchRequest): Promise<void>;
  setPortal(request: PortalRequest): Promise<void>;
  probe(request: ProbeRequest): Promise<ProbeResponse>;
  diagnostics(): Promise<Diagnostics>;
  /**
   * The snapshot at once, then every change; counters every second only with `all`. @returns a function that stops it
   */
  subscribe(listener: (event: HelperEvent) => void, refresh: 'all' | 'changes'): () => void;
}

/** The HTTP status of a problem: 4xx when the caller can fix it. */
function httpStatusOf(code: string): 400 | 403 | 409 | 413 | 500 | 503 {
  if (['internal', 'tunnel-failed', 'kill-switch-failed'].includes(code)) return 500;
  if (code === 'no-wireguard' || code === 'helper-busy') return 503;
  if (code === 'too-large') return 413;
  if (code === 'approval-needed' || code === 'network-key-changed') return 403;
  return ['interface-taken', 'not-connected', 'no-portal'].includes(code) ? 409 : 400;
}

function tooLarge(): never {
  throw new HomingError({
    code: 'too-large',
    title: 'The request is too large',
    cause: `Its body has more than ${bodyLimitBytes} bytes.`,
    remedy: 'A network of 500 controllers and 5,000 machines takes 0.6 MB: check what is sent.',
  });
}

async function jsonOf(context: Context, allowEmpty: boolean): Promise<unknown> {
  const text = await context.req.text();
  try {
    return text === '' && allowEmpty ? {} : JSON.parse(text);
  } catch {
    throw new HomingError({
      code: 'bad-request',
      title: 'The request is not JSON',
      cause: `The body of ${context.req.method} ${context.req.path} could not be parsed.`,
      remedy: 'Send a JSON object; see docs/ARCHITECTURE.md for its form.',
    });
  }
}

function parsedBody<S extends z.ZodType>(input: unknown, schema: S): z.output<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw schemaProblem(parsed.error, input, {
    code: 'bad-request',
    title: 'The helper refuses the request',
    remedy: 'Import the invite again; if it comes back, ask the admin for a new one.',
  });
}

async function bodyOf<S extends z.ZodType>(
  context: Context,
  schema: S,
  allowEmpty: boolean,
): Promise<z.output<S>> {
  return parsedBody(await jsonOf(context, allowEmpty), schema);
}

/** Of a signed network only the invite is believed: the profile is derived from it here. @throws HomingError */
function tunnelRequestOf(input: unknown): readonly [TunnelRequest, VerifiedInvite?] {
  const isSigned = typeof input === 'object' && input !== null && Object.hasOwn(input, 'invite');
  if (!isSigned) return [parsedBody(input, tunnelRequestSchema)];
  const { invite: text, local, privateKey } = parsedBody(input, signedTunnelRequestSchema);
  const invite = verifyInvite(text, isSignedByNode);
  return [{ profile: profileOfInvite(invite, local), privateKey }, invite];
}

/** The control API as an HTTP application; see shared/contract/control-api.ts. */
export function controlApi(
  helper: ControlledHelper,
  limits: ControlLimits = controlLimits,
): Hono<{ Bindings: ControlBindings }> {
  const app = new Hono<{ Bindings: ControlBindings }>();
  const subscribers = new Slots('streams of events', limits.subscribers);
  const bodies = new Slots('requests with a body', limits.bodies);
  app.use(async (context, next) => {
    context.header(apiVersionHeader, String(apiVersion));
    const asked = context.req.header(apiVersionHeader);
    if (asked !== undefined && asked !== String(apiVersion)) throw versionProblem(String(apiVersion), asked);
    await next();
  });
  app.use(bodyLimit({ maxSize: bodyLimitBytes, onError: tooLarge }));
  app.get('/v1/status', async (c) => c.json(await helper.status()));
  app.get('/v1/events', (c) => {
    const refresh = c.req.query('refresh') === 'changes' ? 'changes' : 'all';
    const giveBack = subscribers.take();
    return streamEvents(c, (listener) => helper.subscribe(listener, refresh), giveBack, limits.readerStallMs);
  });
  app.get('/v1/diagnostics', async (c) => c.json(await helper.diagnostics()));
  app.put('/v1/tunnel', async (c) => {
    await bodies.during(async () => helper.connect(...tunnelRequestOf(await jsonOf(c, false))));
    return c.json(await helper.status());
  });
  app.delete('/v1/tunnel', async (c) => {
    await helper.disconnect();
    return c.json(await helper.status());
  });
  app.put('/v1/routes', async (c) => {
    await bodies.during(async () => helper.setRoute(await bodyOf(c, routeRequestSchema, false)));
    return c.json(await helper.status());
  });
  app.put('/v1/kill-switch', async (c) => {
    await bodies.during(async () => helper.setKillSwitch(await bodyOf(c, killSwitchRequestSchema, false)));
    return c.json(await helper.status());
  });
  app.put('/v1/portal', async (c) => {
    await bodies.during(async () => helper.setPortal(await bodyOf(c, portalRequestSchema, false)));
    return c.json(await helper.status());
  });
  app.post('/v1/probe', (c) =>
    bodies.during(async () => c.json(await helper.probe(await bodyOf(c, probeRequestSchema, true)))),
  );
  app.notFound((c) => {
    const error = {
      code: 'no-such-call',
      title: 'The helper has no such call',
      cause: `${c.req.method} ${c.req.path} is not part of version ${apiVersion} of the control API.`,
      remedy: 'See docs/ARCHITECTURE.md for the available calls.',
    };
    return c.json({ error }, 404);
  });
  app.onError((error, c) => {
    const problem = problemOf(error);
    c.header(apiVersionHeader, String(apiVersion));
    return c.json({ error: problem }, httpStatusOf(problem.code));
  });
  return app;
}
