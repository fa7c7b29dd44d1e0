"""Sends echo requests at an even pace, whatever becomes of them.

Usage: pinger.py ADDRESS_OR_NAME INTERVAL_MILLISECONDS [COUNT TIMEOUT_MILLISECONDS PAYLOAD_BYTES]

Prints "sent SEQUENCE MILLISECONDS" and "answered SEQUENCE MILLISECONDS", Unix time; that of an answer is the kernel's.
iputils ping rounds its pauses to the kernel's clock ticks and sends every 16 ms instead of every 10 while nothing
answers, which is the very time that a gap is measured in; and it waits no longer for the last answer than an interval.
Ends on SIGINT, after half a second for late answers; with a COUNT, when all are answered, or TIMEOUT after the last.
"""

import os
import select
import signal
import socket
import struct
import sys
import time

SO_TIMESTAMPNS = 35
LATE_SECONDS = 0.5
PAYLOAD = bytes(48)


class Family:
    def __init__(self, family, protocol, request, answer):
        self.family, self.protocol, self.request, self.answer = family, protocol, request, answer


V4 = Family(socket.AF_INET, socket.IPPROTO_ICMP, 8, 0)
V6 = Family(socket.AF_INET6, socket.IPPROTO_ICMPV6, 128, 129)


def checksum(packet):
    """RFC 1071. The kernel fills in that of ICMPv6 itself (RFC 3542, section 3.1)."""
    total = sum(struct.unpack(f"!{len(packet) // 2}H", packet))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def echo_request(kind, identifier, sequence, payload):
    header = (kind.request, 0, 0, identifier, sequence & 0xFFFF)
    packet = struct.pack("!BBHHH", *header) + payload
    if kind is V6:
        return packet
    return struct.pack("!BBHHH", kind.request, 0, checksum(packet), *header[3:]) + payload


def say(text):
    os.write(1, text.encode())


def take_answers(line, kind, identifier, highest):
    answers = 0
    while True:
        try:
            packet, ancillary, _, _ = line.recvmsg(2048, 64)
        except BlockingIOError:
            return answers
        icmp = packet if kind is V6 else packet[(packet[0] & 15) * 4 :]
        if len(icmp) < 8:
            continue
        what, _, _, owner, on_wire = struct.unpack("!BBHHH", icmp[:8])
        if what != kind.answer or owner != identifier:
            continue
        # 16 bits on the wire: the true number is the nearest that was sent.
        sequence = highest - ((highest - on_wire) & 0xFFFF)
        seconds, nanoseconds = struct.unpack("qq", ancillary[0][2][:16])
        answers += 1
        say(f"answered {sequence} {seconds * 1e3 + nanoseconds / 1e6:.3f}\n")


def main(target, interval, count=None, timeout=None, payload=PAYLOAD):
    family, _, _, _, address = socket.getaddrinfo(target.encode(), None, type=socket.SOCK_RAW)[0]
    kind = V6 if family == socket.AF_INET6 else V4
    identifier = os.getpid() & 0xFFFF
    line = socket.socket(kind.family, socket.SOCK_RAW, kind.protocol)
    line.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    line.setblocking(False)
    late = LATE_SECONDS if timeout is None else timeout
    stop = []
    signal.signal(signal.SIGINT, lambda *_: stop.append(time.monotonic()))
    sequence = 0
    pending = 0
    due = time.monotonic()
    while not stop or (time.monotonic() < stop[0] + late and (count is None or pending > 0)):
        now = time.monotonic()
        if not stop and now >= due:
            sequence += 1
            due = max(due + interval, now)
            say(f"sent {sequence} {time.time() * 1e3:.3f}\n")
            try:
                line.sendto(echo_request(kind, identifier, sequence, payload), address)
                pending += 1
            except OSError:
                # No way there now, or a full queue: a request that gets no answer, like any other that is lost.
                pass
            if sequence == count:
                stop.append(time.monotonic())
        wait = max(0, (stop[0] + late if stop else due) - time.monotonic())
        if pending > 0 or not stop:
            if select.select([line], [], [], wait)[0]:
                pending -= take_answers(line, kind, identifier, sequence)


numbers = [float(number) for number in sys.argv[2:]]
if len(numbers) == 1:
    main(sys.argv[1], numbers[0] / 1e3)
else:
    main(sys.argv[1], numbers[0] / 1e3, int(numbers[1]), numbers[2] / 1e3, bytes(int(numbers[3])))
