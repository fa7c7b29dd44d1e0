import { createServer, type Server } from 'node:http';
import { type ControlledHelper, controlApi } from './api.ts';
import { type ControlLimits, controlLimits } from './limits.ts';
import { boundWaiting, neverMs } from './waiting.ts';

/** The control API's server, with limits on connections, their idle time and requests. */
export function controlServer(helper: ControlledHelper, limits: ControlLimits = controlLimits): Server {
  const server = createServer(
    {
      connectionsCheckingInterval: neverMs,
      keepAliveTimeout: limits.idleTimeoutMs,
    },
    controlApi(helper, limits),
  );
  boundWaiting(server, limits);
  server.maxConnections = limits.connections;
  return server;
}
