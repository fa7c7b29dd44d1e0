"""Delays Ethernet frames between two interfaces, the same time in each direction.

Usage: delay.py PORT UPLINK MILLISECONDS       forward until standard input ends; a line on it sets a new delay
       delay.py --plain-checksums INTERFACE    only turn the interface's offloads off, then end

Frames that a packet socket receives and sends again must be complete: the checksum and segmentation offloads of
every veth end that sends into the line have to be off, or frames travel with half a checksum (packet(7),
TP_STATUS_CSUMNOTREADY) and as 64 KiB super-frames.
"""

import array
import collections
import fcntl
import os
import select
import socket
import struct
import sys
import time

ETH_P_ALL = 0x0003
SOL_PACKET = 263
PACKET_IGNORE_OUTGOING = 23
SO_RCVBUFFORCE = 33
SO_SNDBUFFORCE = 32
SIOCETHTOOL = 0x8946
# linux/ethtool.h: set rx checksum, tx checksum, TSO, GSO, GRO
OFFLOADS = (0x15, 0x17, 0x1F, 0x24, 0x2C)
BUFFER_BYTES = 8 << 20
LONGEST_FRAME_BYTES = 65536
FRAMES_PER_TURN = 64


def turn_offloads_off(interface):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for command in OFFLOADS:
            value = array.array("I", [command, 0])
            request = struct.pack("16sP16x", interface.encode(), value.buffer_info()[0])
            try:
                fcntl.ioctl(control, SIOCETHTOOL, request)
            except OSError as error:
                if command == 0x17:
                    raise SystemExit(f"{interface}: cannot turn checksum offload off: {error}")


def packet_socket(interface):
    # Protocol 0 first, so that nothing arrives before the socket is bound to its interface (packet(7)).
    line = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    line.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    line.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES)
    line.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, BUFFER_BYTES)
    line.setblocking(False)
    line.bind((interface, ETH_P_ALL))
    return line


class Direction:
    """Frames on their way from one socket to the other, in the order of their arrival."""

    def __init__(self, source, target):
        self.source = source
        self.target = target
        self.waiting = collections.deque()

    def take(self, delay):
        for _ in range(FRAMES_PER_TURN):
            try:
                frame = self.source.recv(LONGEST_FRAME_BYTES)
            except (BlockingIOError, OSError):
                return
            self.waiting.append((time.monotonic() + delay, frame))

    def send_due(self):
        """Sends what is due; returns when the next frame is, or None."""
        now = time.monotonic()
        while self.waiting and self.waiting[0][0] <= now:
            try:
                self.target.send(self.waiting[0][1])
            except BlockingIOError:
                return now + 0.0002
            except OSError:
                pass  # The far end is down: the frame is lost, as on a pulled cable.
            self.waiting.popleft()
        return self.waiting[0][0] if self.waiting else None


def forward(port, uplink, delay):
    ends = [packet_socket(port), packet_socket(uplink)]
    directions = [Direction(ends[0], ends[1]), Direction(ends[1], ends[0])]
    commands = sys.stdin.fileno()
    print("ready", flush=True)
    while True:
        due = [when for when in (direction.send_due() for direction in directions) if when is not None]
        timeout = max(0.0, min(due) - time.monotonic()) if due else None
        readable, _, _ = select.select([*ends, commands], [], [], timeout)
        if commands in readable:
            text = os.read(commands, 4096)
            if not text:
                return
            delay = float(text.split()[-1]) / 1000
            print(f"set {text.split()[-1].decode()} ms", flush=True)
        for direction in directions:
            if direction.source in readable:
                direction.take(delay)


def come_first():
    """Delays hold on a busy machine only if this process runs as soon as a frame is due (sched(7))."""
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    except PermissionError:
        print("no real-time priority: delays will vary with the load", file=sys.stderr)


def main(arguments):
    if arguments[0] == "--plain-checksums":
        turn_offloads_off(arguments[1])
        return
    port, uplink, milliseconds = arguments
    turn_offloads_off(port)
    turn_offloads_off(uplink)
    come_first()
    forward(port, uplink, float(milliseconds) / 1000)


main(sys.argv[1:])
