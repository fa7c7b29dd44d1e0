import { createServer, type RequestListener } from 'node:http';

/**
 * Calls to a control API over a real HTTP server on loopback, which does not keep the tests running.
 * @returns a function like `fetch`, for paths
 */
export function callsTo(api: RequestListener): (path: string, init?: RequestInit) => Promise<Response> {
  const server = createServer(api);
  // Only the caller closes idle connections: otherwise it may use one that is being closed.
  server.keepAliveTimeout = 0;
  const listening = new Promise<number>((resolve, reject) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (typeof address === 'object' && address !== null) resolve(address.port);
      else reject(new Error('the server has no port'));
    });
  });
  server.unref();
  return async (path, init) => await fetch(`http://127.0.0.1:${await listening}${path}`, init);
}
