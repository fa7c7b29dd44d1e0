"""Sends what programs send, every 10 ms, whatever happens to the network: addresses come as family:address:port."""
import socket
import sys
import time

targets = []
for text in sys.argv[1:]:
    family, rest = text.split('=', 1)
    address, port = rest.rsplit(':', 1)
    targets.append((socket.AF_INET6 if family == '6' else socket.AF_INET, address, int(port)))

attempts = 0
connecting = []
print('sending', flush=True)
while True:
    for family, address, port in targets:
        attempts += 1
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as datagram:
                datagram.sendto(b'leak', (address, port))
        except OSError:
            pass
        if attempts % 5 == 0:
            stream = socket.socket(family, socket.SOCK_STREAM)
            stream.setblocking(False)
            stream.connect_ex((address, port))
            connecting.append(stream)
    for stream in connecting[:-40]:
        stream.close()
    connecting = connecting[-40:]
    if attempts % 1000 < len(targets):
        print(attempts, flush=True)
    time.sleep(0.01)
