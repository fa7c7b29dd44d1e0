"""Relays WireGuard's datagrams from a LAN to a controller and back, broadcasts among them.

Usage: relay.py PORT CONTROLLER_HOST CONTROLLER_PORT all|handshakes

`handshakes` lets the messages of a handshake through (types 1, 2 and 3) and no data (type 4; WireGuard paper,
section 5.4). Prints "ready", and runs until standard input ends.
"""

import selectors
import socket
import sys


def main():
    port, host, controller_port, carries = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]
    largest = 4 if carries == "all" else 3
    lan = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    lan.bind(("0.0.0.0", port))
    selector = selectors.DefaultSelector()
    selector.register(lan, selectors.EVENT_READ, None)
    selector.register(sys.stdin, selectors.EVENT_READ, None)
    outward = {}
    print("ready", flush=True)
    while True:
        for key, _ in selector.select():
            if key.fileobj is sys.stdin:
                if not sys.stdin.readline():
                    return
                continue
            try:
                data, sender = key.fileobj.recvfrom(65536)
            except OSError:
                continue
            if not data or data[0] > largest:
                continue
            if key.fileobj is not lan:
                lan.sendto(data, key.data)
                continue
            if sender not in outward:
                outward[sender] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                outward[sender].connect((host, controller_port))
                selector.register(outward[sender], selectors.EVENT_READ, sender)
            try:
                outward[sender].send(data)
            except OSError:
                pass


main()
