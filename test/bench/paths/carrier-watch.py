"""Says by which address the data packets of a tunnel come in and go out on one interface.

Usage: carrier-watch.py INTERFACE PORT FIRST_BYTE

Prints "in MILLISECONDS ADDRESS" when the source of the packets to the UDP port PORT is another than before, and "out
MILLISECONDS ADDRESS" when the destination of those from it is; Unix time of the kernel. Only payloads that begin with
FIRST_BYTE and are longer than 40 bytes count: with 4 those are WireGuard's transport messages, without handshakes
(148, 92, 64 bytes) and keepalives (32 bytes).
"""

import socket
import struct
import sys

ETH_P_ALL = 0x0003
ETH_P_IP = 0x0800
ETH_P_IPV6 = 0x86DD
PACKET_OUTGOING = 4
SO_TIMESTAMPNS = 35
IPPROTO_UDP = 17
SHORTEST_DATA_BYTES = 40


def datagram(protocol, packet):
    """Source, destination and UDP datagram of a packet, or None."""
    if protocol == ETH_P_IP and len(packet) > 28 and packet[9] == IPPROTO_UDP:
        header = (packet[0] & 15) * 4
        family, ends = socket.AF_INET, (packet[12:16], packet[16:20])
    elif protocol == ETH_P_IPV6 and len(packet) > 48 and packet[6] == IPPROTO_UDP:
        header = 40
        family, ends = socket.AF_INET6, (packet[8:24], packet[24:40])
    else:
        return None
    return family, ends, packet[header:]


def main(interface, port, first_byte):
    watched = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
    watched.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    watched.bind((interface, ETH_P_ALL))
    last = {"in": None, "out": None}
    print("ready", flush=True)
    while True:
        packet, ancillary, _, address = watched.recvmsg(128, 64)
        found = datagram(address[1], packet)
        if found is None:
            continue
        family, ends, udp = found
        source_port, destination_port, length = struct.unpack("!HHH", udp[:6])
        way = "out" if address[2] == PACKET_OUTGOING else "in"
        if (source_port if way == "out" else destination_port) != port:
            continue
        if len(udp) < 9 or udp[8] != first_byte or length - 8 <= SHORTEST_DATA_BYTES:
            continue
        other = ends[1] if way == "out" else ends[0]
        if other == last[way]:
            continue
        last[way] = other
        seconds, nanoseconds = struct.unpack("qq", ancillary[0][2][:16])
        print(f"{way} {seconds * 1e3 + nanoseconds / 1e6:.3f} {socket.inet_ntop(family, other)}", flush=True)


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
