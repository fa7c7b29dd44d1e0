"""`route -n monitor` of macOS from `ip monitor`: the messages of the routing socket, in the form of route(8)."""

import ctypes
import re
import select
import signal
import subprocess
import sys


def end_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def say(kind, text, names=(), values=()):
    lines = [
        "got message of size 128 on Thu Jun  4 10:08:05 2020",
        f"{kind}: {text}: len 128, pid: 0, seq 0, errno 0, flags:<UP,DONE,STATIC>",
        "locks:  inits: ",
    ]
    if names:
        lines += [f"sockaddrs: <{','.join(names)}>", " " + " ".join(values)]
    sys.stdout.write("\n".join(lines) + "\n\n")
    sys.stdout.flush()


def tell(line):
    gone = line.startswith("Deleted ")
    line = line.removeprefix("Deleted ")
    link = re.match(r"(\d+): \S+: <([^>]*)>", line)
    if link:
        flags = link[2].split(",")
        shown = [flag for flag in ("UP", "BROADCAST", "MULTICAST") if flag in flags]
        running = ["RUNNING"] if "LOWER_UP" in flags and not gone else []
        sys.stdout.write(
            "got message of size 112 on Thu Jun  4 10:08:05 2020\n"
            f"RTM_IFINFO: iface status change: len 112, if# {link[1]}, flags:<{','.join(shown + running)}>\n\n"
        )
        sys.stdout.flush()
        return
    address = re.match(r"\d+: (\S+)\s+inet6? ([0-9a-f.:]+)", line)
    if address:
        kind, text = ("RTM_DELADDR", "address being removed from iface") if gone else ("RTM_NEWADDR", "address being added to iface")
        say(kind, text, ("NETMASK", "IFP", "IFA", "BRD"), ("default", address[1], address[2], "default"))
        return
    words = line.split()
    if not words or "table" in words:
        return
    device = words[words.index("dev") + 1] if "dev" in words else "lo0"
    gateway = words[words.index("via") + 1] if "via" in words else device
    kind, text = ("RTM_DELETE", "Delete Route") if gone else ("RTM_ADD", "Add Route")
    say(kind, text, ("DST", "GATEWAY", "IFP"), (words[0], gateway, device))


watched = subprocess.Popen(
    ["ip", "-o", "monitor", "link", "address", "route"],
    stdout=subprocess.PIPE,
    bufsize=0,
    preexec_fn=end_with_parent,
)
try:
    while True:
        ready, _, _ = select.select([watched.stdout], [], [], 0.5)
        # Lookups of others, of which a Mac reports several a second.
        say("RTM_MISS", "Lookup failed on this address", ("DST",), ("198.51.100.9",))
        if ready:
            found = watched.stdout.readline()
            if found == b"":
                break
            tell(found.decode().rstrip("\n"))
except BrokenPipeError:
    sys.exit(1)
