// Runs inside a host of the lab: hands connections to a unix socket on to a TCP port of the host's own loopback.
import { connect, createServer } from 'node:net';

const [, , path, port] = process.argv;
const server = createServer((outside) => {
  const inside = connect(Number(port), '127.0.0.1');
  outside.pipe(inside).pipe(outside);
  const end = () => {
    outside.destroy();
    inside.destroy();
  };
  outside.on('error', end).on('close', end);
  inside.on('error', end).on('close', end);
});
server.listen(path, () => process.stdout.write('listening\n'));
