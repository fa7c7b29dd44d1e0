"""Pings an IPv6 address every millisecond from before there is a way to it, and says when the first answer came.

Usage: first_answer.py ADDRESS
Prints "pinging" when it has begun and "answered NANOSECONDS" (CLOCK_MONOTONIC) at the first answer, then ends.
ping(8) slows down while nothing answers, see test/lab/ping-stream.ts.
"""

import select
import socket
import struct
import sys
import time

ECHO_REQUEST = 128
ECHO_REPLY = 129
INTERVAL_S = 0.001
# linux/icmpv6.h: one bit for each type that is not to be passed on.
ICMP6_FILTER = 1


def main() -> None:
    address = sys.argv[1]
    ping = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
    blocked = [0xFFFFFFFF] * 8
    blocked[ECHO_REPLY // 32] &= ~(1 << (ECHO_REPLY % 32))
    ping.setsockopt(socket.IPPROTO_ICMPV6, ICMP6_FILTER, struct.pack("8I", *blocked))
    # The kernel fills in the checksum (RFC 3542 section 3.1).
    request = struct.pack("!BBHHH", ECHO_REQUEST, 0, 0, 1, 1)
    print("pinging", flush=True)
    while True:
        try:
            ping.sendto(request, (address, 0))
        except OSError:
            pass  # No route yet, or no memory for one more that waits for the handshake.
        answered, _, _ = select.select([ping], [], [], INTERVAL_S)
        if answered:
            now = time.monotonic_ns()
            _, source = ping.recvfrom(2048)
            if source[0] == address:
                print("answered", now, flush=True)
                return


main()
